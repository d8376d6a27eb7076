/** What members are told of, as it is written with what causes it. Who they are is found when it is told (notifications.ts). */

import type { Event, NoticeKind, Problem } from '@headgate/core';
import { DEFAULT_ENVIRONMENT } from '../store/environment.ts';
import type { AskWrite } from '../store/ask.ts';
import { type Ending, type NoticeWrite, noticeId } from '../store/notice.ts';
import type { RunRow } from '../store/run-write.ts';
import { EVALUATION } from './evaluations/kind.ts';

type Of = {
  readonly workspace: string;
  readonly project: string;
  readonly flow: string | null;
  readonly environment?: string;
};

type About = {
  /** What makes it one event: the same event is told of once. */
  readonly event: string;
  readonly at: number;
  readonly run?: string;
  readonly ask?: string;
  readonly name?: string;
  readonly code?: string;
  readonly tell?: readonly string[];
  /** Left out: every event is one of its own. */
  readonly grp?: string;
  readonly mailed?: boolean;
};

export const notice = (kind: NoticeKind, of: Of, about: About): NoticeWrite => {
  const id = noticeId(of.workspace, kind, about.event);
  return {
    id,
    workspace: of.workspace,
    kind,
    project: of.project,
    flow: of.flow,
    run: about.run ?? null,
    ask: about.ask ?? null,
    name: about.name ?? null,
    code: about.code ?? null,
    tell: about.tell ?? [],
    grp: about.grp === undefined ? id : `${kind} ${of.flow ?? ''} ${of.environment ?? ''} ${about.grp}`,
    mailed: about.mailed ?? false,
    at: about.at,
  };
};

const LIMITS = ['quota.', 'budget.'] as const;

const isLimit = (code: string): boolean => LIMITS.some((start) => code.startsWith(start));

/** Runs of these kinds tell of other runs: they tell of no failure of their own. */
const TELLERS = new Set(['error@1', 'alert@1']);

/**
 * What a write of a run tells people: that they are asked; that it failed. Who tries a draft looks at it, and a run that
 * another called fails in that one, if it does. An evaluation tells of its rows by itself, but for limits.
 */
export const noticesOf = (row: RunRow, asks: readonly AskWrite[], events: readonly Event[]): readonly NoticeWrite[] => {
  const all = asks
    .filter(({ state }) => state === 'open')
    .map(({ id, opened, mailed }) =>
      notice('ask.waiting', row, { event: id, at: opened, run: row.id, ask: id, mailed: mailed === true }),
    );
  const last = events.at(-1);
  if (last?.type !== 'run.failed') return all;
  if (row.version === null || row.parent !== null || TELLERS.has(row.triggerKind)) return all;
  const { code } = last.data.problem;
  // An evaluation says of each row what became of it: many of them fail, or it would not be one.
  if (row.triggerKind === EVALUATION && !isLimit(code)) return all;
  const failed = notice(isLimit(code) ? 'limit.reached' : 'run.failed', row, {
    ...{ event: row.id, at: last.at, run: row.id, code, tell: [row.principal], grp: code },
  });
  return [...all, failed];
};

/** Where a trigger belongs. */
type TriggerOf = {
  readonly workspace: string;
  readonly project: string;
  readonly flow: string;
  readonly trigger: string;
  readonly environment: string;
};

const placeName = ({ trigger, environment }: TriggerOf): string =>
  environment === DEFAULT_ENVIRONMENT ? trigger : `${trigger}@${environment}`;

/** A trigger kept failing to ask, from `since` on. */
export const failingNotice = (row: TriggerOf, why: Problem, since: number, at: number): NoticeWrite =>
  notice('trigger.failing', row, {
    ...{ event: `${row.flow}:${placeName(row)}:${since}`, at, name: row.trigger, code: why.code, grp: row.trigger },
  });

/** An address that a trigger entered at a service stands there still, and cannot be taken out. */
export const leftNotice = (
  of: TriggerOf,
  { with: hash, since }: { readonly with: string; readonly since: number },
  at: number,
): NoticeWrite =>
  notice('trigger.failing', of, {
    ...{ event: `${of.flow}:${placeName(of)}:left:${hash}:${since}`, at, name: of.trigger, code: 'hook.left' },
    grp: `${of.trigger} left`,
  });

/** A schedule missed its times up to `last`. */
export const missedNotice = (row: TriggerOf, last: number, at: number): NoticeWrite =>
  notice('schedule.missed', row, {
    ...{ event: `${row.flow}:${placeName(row)}:${last}`, at, name: row.trigger, grp: row.trigger },
  });

/** A connection does not hold any more: `key`, the connection and its version. */
export const reconnectNotice = (
  of: Of & { readonly run: string },
  name: string,
  key: string,
  code: string,
  at: number,
) => notice('connection.reconnect', of, { event: key, at, run: of.run, name, code, grp: name });

/** The token of a connection ends within a day, or ended before anybody used it, and nothing renews it. */
export const endingNotice = ({ workspace, project, id, name, expires, by }: Ending, at: number): NoticeWrite =>
  notice(
    expires > at ? 'connection.lapsing' : 'connection.reconnect',
    { workspace, project, flow: null },
    {
      ...{ event: `${id}:${expires}`, at, name, tell: by === null ? [] : [by], grp: name },
      ...(expires > at ? {} : { code: 'expired' }),
    },
  );

/** A limit let nothing begin: told of once a day. `null`: who started it hears of it himself, or it passes by itself. */
export const refusedNotice = (
  of: Of & { readonly flow: string },
  principal: string,
  { code }: Problem,
  at: number,
): NoticeWrite | null => {
  if (!isLimit(code) || code === 'quota.concurrent' || !principal.startsWith('trigger:')) return null;
  const day = new Date(at).toISOString().slice(0, 10);
  return notice('limit.reached', of, { event: `${of.flow}:${code}:${day}`, at, code, grp: code });
};
