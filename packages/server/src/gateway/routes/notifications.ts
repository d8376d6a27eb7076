/** What whoever calls is told of. Each finds what is his own, as far as he may see now what it is about. */

import {
  holdsSomewhere,
  isZone,
  NO_CHOICE,
  NOTICE_KINDS,
  type NoticeChoice,
  type NoticeKind,
  type NoticeWays,
  type Principal,
  sightOf,
  waysOf,
} from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import type { NoticeNamed, NoticeSight } from '../../store/notice.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, nothing, refuse } from '../outcome.ts';
import { streamed } from '../streams.ts';
import { told } from '../told.ts';

const PAGE = 30;

const iso = (at: number): string => new Date(at).toISOString();

const shown = ({ project: _, at, read, ...row }: NoticeNamed) => ({
  ...row,
  at: iso(at),
  read: read === null ? null : iso(read),
});

/** What a caller may be shown; null: there is no account behind it, which is told of nothing. */
const sightOfCaller = (who: Principal): NoticeSight | null => {
  const { user, projects, flows } = who;
  if (user === undefined) return null;
  return {
    user,
    sight: sightOf(who, 'run.read'),
    secrets: sightOf(who, 'secret.write').projects,
    asked: holdsSomewhere(who, 'ask.answer'),
    ...(projects === undefined ? {} : { projects }),
    ...(flows === undefined ? {} : { flows }),
  };
};

const kindsOf = (choice: NoticeChoice): Record<NoticeKind, NoticeWays> =>
  Object.fromEntries(NOTICE_KINDS.map((kind) => [kind, waysOf(choice, kind)])) as Record<NoticeKind, NoticeWays>;

export const notificationRoutes = ({ gate, streams }: Lodge): readonly Route[] => [
  implement(ROUTES.listNotifications, async ({ who, query }) => {
    const sight = sightOfCaller(who);
    if (sight === null) return give(200, { notifications: [], unread: 0 });
    const { notices } = gate.store.in(who.workspace);
    const page = { limit: query.limit ?? PAGE, ...(query.cursor === undefined ? {} : { cursor: query.cursor }) };
    const { rows, next } = await notices.list(sight, page);
    const unread = await notices.unread(sight);
    return give(200, { notifications: rows.map(shown), unread, ...(next === null ? {} : { next }) });
  }),

  implement(ROUTES.followNotifications, async ({ who, request }) => {
    if (who.user === undefined) return MISSING;
    // Who calls may see less by the time that something comes.
    let now: Principal = who;
    const still = async (): Promise<boolean> => (await request.passage?.again()) === true;
    const { workspace } = who;
    const count = async () => {
      now = (await gate.store.directory.named(workspace, who.id))?.principal ?? now;
      const sight = sightOfCaller(now);
      return { unread: sight === null ? 0 : await gate.store.in(workspace).notices.unread(sight) };
    };
    const watch = (tell: () => void) => gate.engine.notifications.watch(workspace, tell);
    const stream = await streams.open(who.id, still, async (signal) => told('notifications', watch, count, signal));
    return streamed(stream, request.raw.socket, gate.limit.stalled);
  }),

  implement(ROUTES.readNotification, async ({ who, params }) => {
    const sight = sightOfCaller(who);
    if (sight === null) return MISSING;
    if (!(await gate.store.in(who.workspace).notices.read(sight, params.id, gate.clock()))) return MISSING;
    gate.engine.notifications.changed(who.workspace);
    return nothing();
  }),

  implement(ROUTES.readNotifications, async ({ who }) => {
    const sight = sightOfCaller(who);
    if (sight === null) return give(200, { read: 0 });
    const read = await gate.store.in(who.workspace).notices.readAll(sight, gate.clock());
    if (read > 0) gate.engine.notifications.changed(who.workspace);
    return give(200, { read });
  }),

  implement(ROUTES.getNotificationSettings, async ({ who }) => {
    const { notices } = gate.store.in(who.workspace);
    const chosen = who.user === undefined ? null : await notices.choice(who.user);
    const choice = chosen ?? NO_CHOICE;
    const { zone, hour } = choice;
    return give(200, { zone, hour, kinds: kindsOf(choice), chosen: chosen !== null, mail: gate.mail !== null });
  }),

  implement(ROUTES.putNotificationSettings, async ({ who, body }) => {
    // No key chooses for its person (NT2).
    if (who.user === undefined || who.kind !== 'user') return MISSING;
    if (!isZone(body.zone)) return refuse('notification.zone', `There is no time zone ${body.zone}`);
    await gate.store.in(who.workspace).notices.choose(who.user, body);
    return nothing();
  }),
];
