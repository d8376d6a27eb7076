/** Deliveries of the services that come with the server, signed as each of them signs. */

import { createHmac } from 'node:crypto';
import type { HookAnswer } from '@headgate/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Ground, openGround } from './testing/ground.ts';

let g: Ground;
beforeEach(async () => {
  g = await openGround();
});
afterEach(async () => {
  await g.close();
});

const SECRET = 'a-secret-of-the-service-0123456789';
const hmac = (text: string, encoding: 'hex' | 'base64' = 'hex'): string =>
  createHmac('sha256', SECRET).update(text).digest(encoding);
const seconds = (): number => Math.floor(g.clock.now() / 1000);

type Sent = { readonly headers: Record<string, string>; readonly body: unknown };
type Sender = {
  readonly trigger: string;
  /** The delivery of an event of a number; `again`: as it is sent when it is sent again. */
  readonly send: (n: number, event: string, again?: boolean) => Sent;
  readonly event: string;
  readonly other: string | null;
};

const SENDERS: Readonly<Record<string, Sender>> = {
  github: {
    trigger: 'event',
    event: 'issues.opened',
    other: 'issues.closed',
    send: (n, event) => {
      const [name = '', action] = event.split('.');
      const body = { action, issue: { id: n } };
      const headers = {
        'x-github-event': name,
        'x-github-delivery': `d-${n}`,
        'x-hub-signature-256': `sha256=${hmac(JSON.stringify(body))}`,
      };
      return { headers, body };
    },
  },
  stripe: {
    trigger: 'event',
    event: 'invoice.paid',
    other: 'customer.created',
    send: (n, event, again) => {
      const body = { id: `evt_${n}`, type: event, data: { object: { id: n } } };
      const t = seconds() - (again === true ? 0 : 20);
      return { headers: { 'stripe-signature': `t=${t},v1=${hmac(`${t}.${JSON.stringify(body)}`)}` }, body };
    },
  },
  slack: {
    trigger: 'event',
    event: 'app_mention',
    other: 'reaction_added',
    send: (n, event, again) => {
      const body = { type: 'event_callback', event_id: `Ev${n}`, event: { type: event } };
      const t = String(seconds() - (again === true ? 0 : 20));
      const headers = {
        'x-slack-request-timestamp': t,
        'x-slack-signature': `v0=${hmac(`v0:${t}:${JSON.stringify(body)}`)}`,
      };
      return { headers, body };
    },
  },
  telegram: {
    trigger: 'update',
    event: '',
    other: null,
    send: (n) => ({ headers: { 'x-telegram-bot-api-secret-token': SECRET }, body: { update_id: n, message: {} } }),
  },
  gitlab: {
    trigger: 'event',
    event: 'Push Hook',
    other: 'Job Hook',
    send: (n, event) => ({
      headers: { 'x-gitlab-token': SECRET, 'x-gitlab-event': event, 'idempotency-key': `key-${n}` },
      // Two deliveries of the same text are told apart by their key.
      body: { object_kind: event },
    }),
  },
  linear: {
    trigger: 'event',
    event: 'Issue.create',
    other: 'Comment.create',
    send: (n, event, again) => {
      const [type = '', action] = event.split('.');
      const webhookTimestamp = g.clock.now() - (again === true ? 0 : 20_000);
      const body = { type, action, data: { id: `i-${n}` }, createdAt: '2026-11-27T10:00:00Z', webhookTimestamp };
      return { headers: { 'linear-event': type, 'linear-signature': hmac(JSON.stringify(body)) }, body };
    },
  },
};

const flow = (service: string, trigger: string, events?: readonly string[]) => ({
  headgate: 1,
  name: `Hear ${service}`,
  triggers: [
    {
      id: 'hear',
      kind: 'service.webhook@1',
      with: { service, trigger, signing: 'signing', ...(events === undefined ? {} : { events }) },
    },
  ],
  steps: [{ id: 'keep', kind: 'set@1', with: { value: '{{ input }}' } }],
  output: '{{ steps.keep }}',
});

const ready = async (service: string, events?: readonly string[]): Promise<string> => {
  const { secrets } = g.store.in('default');
  await secrets.put({
    project: 'default',
    name: 'signing',
    origins: [],
    value: SECRET,
    owner: 'owner',
    at: 1,
  });
  const id = await g.publish(flow(service, SENDERS[service]?.trigger ?? '', events));
  return (await g.store.in('default').flows.hooks(id))[0]?.token ?? '';
};

const deliver = (token: string, { headers, body }: Sent): Promise<HookAnswer> =>
  g.engine.hook({
    token,
    method: 'POST',
    path: '',
    query: {},
    headers: { 'content-type': 'application/json', ...headers },
    raw: Buffer.from(JSON.stringify(body)),
  });

const count = async (): Promise<number> => (await g.store.in('default').runs.list({ limit: 100 })).rows.length;

test.each(Object.entries(SENDERS))(
  'SH1 %s: an event starts one run with what was sent, however often it is sent, before and after the server starts anew',
  async (service, sender) => {
    const token = await ready(service, sender.event === '' ? undefined : [sender.event]);
    const first = sender.send(1, sender.event);
    const answer = await deliver(token, first);
    expect([answer.status, Object.keys(JSON.parse(answer.body))]).toEqual([202, ['run']]);
    const { run } = JSON.parse(answer.body) as { run: string };
    expect((await g.until(run, 'done')).output).toEqual(first.body);
    expect((await g.engine.view('default', run))?.trigger).toMatchObject({ id: 'hear', kind: 'service.webhook@1' });
    // At once, twice at the same time, and once more as the service signs it when it tries again.
    const again = sender.send(1, sender.event, true);
    for (const one of await Promise.all([deliver(token, first), deliver(token, again), deliver(token, again)]))
      expect([one.status, one.body]).toEqual([200, '{"known":true}']);
    const next = sender.send(2, sender.event);
    const both = await Promise.all([deliver(token, next), deliver(token, next)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 202]);
    if (sender.other !== null)
      expect(await deliver(token, sender.send(3, sender.other))).toMatchObject({
        status: 200,
        body: '{"ignored":true}',
      });
    expect(await count()).toBe(2);
    g = await g.reopen();
    expect(await deliver(token, sender.send(2, sender.event, true))).toMatchObject({
      status: 200,
      body: '{"known":true}',
    });
    // A day later, as services that try for days do.
    g.clock.shift(86_400_000);
    expect(await deliver(token, sender.send(1, sender.event, true))).toMatchObject({ status: 200 });
    expect(await count()).toBe(2);
  },
  60_000,
);

test.each(Object.entries(SENDERS))(
  'WH-01 %s: what is not signed by the shared secret starts nothing',
  async (service, sender) => {
    const token = await ready(service);
    const { headers, body } = sender.send(1, sender.event === '' ? 'x' : sender.event);
    const wrong = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name,
        /sign|token/.test(name) ? value.replace(/.$/, (last) => (last === '0' ? '1' : '0')) : value,
      ]),
    );
    const bare = Object.fromEntries(Object.entries(headers).filter(([name]) => !/sign|token/.test(name)));
    for (const given of [wrong, bare, {}]) expect((await deliver(token, { headers: given, body })).status).toBe(401);
    if (service !== 'telegram' && service !== 'gitlab')
      expect((await deliver(token, { headers, body: { ...(body as object), more: 1 } })).status).toBe(401);
    expect(await count()).toBe(0);
    expect((await deliver(token, { headers, body })).status).toBe(202);
  },
  60_000,
);

test('Slack is answered when it asks whether anybody is there, signed as it is, and nothing starts', async () => {
  const token = await ready('slack');
  const body = { type: 'url_verification', challenge: 'c-0123' };
  const t = String(seconds());
  const signature = `v0=${hmac(`v0:${t}:${JSON.stringify(body)}`)}`;
  const headers = { 'x-slack-request-timestamp': t, 'x-slack-signature': signature };
  expect(await deliver(token, { headers, body })).toMatchObject({ status: 200, body: 'c-0123' });
  expect((await deliver(token, { headers: { ...headers, 'x-slack-signature': 'v0=00' }, body })).status).toBe(401);
  expect(await count()).toBe(0);
});

test('a time that Linear signed long ago is too old, and the greeting of GitHub starts nothing', async () => {
  const linear = await ready('linear');
  const late = SENDERS['linear']?.send(1, 'Issue.create');
  g.clock.shift(400_000);
  if (late !== undefined) expect((await deliver(linear, late)).status).toBe(401);
  const github = await g
    .publish(flow('github', 'event'))
    .then(async (id) => (await g.store.in('default').flows.hooks(id))[0]?.token ?? '');
  const ping = SENDERS['github']?.send(1, 'ping');
  if (ping !== undefined) expect(await deliver(github, ping)).toMatchObject({ status: 200, body: '{"ignored":true}' });
  expect(await count()).toBe(0);
});
