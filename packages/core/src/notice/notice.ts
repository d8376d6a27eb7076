/**
 * What members are told of, and how each wants to be told. A notification says that something is so and where to look; it
 * holds names and no value of any run.
 *
 * It does not say who is told (engine/notifications.ts), nor what may be seen: that is judged when somebody looks.
 */

import { DateTime } from 'luxon';

export const NOTICE_KINDS = [
  'ask.waiting',
  'run.failed',
  'trigger.failing',
  'schedule.missed',
  'connection.reconnect',
  'connection.lapsing',
  'limit.reached',
  'promotion.proposed',
  'promotion.decided',
] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

export const isNoticeKind = (kind: string): kind is NoticeKind => NOTICE_KINDS.some((one) => one === kind);

/** `now`: a letter at once. `hourly`, `daily`: one letter for all that came since the last. */
export const MAIL_WAYS = ['off', 'now', 'hourly', 'daily'] as const;
export type MailWay = (typeof MAIL_WAYS)[number];

export type NoticeWays = { readonly app: boolean; readonly mail: MailWay };

/** How one member of a workspace is told. `zone`: of IANA; `hour`: of the day there, when the daily letter leaves. */
export type NoticeChoice = {
  readonly zone: string;
  readonly hour: number;
  readonly kinds: Readonly<Partial<Record<NoticeKind, NoticeWays>>>;
};

export const NO_CHOICE: NoticeChoice = { zone: 'UTC', hour: 8, kinds: {} };

/** What holds for who chose nothing: all in the app, letters for questions alone. */
export const waysOf = (choice: Pick<NoticeChoice, 'kinds'>, kind: NoticeKind): NoticeWays =>
  choice.kinds[kind] ?? { app: true, mail: kind === 'ask.waiting' ? 'now' : 'off' };

export const isZone = (zone: string): boolean => DateTime.fromMillis(0, { zone }).isValid;

/**
 * When a letter leaves that became due at `at` (milliseconds); null: none does. On a day that has no such hour (a clock was
 * put forward) it leaves at the next hour there is. A zone that is not known counts as UTC.
 */
export const letterAt = (
  way: MailWay,
  at: number,
  { zone, hour }: Pick<NoticeChoice, 'zone' | 'hour'>,
): number | null => {
  if (way === 'off') return null;
  if (way === 'now') return at;
  const there = DateTime.fromMillis(at, { zone: isZone(zone) ? zone : 'UTC' });
  if (way === 'hourly') return there.startOf('hour').plus({ hours: 1 }).toMillis();
  const on = (day: DateTime): number => day.set({ hour, minute: 0, second: 0, millisecond: 0 }).toMillis();
  const today = on(there.startOf('day'));
  return today > at ? today : on(there.startOf('day').plus({ days: 1 }));
};
