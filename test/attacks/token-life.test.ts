/** The life of an engine token: what it holds, how it is refreshed, revoked and signed, over real HTTP. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROUTES } from '@headgate/core/api';
import { openStore } from '../../packages/server/src/store/open.ts';
import { breaches, startServer, type TestServer } from '../fixtures/server.ts';
import { bearer, createToken, expectRefused, FLOWS, type Jwk, part, statusOf, type Token } from '../fixtures/tokens.ts';

let server: TestServer;
let key: { id: string; plain: string };
let good: Token;

const create = (body: object = {}, by = key.plain): Promise<Token> => createToken(server, by, body);
const status = (token: string, path?: string): Promise<number> => statusOf(server, token, path);

beforeAll(async () => {
  server = await startServer();
  key = await server.key();
  good = await create({ lifetime: 86_400 });
});
afterAll(() => server.close());

describe('AZ-10 what a token holds, and for how long', () => {
  test('AZ-10 revoked by id, by subject and all at once, each holds for the very next call', async () => {
    const three = [await create(), await create(), await create()];
    for (const { token } of three) expect(await status(token)).toBe(200);
    const [one, two, three_] = three.map(({ token }) => token);
    const end = (path: string) => server.ask('DELETE', `/api/v1/tokens${path}`, { key: key.plain });
    expect((await end(`/${three[0]?.id ?? ''}`)).status).toBe(204);
    expect([await status(one ?? ''), await status(two ?? '')]).toEqual([401, 200]);
    await expectRefused(server, one ?? '', 'token.revoked');
    const second = await server.key();
    const his = await create({}, second.plain);
    const bySubject = await end(`?subject=${second.id}`);
    expect(breaches(ROUTES.revokeTokens, bySubject)).toEqual([]);
    expect(bySubject.json).toEqual({ revoked: 1 });
    expect([await status(his.token), await status(two ?? '')]).toEqual([401, 200]);
    expect((await end('?all=true')).status).toBe(200);
    expect([await status(two ?? ''), await status(three_ ?? '')]).toEqual([401, 401]);
    expect((await end('')).status).toBe(422);
    expect((await end(`?all=true&subject=${second.id}`)).status).toBe(422);
    good = await create({ lifetime: 86_400 });
    expect(await status(good.token)).toBe(200);
  });

  test('AZ-10 what another process revokes is gone here within a second', async () => {
    const made = await create();
    expect(await status(made.token)).toBe(200);
    const beside = await openStore({ dir: server.dir, key: server.instanceKey, clock: () => Date.now() });
    await beside.in('default').tokens.revoke({ token: made.id }, Date.now());
    const begun = Date.now();
    await expect.poll(() => status(made.token), { timeout: 3_000, interval: 20 }).toBe(401);
    expect(Date.now() - begun).toBeLessThan(1_000);
    expect(await status(good.token)).toBe(200);
    await beside.close();
  });

  test('AZ-10 a token holds no more than its maker does now, and ends with him', async () => {
    const maker = await server.key({ permissions: ['token.manage', 'flow.read', 'run.read'] });
    const made = await create({ permissions: ['flow.read'] }, maker.plain);
    expect([await status(made.token), await status(made.token, '/api/v1/runs')]).toEqual([200, 403]);
    const more = { name: 'x', permissions: ['secret.write'] };
    expect(await server.ask('POST', '/api/v1/tokens', { key: maker.plain, body: more })).toMatchObject({
      status: 403,
      json: { code: 'token.beyond' },
    });
    expect((await server.ask('DELETE', `/api/v1/keys/${maker.id}`, { key: key.plain })).status).toBe(204);
    await expectRefused(server, made.token, 'token.maker');
  });

  test('AZ-10 a token ends when the key that made it runs out, though nothing changed meanwhile', async () => {
    const own = await startServer();
    const maker = await own.key({ expires: Date.now() + 120_000 });
    const made = await own.ask('POST', '/api/v1/tokens', {
      key: maker.plain,
      body: { name: 'x', permissions: ['flow.read'] },
    });
    const { token } = made.json as Token;
    expect((await own.ask('GET', FLOWS, bearer(token))).status).toBe(200);
    own.later(121_000);
    expect((await own.ask('GET', FLOWS, bearer(token))).status).toBe(401);
    await own.close();
  });

  test('AZ-08 a token of one flow reaches that flow alone', async () => {
    const draft = { headgate: 1, name: 'x', triggers: [], steps: [{ id: 'a', kind: 'set@1', with: { value: 1 } }] };
    const made = async () =>
      ((await server.ask('POST', FLOWS, { key: key.plain, body: { draft } })).json as { id: string }).id;
    const [mine, other] = [await made(), await made()];
    const { token } = await create({ flows: [mine] });
    expect([await status(token, `${FLOWS}/${mine}`), await status(token, `${FLOWS}/${other}`)]).toEqual([200, 404]);
  });

  test('AZ-10 what was queued by a token that is revoked does not begin; its stream ends; what a key queued begins', async () => {
    const draft = {
      headgate: 1,
      name: 'Line',
      triggers: [],
      settings: { concurrency: 1 },
      steps: [{ id: 'nap', kind: 'wait@1', with: { for: '4s' } }],
    };
    const { id: flow } = (await server.ask('POST', FLOWS, { key: key.plain, body: { draft } })).json as { id: string };
    await server.ask('POST', `${FLOWS}/${flow}/publish`, { key: key.plain, body: { grant: 'needed' } });
    const start = async (how: object): Promise<string> =>
      ((await server.ask('POST', `${FLOWS}/${flow}/runs`, { ...how, body: {} })).json as { id: string }).id;
    const state = async (run: string): Promise<string | undefined> =>
      (await server.house.store.in('default').runs.get(run))?.state;
    const made = await create();
    const [first, mine, last] = [
      await start({ key: key.plain }),
      await start(bearer(made.token)),
      await start({ key: key.plain }),
    ];
    expect([await state(mine), await state(last)]).toEqual(['queued', 'queued']);
    const stream = server.ask('GET', `/api/v1/runs/${first}/events`, bearer(made.token));
    await server.ask('DELETE', `/api/v1/tokens/${made.id}`, { key: key.plain });
    await expect.poll(() => state(mine), { timeout: 3_000 }).toBe('cancelled');
    const ended = await stream;
    expect(ended.text).not.toContain('run.done');
    await expect.poll(() => state(last), { timeout: 15_000 }).toBe('done');
  });

  test('a token lends no powers and makes no credentials, whoever makes it', async () => {
    for (const permission of [
      'grant.give',
      'key.manage',
      'key.own',
      'token.manage',
      'member.manage',
      'instance.manage',
    ]) {
      const body = { name: 'x', permissions: [permission] };
      expect((await server.ask('POST', '/api/v1/tokens', { key: key.plain, body })).status, permission).toBe(422);
    }
  });
});

describe('refreshing', () => {
  const refresh = (token: string) => server.ask('POST', '/api/v1/tokens/refresh', { ...bearer(token), body: {} });

  test('a token is exchanged for its successor, which has the same scope; the old one ends within a minute', async () => {
    const own = await startServer();
    const { plain } = await own.key();
    const wish = { name: 'x', permissions: ['flow.read'], lifetime: 3600, renewable: 7200 };
    const made = (await own.ask('POST', '/api/v1/tokens', { key: plain, body: wish })).json as Token;
    own.later(1_000);
    const next = await own.ask('POST', '/api/v1/tokens/refresh', { ...bearer(made.token), body: {} });
    expect(breaches(ROUTES.refreshToken, next)).toEqual([]);
    const after = next.json as Token;
    expect(after).toMatchObject({ family: made.id, name: 'x' });
    expect(after.id).not.toBe(made.id);
    const at = async (token: string) => (await own.ask('GET', FLOWS, bearer(token))).status;
    expect([await at(made.token), await at(after.token)]).toEqual([200, 200]);
    own.later(62_000);
    expect([await at(made.token), await at(after.token)]).toEqual([401, 200]);
    const records = (await own.house.store.in('default').audit.list({ limit: 100 })).rows;
    expect(records.find((row) => row.action === 'refreshToken')).toMatchObject({
      actor: made.id,
      object: after.id,
      decision: 'allow',
    });
    own.later(7_200_000);
    expect((await own.ask('POST', '/api/v1/tokens/refresh', { ...bearer(after.token), body: {} })).status).toBe(401);
    await own.close();
  });

  test('TOK-05 who refreshes the same token twice ends the whole family, on record', async () => {
    const made = await create({ renewable: 3600 });
    const first = await refresh(made.token);
    expect(first.status).toBe(200);
    const { token } = first.json as Token;
    expect(await status(token)).toBe(200);
    const again = await refresh(made.token);
    expect(again).toMatchObject({ status: 401, json: { code: 'auth.invalid' } });
    expect([await status(token), await status(made.token)]).toEqual([401, 401]);
    const records = (await server.house.store.in('default').audit.list({ limit: 20 })).rows;
    expect(records.find((row) => row.reason === 'token.reuse')).toMatchObject({ actor: made.id, decision: 'deny' });
  });

  test('one that is not renewable stays what it is; a key, a forged token and nothing at all are refused', async () => {
    expect(await refresh(good.token)).toMatchObject({ status: 409, json: { code: 'token.final' } });
    expect((await refresh(key.plain)).status).toBe(401);
    expect((await refresh(`${good.token.slice(0, -4)}AAAA`)).status).toBe(401);
    expect((await server.ask('POST', '/api/v1/tokens/refresh', { body: {} })).status).toBe(401);
    expect(await status(good.token)).toBe(200);
  });
});

describe('the keys that sign', () => {
  test('new tokens carry the new key, old ones hold until they run out, and both public keys are there until then', async () => {
    const own = await startServer();
    const { plain } = await own.key();
    const make = async (): Promise<string> => {
      const body = { name: 'x', permissions: ['flow.read'], lifetime: 86_400 };
      return ((await own.ask('POST', '/api/v1/tokens', { key: plain, body })).json as Token).token;
    };
    const at = async (token: string) => (await own.ask('GET', FLOWS, bearer(token))).status;
    const kids = async () =>
      ((await own.ask('GET', '/api/v1/auth/jwks')).json as { keys: Jwk[] }).keys.map(({ kid }) => kid);
    const old = await make();
    expect(await kids()).toEqual([part(old, 0)['kid']]);
    const rotated = await own.ask('POST', '/api/v1/tokens/rotate-keys', { key: plain, body: {} });
    expect(breaches(ROUTES.rotateTokenKeys, rotated)).toEqual([]);
    const fresh = await make();
    expect(part(fresh, 0)['kid']).toBe((rotated.json as { kid: string }).kid);
    expect(await kids()).toEqual([part(fresh, 0)['kid'], part(old, 0)['kid']]);
    expect([await at(old), await at(fresh)]).toEqual([200, 200]);
    const ended = await own.ask('POST', '/api/v1/tokens/rotate-keys', { key: plain, body: { end: true } });
    expect(ended.status).toBe(200);
    expect([await at(old), await at(fresh)]).toEqual([401, 401]);
    const last = await make();
    expect(await kids()).toEqual([part(last, 0)['kid']]);
    own.later(86_400_000 + 10_000);
    expect(await at(last)).toBe(401);
    expect(await kids()).toEqual([part(last, 0)['kid']]);
    await own.close();
  });

  test('TOK-13 a token is shown once and stands nowhere: not in lists, the log, the audit trail or the database', async () => {
    const made = await create();
    expect(await status(made.token)).toBe(200);
    const listed = await server.ask('GET', '/api/v1/tokens', { key: key.plain });
    expect(breaches(ROUTES.listTokens, listed)).toEqual([]);
    expect(listed.text).toContain(made.id);
    const signature = made.token.split('.')[2] ?? '';
    for (const text of [listed.text, server.log()]) expect(text).not.toContain(signature);
    for (const file of readdirSync(server.dir, { recursive: true, withFileTypes: true }).filter((one) => one.isFile()))
      expect(readFileSync(join(file.parentPath, file.name)).includes(signature), file.name).toBe(false);
  });

  test('TOK-13 a token in the address is refused with 400, whatever the parameter is called', async () => {
    for (const path of [
      `${FLOWS}?cursor=${good.token}`,
      `/health?x=${good.token}`,
      `${FLOWS}?access_token=${good.token}`,
    ])
      expect(await server.ask('GET', path), path).toMatchObject({ status: 400, json: { code: 'auth.query' } });
  });
});
