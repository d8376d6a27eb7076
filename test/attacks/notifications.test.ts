import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NOTICE_KINDS } from '@headgate/core';
import type { Mail } from '../../packages/server/src/egress/mail/port.ts';
import { firstAt, type Inmate, joinAt, ownKey } from '../fixtures/household.ts';
import { startServer, type TestServer } from '../fixtures/server.ts';

let server: TestServer;
let ada: Inmate;
let ben: Inmate;
let eve: Inmate;
const mails: Mail[] = [];

beforeAll(async () => {
  server = await startServer({
    mail: async (mail) => {
      if (mail.before !== undefined && !(await mail.before())) throw new Error('it was not to leave');
      mails.push(mail);
      return { ok: true, value: null };
    },
  });
  ada = await firstAt(server);
  ben = await joinAt(server, ada, 'ben@example.com', { role: 'editor' });
  eve = await joinAt(server, ada, 'eve@example.com', { role: 'editor' });
});
afterAll(() => server.close());

type Row = {
  id: string;
  kind: string;
  read: string | null;
  times: number;
  flow: string;
  run: string;
  flowName: string;
};
type List = { notifications: Row[]; unread: number; next?: string };

const listOf = async (who: Inmate, query = ''): Promise<List> =>
  (await who.ask('GET', `/api/v1/notifications${query}`)).json as List;

const until = async <T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> => {
  for (let i = 0; i < 400; i += 1) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('it did not come true');
};

const publish = async (who: Inmate, draft: object): Promise<string> => {
  const made = await who.ask('POST', '/api/v1/flows', { draft: { headgate: 1, ...draft } });
  const { id } = made.json as { id: string };
  const published = await who.ask('POST', `/api/v1/flows/${id}/publish`, { grant: 'needed' });
  if (published.status !== 201) throw new Error(published.text);
  return id;
};

const failing = (name: string) => ({
  name,
  steps: [{ id: 's', kind: 'stop@1', with: { problem: 'pay.broken', text: 'The salary of Bob' } }],
});
const asking = (name: string, user: string, more: object = {}) => ({
  name,
  steps: [{ id: 'ask', kind: 'ask@1', with: { title: 'Pay 40 EUR to Bob?', who: { members: [user] }, ...more } }],
});
const run = async (who: Inmate, flow: string): Promise<string> =>
  ((await who.ask('POST', `/api/v1/flows/${flow}/runs`, { input: {} })).json as { id: string }).id;

const told = (who: Inmate, of: string): Promise<Row> =>
  until(async () => (await listOf(who)).notifications.find(({ flow, run: one }) => flow === of || one === of));

describe('notifications', () => {
  test('who is asked is told in the app and by a mail that names the flow, and nothing that flows', async () => {
    const flow = await publish(ada, asking('Payments', 'ben@example.com'));
    const id = await run(ada, flow);
    const row = await told(ben, flow);
    expect(row).toMatchObject({ kind: 'ask.waiting', flowName: 'Payments', read: null, run: id });
    const mail = await until(() => mails.find(({ to, text }) => to === ben.email && text.includes('Payments')));
    expect(mail.subject).toContain('Payments');
    expect(mail.text).toMatch(/http:\/\/127\.0\.0\.1\/inbox\?ask=ask_/);
    expect(mail.text).not.toContain('Bob');
    expect(mail.text).not.toContain('/api/v1/resume/');
    // Nobody else hears of it: not who started it, not a colleague.
    expect((await listOf(eve)).notifications).toEqual([]);
    expect((await listOf(ada)).notifications).toEqual([]);
    // Once it is answered it needs nobody any more.
    const { asks } = (await ben.ask('GET', '/api/v1/asks')).json as { asks: { id: string }[] };
    await ben.ask('POST', `/api/v1/asks/${asks[0]?.id}/answer`, { answer: 'approved' });
    await until(async () => ((await listOf(ben)).unread === 0 ? true : undefined));
  });

  test('a flow that mails who it asks is not mailed for a second time', async () => {
    const flow = await publish(ada, asking('Told already', 'ben@example.com', { tell: { email: true } }));
    await run(ada, flow);
    await told(ben, flow);
    await until(() => mails.find(({ to, subject }) => to === ben.email && subject.includes('Pay 40')));
    // The settled state: the row of it says that no letter waits.
    expect(mails.filter(({ subject }) => subject.includes('Told already'))).toEqual([]);
  });

  test('a failed run is told to who started it, once until he reads it, and by no mail unless he wants one', async () => {
    const flow = await publish(ada, failing('Payroll'));
    const first = await run(ada, flow);
    await told(ada, first);
    const second = await run(ada, flow);
    expect(await told(ada, second)).toMatchObject({ kind: 'run.failed', times: 2, code: 'pay.broken' });
    expect((await listOf(ada)).notifications.filter((one) => one.flow === flow)).toHaveLength(1);
    expect(mails.filter(({ subject }) => subject.includes('Payroll'))).toEqual([]);
    expect(JSON.stringify(await listOf(ada))).not.toContain('salary');
    expect((await ada.ask('POST', '/api/v1/notifications/read')).json).toEqual({ read: 1 });
    const third = await run(ada, flow);
    expect(await told(ada, third)).toMatchObject({ times: 1, read: null });
    const all = await listOf(ada);
    expect(all.notifications.map(({ read }) => read === null)).toEqual([true, false]);
    const page = await listOf(ada, '?limit=1');
    expect(page.notifications[0]?.id).toBe(all.notifications[0]?.id);
    const next = await listOf(ada, `?limit=1&cursor=${page.next}`);
    expect(next.notifications.map(({ id }) => id)).toEqual([all.notifications[1]?.id]);
    expect(next.next).toBeUndefined();
  });

  test('AZ-01 what somebody else is told of does not exist: not to a colleague, not to a key, not to another workspace', async () => {
    const flow = await publish(ada, asking('Hers', 'ben@example.com'));
    await run(ada, flow);
    const { id } = await told(ben, flow);
    const stranger = await server.key({ workspace: 'other', user: 'u_stranger', role: 'owner' });
    const never = `/api/v1/notifications/n_${'0'.repeat(32)}/read`;
    const path = `/api/v1/notifications/${id}/read`;
    for (const who of [ada, eve])
      expect(await who.ask('POST', path)).toMatchObject({
        status: 404,
        json: (await who.ask('POST', never)).json as object,
      });
    for (const key of [stranger.plain, (await server.key()).plain]) {
      expect(await server.ask('POST', path, { key })).toMatchObject({ status: 404 });
      expect((await server.ask('GET', '/api/v1/notifications', { key })).json).toEqual({
        notifications: [],
        unread: 0,
      });
    }
    expect((await listOf(ben)).notifications.find((one) => one.id === id)?.read).toBeNull();
    // The honest use works.
    expect((await ben.ask('POST', path)).status).toBe(204);
    expect((await listOf(ben)).notifications.find((one) => one.id === id)?.read).not.toBeNull();
  });

  test('AZ-08 AZ-10 a notification goes with the right to see its flow, and comes back with it', async () => {
    const flow = await publish(ada, failing('Shared'));
    const id = await run(ben, flow);
    const { id: notice } = await told(ben, id);
    await ada.ask('PATCH', `/api/v1/flows/${flow}`, { visibility: 'private' });
    expect((await listOf(ben)).notifications.find((one) => one.flow === flow)).toBeUndefined();
    expect((await ben.ask('POST', `/api/v1/notifications/${notice}/read`)).status).toBe(404);
    const before = (await listOf(ben)).unread;
    await ada.ask('PATCH', `/api/v1/flows/${flow}`, { visibility: 'workspace' });
    expect((await listOf(ben)).unread).toBe(before + 1);
  });

  test('AZ-08 a key narrowed to one flow sees what its person is told of that one, and of no other', async () => {
    const [one, other] = [await publish(ada, failing('One')), await publish(ada, failing('Other'))];
    await run(ben, one);
    await run(ben, other);
    await Promise.all([told(ben, one), told(ben, other)]);
    const narrow = await ownKey(ben, ['run.read'], { flows: [one] });
    const seen = (await server.ask('GET', '/api/v1/notifications', { key: narrow.key })).json as List;
    expect(seen.notifications.map(({ flow }) => flow)).toEqual([one]);
    expect(seen.unread).toBe(1);
    expect((await server.ask('POST', '/api/v1/notifications/read', { key: narrow.key })).json).toEqual({ read: 1 });
    expect((await told(ben, other)).read).toBeNull();
  });

  test('how somebody is told is his to choose, and no key of his does it', async () => {
    const settings = '/api/v1/notifications/settings';
    const seen = (await ben.ask('GET', settings)).json as {
      kinds: Record<string, object>;
      chosen: boolean;
      mail: boolean;
    };
    expect(seen).toMatchObject({ chosen: false, mail: true });
    expect(Object.keys(seen.kinds).toSorted()).toEqual([...NOTICE_KINDS].toSorted());
    const kinds = {
      ...seen.kinds,
      'run.failed': { app: false, mail: 'now' },
      'ask.waiting': { app: false, mail: 'off' },
    };
    const body = { zone: 'Europe/Berlin', hour: 7, kinds };
    const { key } = await ownKey(ben, ['run.read']);
    expect((await server.ask('PUT', settings, { key, body })).status).toBe(404);
    expect((await ben.ask('PUT', settings, { ...body, zone: 'Nowhere/Land' })).json).toMatchObject({
      code: 'notification.zone',
    });
    expect((await ben.ask('PUT', settings, body)).status).toBe(204);
    expect((await ben.ask('GET', settings)).json).toMatchObject({ ...body, chosen: true });
    const flow = await publish(ada, failing('By mail'));
    await run(ben, flow);
    const mail = await until(() => mails.find(({ to, subject }) => to === ben.email && subject.includes('By mail')));
    expect(mail.text).not.toContain('salary');
    expect((await listOf(ben)).notifications.find((one) => one.flow === flow)).toBeUndefined();
    // Another workspace's choice is another.
    expect((await eve.ask('GET', settings)).json).toMatchObject({ chosen: false });
  });

  test('AZ-10 who is no member any more is told of nothing, nor when he is one again', async () => {
    const dan = await joinAt(server, ada, 'dan@example.com', { role: 'editor' });
    const flow = await publish(ada, failing('Before he went'));
    await run(dan, flow);
    await told(dan, flow);
    expect((await ada.ask('DELETE', `/api/v1/members/${dan.id}`)).status).toBe(200);
    expect((await dan.ask('GET', '/api/v1/notifications')).status).toBeGreaterThanOrEqual(400);
    await server.house.store.in('default').members.add({ user: dan.id, role: 'editor', created: 1, by: ada.id });
    expect((await listOf(dan)).notifications).toEqual([]);
  });
});
