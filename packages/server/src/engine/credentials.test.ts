import { afterEach, describe, expect, test } from 'vitest';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { countingServer, type Ground, openGround } from './testing/ground.ts';
import { openDoor, parseAllow } from '../egress/door.ts';
import { Credentials } from './credentials.ts';
import type { HeldSecret } from './secret-source.ts';
import { Tokens } from './tokens.ts';

let g: Ground | undefined;
const servers: { close: () => Promise<void> }[] = [];
afterEach(async () => {
  await g?.close();
  g = undefined;
  for (const one of servers.splice(0)) await one.close();
});

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const part of request) text += String(part);
  return text;
};

type Seen = { headers: IncomingHttpHeaders; url: string };

/** Answers every request with 200 and remembers its headers. */
const apiServer = async (answer?: (n: number) => number) => {
  const seen: Seen[] = [];
  const server = await countingServer((n, request, response) => {
    seen.push({ headers: request.headers, url: request.url ?? '' });
    response.writeHead(answer?.(n) ?? 200, { 'content-type': 'application/json' });
    response.end('{"ok":true}');
  });
  servers.push(server);
  return { ...server, seen };
};

type Asked = { authorization: string | undefined; form: URLSearchParams };

/** An OAuth token endpoint; `answer` says what the n-th ask gets. */
const tokenServer = async (answer: (n: number) => { status?: number; body: unknown }) => {
  const asked: Asked[] = [];
  const server = await countingServer((n, request, response) => {
    void bodyOf(request).then((text) => {
      asked.push({ authorization: request.headers.authorization, form: new URLSearchParams(text) });
      const { status = 200, body } = answer(n);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  });
  servers.push(server);
  return { ...server, asked };
};

const flow = (url: string, more: Record<string, unknown> = {}, step: Record<string, unknown> = {}) => ({
  headgate: 1,
  name: 'Call',
  steps: [{ id: 'call', kind: 'http.request@1', with: { method: 'GET', url, secret: 'mine', ...more }, ...step }],
});

const lent = (...urls: string[]) => ({
  grants: urls.flatMap((url) => [
    { step: '*', power: `net: * ${url.replace('http://', '')}` },
    { step: '*', power: `secret: use mine for ${url}` },
  ]),
});

const store = (ground: Ground, credential: { kind: string; [field: string]: unknown }, ...origins: string[]) =>
  ground.store.in('default').secrets.put({
    project: 'default',
    name: 'mine',
    origins,
    kind: credential.kind,
    value: JSON.stringify(credential),
    owner: 'owner',
    at: 1,
  });

const CANARY = 'c4n4ry.0123456789';

describe('a credential is filled in by its kind', () => {
  const cases: [string, { kind: string; [field: string]: unknown }, Record<string, string>][] = [
    ['api_key', { kind: 'api_key', value: CANARY }, { authorization: `Bearer ${CANARY}` }],
    ['api_key in a header', { kind: 'api_key', value: CANARY, header: 'X-API-Key' }, { 'x-api-key': CANARY }],
    [
      'basic',
      { kind: 'basic', user: 'ada', password: `p:ä ${CANARY}` },
      { authorization: `Basic ${Buffer.from(`ada:p:ä ${CANARY}`).toString('base64')}` },
    ],
    ['bearer', { kind: 'bearer', token: CANARY }, { authorization: `Bearer ${CANARY}` }],
    ['custom', { kind: 'custom', value: CANARY }, { authorization: CANARY }],
    [
      'custom in a header of its own form',
      { kind: 'custom', value: `$&${CANARY}`, header: { name: 'X-Auth', template: 'Token {value};v=1' } },
      { 'x-auth': `Token $&${CANARY};v=1` },
    ],
  ];
  test.each(cases)('%s', async (_name, credential, headers) => {
    const api = await apiServer();
    g = await openGround();
    await store(g, credential, api.url);
    const wrote = { headers: { Authorization: 'mine own', 'X-Auth': 'mine own', other: 'stays' } };
    const run = await g.run(await g.publish(flow(api.url, wrote), lent(api.url)));
    expect(run.state).toBe('done');
    expect(api.seen[0]?.headers).toMatchObject({ other: 'stays', ...headers });
    expect(api.seen[0]?.url).not.toContain(CANARY);
    const journal = JSON.stringify(await g.engine.journal('default', run.id, 0, 100));
    for (const value of Object.values(headers)) expect(journal).not.toContain(value);
  });

  test('a database_url is never sent with a request, and the problem does not show it', async () => {
    const api = await apiServer();
    g = await openGround();
    await store(g, { kind: 'database_url', url: `postgres://ada:${CANARY}@db.example/app` }, api.url);
    const run = await g.run(await g.publish(flow(api.url), lent(api.url)));
    expect(run.problem?.code).toBe('secret.kind');
    expect(JSON.stringify(run)).not.toContain(CANARY);
    expect(api.count()).toBe(0);
  });
});

test('SSRF-08 a redirect to another origin takes no credential of any kind along, also where that origin is lent', async () => {
  for (const credential of [
    { kind: 'api_key', value: CANARY, header: 'x-api-key' },
    { kind: 'basic', user: 'ada', password: CANARY },
    { kind: 'custom', value: CANARY, header: { name: 'x-auth', template: 'Token {value}' } },
  ]) {
    const other = await apiServer();
    const first = await countingServer((_n, _q, response) => {
      response.writeHead(302, { location: `${other.url}/in` });
      response.end();
    });
    servers.push(first);
    g = await openGround();
    await store(g, credential, first.url, other.url);
    const run = await g.run(await g.publish(flow(first.url), lent(first.url, other.url)));
    expect(run.state).toBe('done');
    expect(other.seen).toHaveLength(1);
    expect(JSON.stringify(other.seen)).not.toContain(CANARY);
    expect(JSON.stringify(other.seen)).not.toContain(Buffer.from(`ada:${CANARY}`).toString('base64'));
    expect(other.seen[0]?.headers).not.toHaveProperty('authorization');
    await g.close();
    g = undefined;
  }
});

test('SSRF-08 a credential goes to its own origins only: not to the same host on another port, nor where it is lent but not meant', async () => {
  const api = await apiServer();
  const other = await apiServer();
  g = await openGround();
  await store(g, { kind: 'bearer', token: CANARY }, api.url);
  const run = await g.run(await g.publish(flow(other.url), lent(api.url, other.url)));
  expect(run.problem?.code).toBe('secret.missing');
  expect(other.count()).toBe(0);
});

test('SEC-01 whoever writes in the database cannot send a credential elsewhere by changing its origins or its kind', async () => {
  const api = await apiServer();
  g = await openGround();
  await store(g, { kind: 'bearer', token: CANARY }, 'https://api.example');
  const kept = await g.store.in('default').secrets.sealed('default', 'mine', 'default');
  const real = g.store.in('default').secrets;
  expect(kept).toMatchObject({ kind: 'bearer', origins: ['https://api.example'] });
  // As the row would read after `update secret set origins = …`: the envelope is bound to what it was sealed for.
  const { opener } = await import('../store/vault-open/opener.ts');
  const { keyring } = await import('../store/vault-seal/keyring.ts');
  expect(real).toBeDefined();
  const open = opener(keyring(g.key));
  const as = (bound: { kind: string; origins: string[] } | null) =>
    kept === null ? null : open.openSecret('default', kept.id, kept.version, kept.sealed, bound).ok;
  expect(as({ kind: 'bearer', origins: ['https://api.example'] })).toBe(true);
  expect(as({ kind: 'bearer', origins: [api.url] })).toBe(false);
  expect(as({ kind: 'custom', origins: ['https://api.example'] })).toBe(false);
  expect(as(null)).toBe(false);
});

describe('oauth2_client', () => {
  const client = (url: string, more: Record<string, unknown> = {}) => ({
    kind: 'oauth2_client',
    tokenUrl: `${url}/token`,
    clientId: 'app one',
    clientSecret: `s3cret/${CANARY}`,
    scope: 'read write',
    ...more,
  });
  const answering = (n: number) => ({
    body: { access_token: `t0ken-${n}-${CANARY}`, token_type: 'Bearer', expires_in: 3600 },
  });

  test('a token is asked for once, kept until it expires, and asked for again', async () => {
    const api = await apiServer();
    const auth = await tokenServer(answering);
    g = await openGround();
    await store(g, client(auth.url), api.url);
    const id = await g.publish(flow(api.url), lent(api.url));
    await Promise.all([g.run(id), g.run(id), g.run(id)]);
    expect(auth.count()).toBe(1);
    expect(new Set(api.seen.map((one) => one.headers.authorization))).toEqual(new Set([`Bearer t0ken-1-${CANARY}`]));
    expect(auth.asked[0]?.form.toString()).toBe('grant_type=client_credentials&scope=read+write');
    const basic = Buffer.from(String(auth.asked[0]?.authorization).slice(6), 'base64').toString();
    expect(basic).toBe(`app+one:s3cret%2F${CANARY}`);
    g.clock.shift(3600_000);
    await g.run(id);
    expect([auth.count(), api.seen.at(-1)?.headers.authorization]).toEqual([2, `Bearer t0ken-2-${CANARY}`]);
  });

  test('a token is in no file of the instance, no journal and no answer, and asking for it is on record', async () => {
    const { readdirSync, readFileSync, statSync } = await import('node:fs');
    const { join } = await import('node:path');
    const api = await countingServer((_n, request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ echo: request.headers.authorization }));
    });
    servers.push(api);
    const auth = await tokenServer(answering);
    g = await openGround();
    await store(g, client(auth.url), api.url);
    const run = await g.run(await g.publish(flow(api.url), lent(api.url)));
    expect(g.engine.guard.redact(JSON.stringify(run.output))).not.toContain(CANARY);
    expect(JSON.stringify(run.output)).toContain('echo');
    const { rows } = await g.store.in('default').audit.list({ limit: 100 });
    const record = rows.find((row) => row.action === 'secret.token');
    expect(record).toMatchObject({
      object: `mine at ${auth.url}`,
      decision: 'allow',
      actor: 'owner',
      step: 'call',
      run: run.id,
    });
    const { dir } = g;
    for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
      const path = join(dir, name);
      if (statSync(path).isFile()) expect(readFileSync(path).includes(CANARY), name).toBe(false);
    }
  });

  test('after a 401 the next call asks for another token', async () => {
    const api = await apiServer((n) => (n === 1 ? 401 : 200));
    const auth = await tokenServer(answering);
    g = await openGround();
    await store(g, client(auth.url, { clientAuth: 'post' }), api.url);
    const id = await g.publish(flow(api.url), lent(api.url));
    expect((await g.run(id)).problem?.code).toBe('http.status');
    expect((await g.run(id)).state).toBe('done');
    expect(auth.count()).toBe(2);
    expect(auth.asked[0]?.authorization).toBeUndefined();
    expect(Object.fromEntries(auth.asked[0]?.form ?? [])).toMatchObject({
      client_id: 'app one',
      client_secret: `s3cret/${CANARY}`,
    });
  });

  test.each([
    [
      'refuses',
      () => ({ status: 400, body: { error: 'invalid_client', error_description: CANARY } }),
      'invalid_client',
    ],
    ['answers with something else', () => ({ body: 'no token' }), 'holds no token'],
    ['gives a token that is none', () => ({ body: { access_token: `a\r\nb ${CANARY}` } }), 'holds no token'],
    ['gives a token of another type', () => ({ body: { access_token: CANARY, token_type: 'mac' } }), 'not bearer'],
  ])('an endpoint that %s is a Problem without its words, and nothing is called', async (_name, answer, says) => {
    const api = await apiServer();
    const auth = await tokenServer(answer);
    g = await openGround();
    await store(g, client(auth.url), api.url);
    const run = await g.run(await g.publish(flow(api.url), lent(api.url)));
    expect(run.problem?.code).toBe('secret.token');
    expect(run.problem?.text).toContain(says);
    expect(JSON.stringify(run)).not.toContain(CANARY);
    expect(api.count()).toBe(0);
  });

  test('SSRF-08 an endpoint that sends the client elsewhere is not followed', async () => {
    const api = await apiServer();
    const elsewhere = await tokenServer(answering);
    const auth = await countingServer((_n, _q, response) => {
      response.writeHead(307, { location: `${elsewhere.url}/token` });
      response.end();
    });
    servers.push(auth);
    g = await openGround();
    await store(g, client(auth.url), api.url);
    const run = await g.run(await g.publish(flow(api.url), lent(api.url)));
    expect(run.problem?.code).toBe('secret.token');
    expect([elsewhere.count(), api.count()]).toEqual([0, 0]);
  });
});

describe('oauth2_refresh', () => {
  test('a refresh token that is replaced is stored again, sealed, and used after a restart', async () => {
    const api = await apiServer();
    const auth = await tokenServer((n) => ({
      body: { access_token: `access-${n}-${CANARY}`, refresh_token: `refresh-${n}-${CANARY}`, expires_in: 60 },
    }));
    g = await openGround();
    const credential = {
      kind: 'oauth2_refresh',
      tokenUrl: `${auth.url}/token`,
      clientId: 'app',
      refreshToken: `refresh-0-${CANARY}`,
    };
    await store(g, credential, api.url);
    const id = await g.publish(flow(api.url), lent(api.url));
    await g.run(id);
    await g.run(id);
    expect(auth.count()).toBe(1);
    const kept = await g.store.in('default').secrets.list('default');
    expect(kept).toMatchObject([{ name: 'mine', kind: 'oauth2_refresh', version: 2, origins: [api.url] }]);
    g = await g.reopen();
    await g.run(id);
    expect(auth.asked.map((one) => one.form.get('refresh_token'))).toEqual([
      `refresh-0-${CANARY}`,
      `refresh-1-${CANARY}`,
    ]);
    expect(auth.asked[0]?.form.get('client_id')).toBe('app');
    for (const n of [0, 1, 2]) {
      const shown = g.engine.guard.redact(`x refresh-${n}-${CANARY} access-${n}-${CANARY}`);
      if (n === 2) expect(shown).not.toContain(CANARY);
      if (n === 2) expect(shown).toBe('x [secret mine] [secret mine]');
    }
  });

  test('of a source that takes nothing back, a replaced refresh token lives as long as the process, and until the source changes', async () => {
    const given = ['one', undefined, 'three', undefined];
    const auth = await tokenServer((n) => ({
      body: { access_token: `access-${n}`, expires_in: 60, ...(given[n - 1] && { refresh_token: given[n - 1] }) },
    }));
    g = await openGround();
    const { journal } = g.store;
    const allow = parseAllow('127.0.0.1');
    if (!allow.ok) throw new Error(allow.problem.text);
    const learn = (): Promise<void> => Promise.resolve();
    const door = openDoor(allow.value);
    const tokens = new Tokens({ door, journal, now: g.clock.now, reaches: () => Promise.resolve(true), learn });
    let version = '1';
    const secret = (): HeldSecret => ({
      id: 'file mine',
      version,
      origins: ['https://a.example'],
      held: { kind: 'oauth2_refresh', tokenUrl: `${auth.url}/token`, clientId: 'app', refreshToken: `zero-${version}` },
    });
    const source = {
      name: 'file',
      read: () => Promise.resolve(secret()),
      all: () => Promise.resolve([{ workspace: 'w', name: 'mine', held: secret().held }]),
    };
    const credentials = new Credentials([source], tokens, learn, () => true);
    const of = { workspace: 'w', project: 'p', flow: 'f', environment: 'default' };
    const ask = { ...of, name: 'mine', principal: 'k', run: 'r', step: 's' };
    for (let i = 0; i < 4; i += 1) {
      if (i === 3) version = '2';
      const headers: Record<string, string> = {};
      await credentials.fill(ask, 'https://a.example', headers);
      expect(headers).toEqual({ authorization: `Bearer access-${i + 1}` });
      const of = (value: string) => ({ workspace: 'w', name: 'mine', value });
      if (i < 2) expect(await credentials.values()).toContainEqual(of('one'));
      // Those before it are hidden too, by the name of the secret: runs hold what was answered to them.
      for (let n = 1; n <= i + 1; n += 1) expect(await credentials.values()).toContainEqual(of(`access-${n}`));
      g.clock.shift(60_000);
    }
    expect(auth.asked.map((one) => one.form.get('refresh_token'))).toEqual(['zero-1', 'one', 'one', 'zero-2']);
    await door.close();
  });

  test('who read a secret before its refresh token was replaced gets the token of now, and never sends the spent one', async () => {
    const auth = await tokenServer((n) => ({
      body: { access_token: `access-${n}`, expires_in: 60, refresh_token: `refresh-${n}` },
    }));
    g = await openGround();
    const { journal } = g.store;
    const allow = parseAllow('127.0.0.1');
    if (!allow.ok) throw new Error(allow.problem.text);
    const door = openDoor(allow.value);
    const learn = (): Promise<void> => Promise.resolve();
    const tokens = new Tokens({ door, journal, now: g.clock.now, reaches: () => Promise.resolve(true), learn });
    const held = {
      kind: 'oauth2_refresh',
      tokenUrl: `${auth.url}/token`,
      clientId: 'app',
      refreshToken: 'zero',
    } as const;
    const read = (version: string): HeldSecret => ({
      ...{ id: 's', version, origins: ['https://a.example'], held },
      renew: () => Promise.resolve('2'),
    });
    const of = { workspace: 'w', project: 'p', flow: 'f', environment: 'default' };
    const ask = { ...of, name: 'mine', principal: 'k', run: 'r', step: 's' };
    const early = read('1');
    expect(await tokens.get(ask, read('1'), held)).toEqual({ ok: true, value: 'access-1' });
    expect(await tokens.get(ask, early, held)).toEqual({ ok: true, value: 'access-1' });
    expect(auth.count()).toBe(1);
    // Stored anew by somebody: what was kept is none of it.
    expect(await tokens.get(ask, read('3'), held)).toEqual({ ok: true, value: 'access-2' });
    await door.close();
  });
});
