/**
 * Attacks with engine tokens, over real HTTP. What a stranger forges is forged here by hand; what is signed by the server
 * and wrong all the same is signed by its own store. Each row has a positive twin.
 */

import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PERMISSIONS } from '@headgate/core';
import { type Contract, permissionOf, ROUTES } from '@headgate/core/api';
import { openStore } from '../../packages/server/src/store/open.ts';
import { breaches, isOpen, methodOf, pathOf, startServer, type TestServer } from '../fixtures/server.ts';

let server: TestServer;
let key: { id: string; plain: string };
let good: Token;

type Token = { id: string; family: string; token: string; expires: string; subject: string };
type Jwk = { kty: string; crv: string; x: string; kid: string; alg: string };

const TYPE = 'headgate-engine+jwt';
const FLOWS = '/api/v1/flows';

const create = async (body: object = {}, by = key.plain): Promise<Token> => {
  const wish = { name: 'relay', permissions: ['flow.read', 'run', 'run.read'], ...body };
  const answer = await server.ask('POST', '/api/v1/tokens', { key: by, body: wish });
  expect(answer.status, answer.text).toBe(201);
  expect(breaches(ROUTES.createToken, answer)).toEqual([]);
  return answer.json as Token;
};

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
const status = async (token: string, path = FLOWS): Promise<number> =>
  (await server.ask('GET', path, bearer(token))).status;

beforeAll(async () => {
  server = await startServer();
  key = await server.key();
  good = await create({ lifetime: 86_400 });
});
afterAll(() => server.close());

const b64 = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const part = (token: string, at: 0 | 1): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[at] ?? '', 'base64url').toString());
const jwks = async (): Promise<readonly Jwk[]> =>
  ((await server.ask('GET', '/api/v1/auth/jwks')).json as { keys: Jwk[] }).keys;

/** Signed by the server's own key, with what the test makes of its claims. */
const signedByUs = (claims: Record<string, unknown>, type = TYPE): Promise<string> => {
  const all = { ...part(good.token, 1), ...claims };
  const kept = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return server.house.store.tokens.sign(type, kept, Date.now());
};

/** The records of refusals since, newest first. */
const refusals = async (work: () => Promise<unknown>) => {
  const list = async () => (await server.house.store.in('*').audit.list({ limit: 50 })).rows;
  const newest = (await list())[0]?.id ?? 0;
  await work();
  return (await list()).filter((row) => row.id > newest);
};

/** Refused with 401, like any wrong key, and on record once with the reason. */
const refused = async (token: string, reason: string): Promise<void> => {
  const records = await refusals(async () => {
    const answer = await server.ask('GET', FLOWS, bearer(token));
    expect(answer, reason).toMatchObject({ status: 401, json: { code: 'auth.invalid' } });
    expect(answer.text).toBe((await server.ask('GET', FLOWS, { key: `hg_${'x'.repeat(43)}` })).text);
  });
  expect(records.filter((row) => row.reason !== 'auth.invalid')).toMatchObject([
    { actor: 'stranger 127.0.0.1', action: 'listFlows', decision: 'deny', reason },
  ]);
  expect(records).toHaveLength(2);
};

describe('TOK-01 tokens without an algorithm', () => {
  test.each(['none', 'None', 'NONE', 'nOnE', '', ' none', null, 0, ['none']])(
    'TOK-01 alg %j, with an empty signature, with the old one, and with a made-up one, is 401',
    async (alg) => {
      const [, payload = '', signature = ''] = good.token.split('.');
      const header = b64({ ...part(good.token, 0), alg });
      const wanted = typeof alg === 'string' ? 'token.alg' : 'token.malformed';
      for (const end of ['', signature, b64('x')]) {
        const why = alg === '' ? /token\.(alg|malformed)/ : new RegExp(wanted);
        const [record] = await refusals(async () => {
          expect(await status(`${header}.${payload}.${end}`)).toBe(401);
        });
        expect(record?.reason).toMatch(why);
      }
    },
  );

  test('TOK-01 a header without alg, and one with several, are 401', async () => {
    const [, payload = '', signature = ''] = good.token.split('.');
    const { alg: _alg, ...without } = part(good.token, 0);
    expect(await status(`${b64(without)}.${payload}.${signature}`)).toBe(401);
    const twice = b64(`{"alg":"none","typ":"${TYPE}","alg":"EdDSA"}`);
    expect(await status(`${twice}.${payload}.`)).toBe(401);
  });

  test('TOK-01 twin: the token that the server signed works', async () => {
    expect(await status(good.token)).toBe(200);
    expect(part(good.token, 0)).toMatchObject({ alg: 'EdDSA', typ: TYPE });
  });
});

describe('TOK-02 keys taken for others', () => {
  test('TOK-02 the public key as an HMAC secret, in whatever spelling, signs nothing', async () => {
    const [jwk] = await jwks();
    if (jwk === undefined) throw new Error('no key is published');
    const pem = createPublicKey({ key: { ...jwk }, format: 'jwk' })
      .export({ format: 'pem', type: 'spki' })
      .toString();
    const secrets = [jwk.x, Buffer.from(jwk.x, 'base64url'), pem, `\n\n  ${pem}`, pem.trim(), JSON.stringify(jwk), ''];
    const [, payload = ''] = good.token.split('.');
    for (const [alg, hash] of [
      ['HS256', 'sha256'],
      ['HS384', 'sha384'],
      ['HS512', 'sha512'],
    ] as const) {
      for (const secret of secrets) {
        const text = `${b64({ alg, typ: TYPE, kid: jwk.kid })}.${payload}`;
        await refused(`${text}.${createHmac(hash, secret).update(text).digest('base64url')}`, 'token.alg');
      }
    }
  });

  test('TOK-02 a key that the token brings along is not used: jwk, jku, x5u, x5c, kid as a path or a URL', async () => {
    const pair = generateKeyPairSync('ed25519');
    const own = pair.publicKey.export({ format: 'jwk' });
    const [, payload = ''] = good.token.split('.');
    const { kid } = part(good.token, 0);
    for (const more of [
      { kid, jwk: own },
      { jwk: own },
      { kid, jku: 'https://evil.example/jwks' },
      { kid, x5u: 'https://evil.example/x' },
      { kid, x5c: ['MIIB'] },
      { kid: '../../../dev/null' },
      { kid: 'https://evil.example/jwks#1' },
      { kid: '__proto__' },
      { kid: "' or '1'='1" },
      { kid, crit: ['exp'] },
      { kid, b64: false, crit: ['b64'] },
    ]) {
      const text = `${b64({ alg: 'EdDSA', typ: TYPE, ...more })}.${payload}`;
      const token = `${text}.${sign(null, Buffer.from(text), pair.privateKey).toString('base64url')}`;
      expect(await status(token), JSON.stringify(more)).toBe(401);
    }
  });

  test('TOK-02 another algorithm of the same or another kind of key is refused by its name, whatever it signs', async () => {
    const [, payload = ''] = good.token.split('.');
    const { kid } = part(good.token, 0);
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    for (const alg of ['ES256', 'RS256', 'PS256', 'Ed25519', 'eddsa', 'EDDSA', 'dir', 'HS256']) {
      const text = `${b64({ alg, typ: TYPE, kid })}.${payload}`;
      const made = sign('sha256', Buffer.from(text), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' });
      await refused(`${text}.${made.toString('base64url')}`, 'token.alg');
    }
  });

  test('TOK-02 a changed claim, header or signature is refused', async () => {
    const [header = '', payload = '', signature = ''] = good.token.split('.');
    const more = b64({ ...part(good.token, 1), scope: 'instance.manage' });
    await refused(`${header}.${more}.${signature}`, 'token.signature');
    const flipped = `${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`;
    await refused(`${header}.${payload}.${flipped}`, 'token.signature');
    expect(await status(`${good.token}.x`)).toBe(401);
    expect(await status(`${good.token}=`)).toBe(401);
    expect(await status(`.${payload}.${signature}`)).toBe(401);
    expect(await status(`${header}.${'A'.repeat(9_000)}.${signature}`)).toBe(401);
  });

  test('TOK-02 a token signed for something else of ours is none', async () => {
    for (const type of ['JWT', 'at+jwt', 'headgate-engine', `${TYPE}x`])
      await refused(await signedByUs({}, type), 'token.type');
  });
});

describe('TOK-05 dates', () => {
  test('TOK-05 a token that ran out is refused, also right after uses that were cached, and a stream of it ends', async () => {
    const own = await startServer();
    const { plain } = await own.key();
    const made = await own.ask('POST', '/api/v1/tokens', {
      key: plain,
      body: { name: 'x', permissions: ['flow.read'], lifetime: 60 },
    });
    const { token } = made.json as Token;
    for (let i = 0; i < 3; i += 1) expect((await own.ask('GET', FLOWS, bearer(token))).status).toBe(200);
    own.later(59_000);
    expect((await own.ask('GET', FLOWS, bearer(token))).status).toBe(200);
    own.later(7_000);
    expect((await own.ask('GET', FLOWS, bearer(token))).status).toBe(401);
    await own.close();
  });

  test('TOK-05 no expiry, no beginning, no id, one that begins later, one that lasts longer than a day: 401', async () => {
    const now = Math.floor(Date.now() / 1000);
    for (const name of ['exp', 'nbf', 'iat', 'jti', 'sub', 'ws', 'scope'])
      await refused(
        await signedByUs({ [name]: undefined }),
        name === 'nbf' || name === 'exp' ? reasonOf(name) : 'token.claims',
      );
    await refused(await signedByUs({ exp: now - 60 }), 'token.expired');
    await refused(await signedByUs({ nbf: now + 60 }), 'token.early');
    await refused(await signedByUs({ exp: now + 86_400 + 60, iat: now }), 'token.claims');
    await refused(await signedByUs({ exp: '9999999999' }), 'token.expired');
    expect(await status(await signedByUs({}))).toBe(200);
  });

  const reasonOf = (name: 'nbf' | 'exp'): string => (name === 'nbf' ? 'token.early' : 'token.expired');

  test('TOK-05 a token whose row is not there is refused: an older copy of the database revives none', async () => {
    await refused(await signedByUs({ jti: 't_0123456789abcdef01234567' }), 'token.unknown');
    await refused(await signedByUs({ ws: 'another' }), 'token.unknown');
    await refused(await signedByUs({ sub: 'another' }), 'token.unknown');
  });
});

describe('TOK-06 tokens of somewhere else', () => {
  test('TOK-06 a valid token of another instance is refused by this one, and the other way round', async () => {
    const other = await startServer();
    const { plain } = await other.key();
    const made = await other.ask('POST', '/api/v1/tokens', {
      key: plain,
      body: { name: 'x', permissions: ['flow.read'] },
    });
    const { token } = made.json as Token;
    expect((await other.ask('GET', FLOWS, bearer(token))).status).toBe(200);
    await refused(token, 'token.key');
    expect((await other.ask('GET', FLOWS, bearer(good.token))).status).toBe(401);
    await other.close();
  });

  test('TOK-06 a token of our own key for another audience or of another issuer is refused', async () => {
    const { instance } = server.house.store;
    for (const aud of ['e_other', `${instance}x`, instance.toUpperCase(), ['e_other'], '', undefined])
      await refused(await signedByUs({ aud }), 'token.audience');
    for (const iss of [
      'https://evil.example/api/v1/auth',
      'http://127.0.0.1',
      `${String(part(good.token, 1)['iss'])}/`,
      undefined,
    ])
      await refused(await signedByUs({ iss }), 'token.issuer');
    expect(part(good.token, 1)).toMatchObject({ aud: instance });
  });
});

describe('AZ-10 what a token holds, and for how long', () => {
  test('AZ-10 revoked by id, by subject and all at once, each holds for the very next call', async () => {
    const three = [await create(), await create(), await create()];
    for (const { token } of three) expect(await status(token)).toBe(200);
    const [one, two, three_] = three.map(({ token }) => token);
    const end = (path: string) => server.ask('DELETE', `/api/v1/tokens${path}`, { key: key.plain });
    expect((await end(`/${three[0]?.id ?? ''}`)).status).toBe(204);
    expect([await status(one ?? ''), await status(two ?? '')]).toEqual([401, 200]);
    await refused(one ?? '', 'token.revoked');
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
    await refused(made.token, 'token.maker');
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

describe('kinds of credential at every door', () => {
  const doors = Object.entries(ROUTES as Readonly<Record<string, Contract>>).filter(([, c]) => !isOpen(c));

  test.each(doors)('TOK-01, TOK-02, TOK-05, TOK-06 no bad credential of any kind opens %s', async (_name, contract) => {
    const [header = '', payload = '', signature = ''] = good.token.split('.');
    const now = Math.floor(Date.now() / 1000);
    const revoked = await server.key();
    await server.house.store.in('default').keys.revoke(revoked.id, Date.now());
    const bad: Readonly<Record<string, string>> = {
      'an unknown key': `hg_${'x'.repeat(43)}`,
      'a revoked key': revoked.plain,
      'an expired key': (await server.key({ expires: Date.now() - 1 })).plain,
      'a key with a full stop': `${key.plain}.`,
      'the hash of a key': server.house.store.credentials.hashKey(key.plain),
      'alg none': `${b64({ ...part(good.token, 0), alg: 'none' })}.${payload}.`,
      'a changed claim': `${header}.${b64({ ...part(good.token, 1), scope: PERMISSIONS.join(' ') })}.${signature}`,
      'an expired token': await signedByUs({ exp: now - 60 }),
      'an early token': await signedByUs({ nbf: now + 600 }),
      'a token without end': await signedByUs({ exp: undefined }),
      'another engine’s': await signedByUs({ aud: 'e_other' }),
      'another issuer’s': await signedByUs({ iss: 'https://evil.example' }),
      'another type': await signedByUs({}, 'at+jwt'),
      'an unknown token': await signedByUs({ jti: 't_none' }),
    };
    for (const [kind, plain] of Object.entries(bad)) {
      for (const headers of [{ authorization: `Bearer ${plain}` }, { 'x-api-key': plain }])
        expect((await server.ask(methodOf(contract), pathOf(contract), { headers })).status, kind).toBe(401);
    }
  });

  test.each(doors)('twin: at %s a good token is let in exactly where its scope reaches', async (_name, contract) => {
    const needed = permissionOf(contract.needs);
    const strong = await create({
      permissions: [
        'flow.read',
        'flow.write',
        'flow.publish',
        'run',
        'run.read',
        'run.cancel',
        'secret.write',
        'audit.read',
        'metrics.read',
      ],
    });
    const holds = String(part(strong.token, 1)['scope']).split(' ');
    const answer = await server.ask(methodOf(contract), pathOf(contract), bearer(strong.token));
    expect(answer.status).not.toBe(401);
    expect(answer.status === 403).toBe(needed !== undefined && !holds.includes(needed));
  });
});
