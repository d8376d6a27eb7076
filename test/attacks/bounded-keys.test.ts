/** Attacks by keys that are held short: by an end, a budget, limits; and by keys of the workspace that would outlive their maker. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { firstAt, type Inmate, joinAt, ownKey, signIn } from '../fixtures/household.ts';
import { type Answer, startServer, type TestServer } from '../fixtures/server.ts';

const limits = { even: 5, tries: 100_000, networkTries: 100_000 };
const ALL = ['flow.read', 'run', 'run.read', 'key.own', 'token.manage', 'key.manage'];

let server: TestServer;
let ada: Inmate;
let eve: Inmate;

const by = (key: string, method: string, path: string, body?: unknown): Promise<Answer> =>
  server.ask(method, `/api/v1/${path}`, { key, ...(body === undefined ? {} : { body }) });
const told = (answer: Answer): unknown => [answer.status, (answer.json as { code?: string } | undefined)?.code];
const soon = (ms: number): string => new Date(Date.now() + ms).toISOString();

beforeAll(async () => {
  server = await startServer({ signUp: { kind: 'invitation' }, limits });
  ada = await firstAt(server);
  eve = await joinAt(server, ada, 'eve@example.com', { role: 'admin' });
});
afterAll(() => server.close());

describe('TOK-05 the secret of another key', () => {
  test('TOK-05 a key that ends soon gets none of one that lasts; twin: its own, and of one that ends before it', async () => {
    const long = await ownKey(eve, ['flow.read']);
    const brief = await ownKey(eve, ALL, { expires: soon(120_000) });
    const briefer = await ownKey(eve, ['flow.read'], { expires: soon(60_000) });
    expect(told(await by(brief.key, 'POST', `me/keys/${long.id}/rotate`, { overlap: 604_800 }))).toEqual([
      422,
      'key.expiry',
    ]);
    expect(told(await by(brief.key, 'POST', `keys/${long.id}/rotate`, {}))).toEqual([422, 'key.expiry']);
    expect((await by(brief.key, 'POST', `me/keys/${briefer.id}/rotate`, {})).status).toBe(200);
    expect((await by(brief.key, 'POST', `me/keys/${brief.id}/rotate`, {})).status).toBe(200);
    // A person signed in rotates all of his own.
    expect((await eve.ask('POST', `/api/v1/me/keys/${long.id}/rotate`, {})).status).toBe(200);
  });

  const bounds: readonly (readonly [string, object])[] = [
    ['a budget', { budget: { runs: { day: 2 } } }],
    ['a limit of requests', { limits: { rate: 1000, burst: 1000 } }],
    ['a limit of requests at a time', { limits: { parallel: 5 } }],
  ];

  test.each(bounds)(
    'DOS-08 a key with %s makes no key and no token, and gets no other key’s secret',
    async (_what, more) => {
      const { id, key } = await ownKey(eve, ALL, more as Record<string, unknown>);
      const other = await ownKey(eve, ['flow.read'], { expires: soon(60_000) });
      const wish = { name: 'out', permissions: ['flow.read', 'run'] };
      for (const [path, body] of [
        ['me/keys', wish],
        ['keys', wish],
        ['tokens', wish],
        [`me/keys/${other.id}/rotate`, {}],
      ] as const)
        expect([path, ...(told(await by(key, 'POST', path, body)) as unknown[])]).toEqual([path, 403, 'key.beyond']);
      // Twin: its own secret it may change, and it works.
      expect((await by(key, 'POST', `me/keys/${id}/rotate`, {})).status).toBe(200);
      expect((await by(key, 'GET', 'flows')).status).toBe(200);
    },
  );

  test('DOS-08 twin: a key without bounds makes both', async () => {
    const { key } = await ownKey(eve, ALL);
    const wish = { name: 'out', permissions: ['flow.read', 'run'] };
    for (const path of ['me/keys', 'keys', 'tokens']) expect((await by(key, 'POST', path, wish)).status).toBe(201);
  });
});

describe('AZ-10 what concerns the instance', () => {
  test('AZ-10 is in no key of the workspace, which would outlive its maker; twin: in one of his own, which does not', async () => {
    const second = await joinAt(server, ada, 'second@example.com', { role: 'owner' });
    await ada.ask('PATCH', `/api/v1/users/${second.id}`, { administrator: true });
    const again = await signIn(server, second.email);
    const wish = { name: 'stays', permissions: ['instance.manage', 'flow.read'] };
    expect(told(await again.ask('POST', '/api/v1/keys', wish))).toEqual([403, 'key.beyond']);
    expect(told(await again.ask('POST', '/api/v1/keys', { ...wish, permissions: ['metrics.read'] }))).toEqual([
      403,
      'key.beyond',
    ]);
    const own = await ownKey(again, ['instance.manage', 'flow.read']);
    expect((await by(own.key, 'GET', 'users')).status).toBe(200);
    await ada.ask('PATCH', `/api/v1/users/${second.id}`, { administrator: false });
    expect((await by(own.key, 'GET', 'users')).status).toBe(403);
  });

  test('AZ-10 an administrator gets no secret of the superuser’s key by rotating it; it rotates itself', async () => {
    const made = await server.key();
    expect(told(await ada.ask('POST', `/api/v1/keys/${made.id}/rotate`, {}))).toEqual([403, 'key.beyond']);
    expect((await by(made.plain, 'POST', `keys/${made.id}/rotate`, {})).status).toBe(200);
  });
});
