/**
 * Notifications: what members are told of. Each sees those of his own account, in the workspace that he acts in, as far as he
 * may see what they are about now.
 *
 * NT1 Another's notification answers like one that never was, and so does one of a flow that may not be seen any more.
 * NT2 How somebody is told is chosen by who is signed in himself; no key does it for him.
 */

import { z } from 'zod';
import { MAIL_WAYS, NOTICE_KINDS } from '../notice/notice.ts';
import { empty, media, route } from './route.ts';
import { byId, count, id, time } from './shapes.ts';

const tags = ['notifications'] as const;

const kind = z.enum(NOTICE_KINDS);

const row = z
  .strictObject({
    id,
    kind,
    at: time,
    read: time.nullable(),
    times: z.int().describe('How often it came since it was last read'),
    flow: id.nullable(),
    flowName: z.string().nullable(),
    run: id.nullable(),
    ask: id.nullable(),
    name: z.string().nullable().describe('The trigger, the connection or the environment that it is about'),
    code: z.string().nullable().describe('The code of the Problem'),
  })
  .meta({ id: 'Notification' });

const ways = z.strictObject({
  app: z.boolean().describe('In the app'),
  mail: z
    .enum(MAIL_WAYS)
    .describe('`now`: a mail at once. `hourly`, `daily`: one mail with all that came since the one before'),
});

const choice = z.strictObject({
  zone: z.string().min(1).max(64).describe('The time zone that `hour` is of, as `Europe/Berlin`'),
  hour: z.int().min(0).max(23).describe('When the daily mail leaves'),
  kinds: z.strictObject(
    Object.fromEntries(NOTICE_KINDS.map((one) => [one, ways])) as Record<(typeof NOTICE_KINDS)[number], typeof ways>,
  ),
});

export const listNotifications = route({
  method: 'GET',
  path: '/api/v1/notifications',
  needs: 'run.read',
  on: 'any',
  query: z.strictObject({
    cursor: z.string().max(120).optional(),
    limit: count(100).optional(),
  }),
  answers: {
    200: z.strictObject({
      notifications: z.array(row),
      unread: z.int().describe('How many of all were not read yet'),
      next: z.string().optional(),
    }),
  },
  problems: ['permission.missing'],
  summary: 'List what you are told of: what is not read yet first, then the latest first',
  tags,
});

export const followNotifications = route({
  method: 'GET',
  path: '/api/v1/notifications/events',
  needs: 'run.read',
  on: 'any',
  query: z.strictObject({
    ticket: z
      .string()
      .max(64)
      .optional()
      .describe('In place of a header with a credential: a ticket of `POST /api/v1/tickets`'),
  }),
  answers: {
    200: media(
      'text/event-stream',
      'Server-sent events: `notifications` {unread} at first, and whenever some came or were read',
    ),
  },
  problems: ['missing', 'streams.limit'],
  summary: 'Hear when you are told of something',
  tags,
});

export const readNotification = route({
  method: 'POST',
  path: '/api/v1/notifications/{id}/read',
  needs: 'run.read',
  on: 'any',
  params: byId,
  answers: { 204: empty('It counts as read') },
  problems: ['missing'],
  summary: 'Mark a notification as read',
  tags,
});

export const readNotifications = route({
  method: 'POST',
  path: '/api/v1/notifications/read',
  needs: 'run.read',
  on: 'any',
  answers: { 200: z.strictObject({ read: z.int().describe('How many were not read before') }) },
  problems: ['permission.missing'],
  summary: 'Mark all your notifications as read',
  tags,
});

export const getNotificationSettings = route({
  method: 'GET',
  path: '/api/v1/notifications/settings',
  needs: 'run.read',
  on: 'any',
  answers: {
    200: z.strictObject({
      ...choice.shape,
      chosen: z.boolean().describe('False: nothing was chosen yet, and these are what holds for everybody'),
      mail: z.boolean().describe('This server sends mail'),
    }),
  },
  problems: ['permission.missing'],
  summary: 'How you are told of things',
  tags,
});

export const putNotificationSettings = route({
  method: 'PUT',
  path: '/api/v1/notifications/settings',
  needs: 'run.read',
  on: 'any',
  body: choice,
  answers: { 204: empty('From now on') },
  problems: ['missing', 'notification.zone'],
  summary: 'Choose how you are told of things',
  tags,
  audited: 'after',
});
