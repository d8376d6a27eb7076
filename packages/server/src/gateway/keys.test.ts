/** Keys over real HTTP: rotation with overlap, limits of a key's own, expiry, and keys that belong to an account. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROUTES } from '@headgate/core/api';
import { breaches, startServer, type TestServer } from '../../../../test/fixtures/server.ts';

let server: TestServer;
let key: string;
beforeAll(async () => {
  server = await startServer();
  key = (await server.key()).plain;
});
afterAll(() => server.close());

type Secret = { created: string; until: string | null };
type Key = { id: string; key: string; expires: string | null; secrets: Secret[]; user: string | null };

const create = async (body: object, by = key, path = '/api/v1/keys'): Promise<Key> => {
  const answer = await server.ask('POST', path, { key: by, body: { name: 'k', permissions: ['flow.read'], ...body } });
  expect(answer.status, answer.text).toBe(201);
  expect(breaches(ROUTES.createKey, answer)).toEqual([]);
  return answer.json as Key;
};
const works = async (plain: string): Promise<number> =>
  (await server.ask('GET', '/api/v1/flows', { key: plain })).status;

describe('rotating a key', () => {
  test('the old secret and the new one work while they overlap, both are listed; then the new one alone works', async () => {
    const made = await create({});
    const turned = await server.ask('POST', `/api/v1/keys/${made.id}/rotate`, { key, body: { overlap: 3600 } });
    expect(breaches(ROUTES.rotateKey, turned)).toEqual([]);
    const after = turned.json as Key;
    expect(after).toMatchObject({ id: made.id, expires: made.expires });
    expect(after.key).not.toBe(made.key);
    expect([await works(made.key), await works(after.key)]).toEqual([200, 200]);
    const listed = await server.ask('GET', '/api/v1/keys', { key });
    const row = (listed.json as { keys: Key[] }).keys.find(({ id }) => id === made.id);
    expect(row?.secrets).toHaveLength(2);
    expect(row?.secrets[0]?.until).toBeNull();
    expect(Date.parse(row?.secrets[1]?.until ?? '')).toBeGreaterThan(Date.now() + 3_500_000);
    expect(listed.text).not.toContain(after.key.slice(3));
    server.later(3_601_000);
    expect([await works(made.key), await works(after.key)]).toEqual([401, 200]);
  });

  test('TOK-05 an overlap of nothing ends the old secret at once, though it was in use; a second rotation ends the first', async () => {
    const made = await create({});
    expect(await works(made.key)).toBe(200);
    const turn = async (overlap: number): Promise<string> =>
      ((await server.ask('POST', `/api/v1/keys/${made.id}/rotate`, { key, body: { overlap } })).json as Key).key;
    const second = await turn(0);
    expect([await works(made.key), await works(second)]).toEqual([401, 200]);
    const third = await turn(60);
    const fourth = await turn(60);
    expect([await works(second), await works(third), await works(fourth)]).toEqual([401, 200, 200]);
    expect((await server.ask('DELETE', `/api/v1/keys/${made.id}`, { key })).status).toBe(204);
    expect([await works(third), await works(fourth)]).toEqual([401, 401]);
    const over = await server.ask('POST', `/api/v1/keys/${made.id}/rotate`, { key, body: {} });
    expect(over).toMatchObject({ status: 409, json: { code: 'key.over' } });
  });

  test('an overlap longer than seven days is refused', async () => {
    const made = await create({});
    const long = await server.ask('POST', `/api/v1/keys/${made.id}/rotate`, { key, body: { overlap: 604_801 } });
    expect(long.status).toBe(422);
    expect(await works(made.key)).toBe(200);
  });

  test('nobody rotates a key that holds more than he does, since he would hold it then', async () => {
    const strong = await create({ permissions: ['flow.read', 'flow.write'] });
    const weak = (await server.key({ permissions: ['key.manage', 'flow.read'] })).plain;
    const turned = await server.ask('POST', `/api/v1/keys/${strong.id}/rotate`, { key: weak, body: {} });
    expect(turned).toMatchObject({ status: 403, json: { code: 'key.beyond' } });
    expect(await works(strong.key)).toBe(200);
    const own = await create({});
    expect((await server.ask('POST', `/api/v1/keys/${own.id}/rotate`, { key: weak, body: {} })).status).toBe(200);
  });
});

describe('limits of a key of its own', () => {
  test('DOS-09 above its rate a key hears 429 with retry-after, other keys do not, and later it may again', async () => {
    const limited = await create({ limits: { rate: 60, burst: 3 } });
    for (let i = 0; i < 3; i += 1) expect(await works(limited.key)).toBe(200);
    const over = await server.ask('GET', '/api/v1/flows', { key: limited.key });
    expect(over).toMatchObject({ status: 429, json: { code: 'key.rate' } });
    expect(Number(over.headers['retry-after'])).toBe(1);
    expect(await works(key)).toBe(200);
    server.later(1_100);
    expect(await works(limited.key)).toBe(200);
  });

  test('requests under way count until their answers have left, streams too', async () => {
    const draft = {
      headgate: 1,
      name: 'Waits',
      triggers: [],
      steps: [{ id: 'nap', kind: 'wait@1', with: { for: '2s' } }],
    };
    const { id: flow } = (await server.ask('POST', '/api/v1/flows', { key, body: { draft } })).json as { id: string };
    const one = await create({ permissions: ['flow.read', 'flow.write', 'run', 'run.read'], limits: { parallel: 1 } });
    const waiting = server.ask('POST', `/api/v1/flows/${flow}/runs`, { key: one.key, body: { draft: true, wait: 10 } });
    await expect.poll(() => works(one.key)).toBe(429);
    expect(await server.ask('GET', '/api/v1/flows', { key: one.key })).toMatchObject({
      json: { code: 'key.parallel' },
    });
    expect((await waiting).status).toBeLessThan(300);
    expect(await works(one.key)).toBe(200);
  });
});

describe('how long a key lasts', () => {
  test('without a time it gets the days of the server; never, and longer than the most, are refused', async () => {
    const made = await create({});
    const days = (Date.parse(made.expires ?? '') - Date.parse(made.secrets[0]?.created ?? '')) / 86_400_000;
    expect(days).toBe(90);
    for (const expires of [null, new Date(Date.now() + 400 * 86_400_000).toISOString(), '2020-01-01T00:00:00Z']) {
      const body = { name: 'k', permissions: ['flow.read'], expires };
      const refused = await server.ask('POST', '/api/v1/keys', { key, body });
      expect(refused, String(expires)).toMatchObject({ status: 422, json: { code: 'key.expiry' } });
    }
    await create({ expires: new Date(Date.now() + 300 * 86_400_000).toISOString() });
  });

  test('a key that runs out makes none that outlives it', async () => {
    const end = Date.now() + 30 * 86_400_000;
    const short = (await server.key({ expires: end })).plain;
    expect(Date.parse((await create({}, short)).expires ?? '')).toBe(end);
    const body = { name: 'k', permissions: ['flow.read'], expires: new Date(end + 1_000).toISOString() };
    expect(await server.ask('POST', '/api/v1/keys', { key: short, body })).toMatchObject({
      status: 422,
      json: { code: 'key.expiry' },
    });
    await create({ expires: new Date(end - 1_000).toISOString() }, short);
  });
});

describe('keys of an account', () => {
  test('a person makes, sees, rotates and revokes keys of his own, and no others', async () => {
    const ada = (await server.key({ user: 'u_ada', role: 'operator', permissions: ['key.own', 'flow.read', 'run'] }))
      .plain;
    const bob = (await server.key({ user: 'u_bob', role: 'viewer', permissions: ['key.own', 'flow.read'] })).plain;
    const made = await create({}, ada, '/api/v1/me/keys');
    expect(made.user).toBe('u_ada');
    const mine = (await server.ask('GET', '/api/v1/me/keys', { key: ada })).json as { keys: Key[] };
    expect(mine.keys.map(({ id }) => id)).toContain(made.id);
    const his = (await server.ask('GET', '/api/v1/me/keys', { key: bob })).json as { keys: Key[] };
    expect(his.keys.every(({ user }) => user === 'u_bob')).toBe(true);
    for (const [method, path] of [
      ['POST', `/api/v1/me/keys/${made.id}/rotate`],
      ['DELETE', `/api/v1/me/keys/${made.id}`],
    ] as const) {
      expect((await server.ask(method, path, { key: bob, body: {} })).status, path).toBe(404);
    }
    // One who manages keys may end a person's key, but never take its place.
    const taken = await server.ask('POST', `/api/v1/keys/${made.id}/rotate`, { key, body: {} });
    expect(taken).toMatchObject({ status: 403, json: { code: 'key.beyond' } });
    expect(await works(made.key)).toBe(200);
    const turned = await server.ask('POST', `/api/v1/me/keys/${made.id}/rotate`, { key: ada, body: { overlap: 0 } });
    expect(turned.status).toBe(200);
    expect(await works((turned.json as Key).key)).toBe(200);
    expect((await server.ask('DELETE', `/api/v1/me/keys/${made.id}`, { key: ada })).status).toBe(204);
  });

  test('a key of his own holds at most what he holds; a key without an account has none', async () => {
    const ada = (await server.key({ user: 'u_ada', role: 'operator', permissions: ['key.own', 'flow.read'] })).plain;
    const ask = (body: object, by: string) =>
      server.ask('POST', '/api/v1/me/keys', { key: by, body: { name: 'k', ...body } });
    expect(await ask({ permissions: ['flow.write'] }, ada)).toMatchObject({
      status: 403,
      json: { code: 'key.beyond' },
    });
    expect(await ask({ permissions: ['flow.read'] }, key)).toMatchObject({
      status: 403,
      json: { code: 'key.unowned' },
    });
    const narrow = (
      await server.key({ user: 'u_ada', role: 'operator', permissions: ['key.own', 'flow.read'], flows: ['f_1'] })
    ).plain;
    expect(await ask({ permissions: ['flow.read'] }, narrow)).toMatchObject({ status: 403 });
    expect((await ask({ permissions: ['flow.read'], flows: ['f_1'] }, narrow)).status).toBe(201);
  });
});
