/**
 * Attacks with forged and misused engine tokens, over real HTTP. What a stranger forges is forged here by hand; what is
 * signed by the server and wrong all the same is signed by its own store. Each row has a positive twin.
 */

import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from '../fixtures/server.ts';
import {
  b64,
  bearer,
  createToken,
  expectRefused,
  FLOWS,
  type Jwk,
  part,
  refusalsOf,
  signedByUs,
  statusOf,
  type Token,
  TYPE,
} from '../fixtures/tokens.ts';

let server: TestServer;
let key: { id: string; plain: string };
let good: Token;

const create = (body: object = {}, by = key.plain): Promise<Token> => createToken(server, by, body);
const status = (token: string, path?: string): Promise<number> => statusOf(server, token, path);

const jwks = async (): Promise<readonly Jwk[]> =>
  ((await server.ask('GET', '/api/v1/auth/jwks')).json as { keys: Jwk[] }).keys;

beforeAll(async () => {
  server = await startServer();
  key = await server.key();
  good = await create({ lifetime: 86_400 });
});
afterAll(() => server.close());

describe('TOK-01 tokens without an algorithm', () => {
  test.each(['none', 'None', 'NONE', 'nOnE', '', ' none', null, 0, ['none']])(
    'TOK-01 alg %j, with an empty signature, with the old one, and with a made-up one, is 401',
    async (alg) => {
      const [, payload = '', signature = ''] = good.token.split('.');
      const header = b64({ ...part(good.token, 0), alg });
      const wanted = typeof alg === 'string' ? 'token.alg' : 'token.malformed';
      for (const end of ['', signature, b64('x')]) {
        const why = alg === '' ? /token\.(alg|malformed)/ : new RegExp(wanted);
        const [record] = await refusalsOf(server, async () => {
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
        await expectRefused(
          server,
          `${text}.${createHmac(hash, secret).update(text).digest('base64url')}`,
          'token.alg',
        );
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
      await expectRefused(server, `${text}.${made.toString('base64url')}`, 'token.alg');
    }
  });

  test('TOK-02 a changed claim, header or signature is refused', async () => {
    const [header = '', payload = '', signature = ''] = good.token.split('.');
    const more = b64({ ...part(good.token, 1), scope: 'instance.manage' });
    await expectRefused(server, `${header}.${more}.${signature}`, 'token.signature');
    const flipped = `${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`;
    await expectRefused(server, `${header}.${payload}.${flipped}`, 'token.signature');
    expect(await status(`${good.token}.x`)).toBe(401);
    expect(await status(`${good.token}=`)).toBe(401);
    expect(await status(`.${payload}.${signature}`)).toBe(401);
    expect(await status(`${header}.${'A'.repeat(9_000)}.${signature}`)).toBe(401);
  });

  test('TOK-02 a token signed for something else of ours is none', async () => {
    for (const type of ['JWT', 'at+jwt', 'headgate-engine', `${TYPE}x`])
      await expectRefused(server, await signedByUs(server, good, {}, type), 'token.type');
  });
});

describe('TOK-05 dates', () => {
  test('TOK-05 a token that ran out is refused, also right after uses that were cached, whatever its row says', async () => {
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
    const day = await createToken(own, plain, { lifetime: 86_400 });
    const soon = Math.floor(Date.now() / 1000) + 66 + 60;
    const short = await signedByUs(own, day, { exp: soon });
    expect((await own.ask('GET', FLOWS, bearer(short))).status).toBe(200);
    own.later(67_000);
    expect((await own.ask('GET', FLOWS, bearer(short))).status).toBe(401);
    expect((await own.ask('GET', FLOWS, bearer(day.token))).status).toBe(200);
    await own.close();
  });

  test('TOK-05 no expiry, no beginning, no id, one that begins later, one that lasts longer than a day: 401', async () => {
    const now = Math.floor(Date.now() / 1000);
    for (const name of ['exp', 'nbf', 'iat', 'jti', 'sub', 'ws', 'scope'])
      await expectRefused(
        server,
        await signedByUs(server, good, { [name]: undefined }),
        name === 'nbf' || name === 'exp' ? reasonOf(name) : 'token.claims',
      );
    await expectRefused(server, await signedByUs(server, good, { exp: now - 60 }), 'token.expired');
    await expectRefused(server, await signedByUs(server, good, { nbf: now + 60 }), 'token.early');
    await expectRefused(server, await signedByUs(server, good, { exp: now + 86_400 + 60, iat: now }), 'token.claims');
    await expectRefused(server, await signedByUs(server, good, { exp: '9999999999' }), 'token.expired');
    expect(await status(await signedByUs(server, good, {}))).toBe(200);
  });

  const reasonOf = (name: 'nbf' | 'exp'): string => (name === 'nbf' ? 'token.early' : 'token.expired');

  test('TOK-05 a token whose row is not there is refused: an older copy of the database revives none', async () => {
    await expectRefused(server, await signedByUs(server, good, { jti: 't_0123456789abcdef01234567' }), 'token.unknown');
    await expectRefused(server, await signedByUs(server, good, { ws: 'another' }), 'token.unknown');
    await expectRefused(server, await signedByUs(server, good, { sub: 'another' }), 'token.unknown');
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
    await expectRefused(server, token, 'token.key');
    expect((await other.ask('GET', FLOWS, bearer(good.token))).status).toBe(401);
    await other.close();
  });

  test('TOK-06 a token of our own key for another audience or of another issuer is refused', async () => {
    const { instance } = server.house.store;
    for (const aud of ['e_other', `${instance}x`, instance.toUpperCase(), ['e_other'], '', undefined])
      await expectRefused(server, await signedByUs(server, good, { aud }), 'token.audience');
    for (const iss of [
      'https://evil.example/api/v1/auth',
      'http://127.0.0.1',
      `${String(part(good.token, 1)['iss'])}/`,
      undefined,
    ])
      await expectRefused(server, await signedByUs(server, good, { iss }), 'token.issuer');
    expect(part(good.token, 1)).toMatchObject({ aud: instance });
  });
});
