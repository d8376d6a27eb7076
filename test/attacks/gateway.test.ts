/** Attacks on the gateway's routing, identity and permissions, over real HTTP. Each row has a positive twin. */

import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PERMISSIONS } from '@headgate/core';
import { isSelf, permissionOf, ROUTES, type Contract } from '@headgate/core/api';
import { breaches, methodOf, pathOf, startServer, type TestServer } from '../fixtures/server.ts';

let server: TestServer;
let key: string;
let keyId: string;

const contracts = Object.entries(ROUTES) as unknown as readonly (readonly [string, Contract])[];
const guarded = contracts.filter(([, c]) => permissionOf(c.needs) !== undefined);
const greet = {
  headgate: 1,
  name: 'Greet',
  triggers: [{ id: 'hook', kind: 'webhook@1', with: { answer: 'sync' } }],
  steps: [{ id: 'greet', kind: 'set@1', with: { value: 1 } }],
  output: '{{ steps.greet }}',
};

beforeAll(async () => {
  server = await startServer();
  ({ plain: key, id: keyId } = await server.key());
});
afterAll(() => server.close());

type Entry = { actor: string; action: string; object: string; decision: string; reason: string | null };
const audit = async (workspace: string): Promise<readonly Entry[]> =>
  (await server.house.store.in(workspace).audit.list({ limit: 1000 })).rows;

describe('API-03 undeclared routes', () => {
  test.each(guarded)(
    'API-03 an anonymous call of %s is 401, as problem+json or the sign-in page',
    async (_name, contract) => {
      const answer = await server.ask(methodOf(contract), pathOf(contract));
      expect(answer.status).toBe(401);
      const challenge = String(answer.headers['www-authenticate']);
      if (contract.tags.includes('mcp'))
        expect(challenge).toMatch(/^Bearer realm="headgate"(, scope="[a-z. ]+")?, resource_metadata="[^"]+"$/);
      else expect(challenge).toBe('Bearer realm="headgate"');
      if (contract.tags.includes('pages')) expect(answer.headers['content-type']).toContain('text/html');
      else expect(breaches(contract, answer)).toEqual([]);
      expect(answer.text).not.toContain('0.0.0-canary-version');
    },
  );

  test.each(contracts.filter(([, c]) => isSelf(c.needs)))(
    'API-03 %s, which is about the own account, is 401 without a session, and for a key that may do everything',
    async (_name, contract) => {
      for (const ask of [{}, { key }]) {
        const answer = await server.ask(methodOf(contract), pathOf(contract), ask);
        expect(answer.status).toBe(401);
        expect(breaches(contract, answer)).toEqual([]);
      }
    },
  );

  test.each(guarded)(
    'API-03 twin: with a key that holds the permission %s is neither 401 nor 403',
    async (_name, contract) => {
      const answer = await server.ask(methodOf(contract), pathOf(contract), { key });
      expect([401, 403]).not.toContain(answer.status);
      if (!contract.tags.includes('pages')) expect(breaches(contract, answer)).toEqual([]);
    },
  );

  test.each(guarded)(
    'A key without its permission gets 403 from %s, before the body is looked at, on record',
    async (name, contract) => {
      const weak = await server.key({
        permissions: PERMISSIONS.filter((permission) => permission !== permissionOf(contract.needs)),
      });
      const answer = await server.ask(methodOf(contract), pathOf(contract), {
        key: weak.plain,
        ...(methodOf(contract) === 'GET' ? {} : { body: '{"no JSON' }),
      });
      expect(answer.status).toBe(403);
      const records = (await audit('default')).filter((entry) => entry.actor === weak.id);
      expect(records).toMatchObject([{ action: name, decision: 'deny', reason: 'permission.missing' }]);
    },
  );

  test('API-03 the open routes answer without a key', async () => {
    for (const path of ['/health', '/health/ready', '/api/v1/openapi.json', '/api/v1/schemas/flow.json', '/']) {
      expect((await server.ask('GET', path)).status).toBe(200);
    }
    expect((await server.ask('GET', '/health')).json).toEqual({ status: 'ok' });
  });
});

describe('API-01 route allow-list bypass', () => {
  const tricks: readonly (readonly [string, (path: string) => { path: string; headers?: Record<string, string> }])[] = [
    ['open path in the query', (p) => ({ path: `${p}?x=/health` })],
    ['open path as query', (p) => ({ path: `${p}?/api/v1/webhook/${'A'.repeat(43)}` })],
    ['open path in the fragment', (p) => ({ path: `${p}%23/health` })],
    ['path parameter', (p) => ({ path: `${p};/health` })],
    ['matrix parameter', (p) => ({ path: p.replace('/api', '/api;x=/health') })],
    ['trailing slash', (p) => ({ path: `${p}/` })],
    ['double slash', (p) => ({ path: `/${p}` })],
    ['inner double slash', (p) => ({ path: p.replaceAll('/', '//') })],
    ['dot segment', (p) => ({ path: `/.${p}` })],
    ['climbs out of an open path', (p) => ({ path: `/health/..${p}` })],
    ['climbs, encoded', (p) => ({ path: `/health/%2e%2e${p}` })],
    ['climbs, doubly encoded', (p) => ({ path: `/health/%252e%252e${p}` })],
    ['climbs with a backslash', (p) => ({ path: `/health\\..${p}` })],
    ['upper case', (p) => ({ path: p.toUpperCase() })],
    ['encoded letter', (p) => ({ path: p.replace(/[a-z]/, (c) => `%${c.charCodeAt(0).toString(16)}`) })],
    ['encoded slash', (p) => ({ path: `/${p.slice(1).replaceAll('/', '%2f')}` })],
    ['doubly encoded slash', (p) => ({ path: `/${p.slice(1).replaceAll('/', '%252f')}` })],
    ['null byte', (p) => ({ path: `${p}%00/health` })],
    ['file ending', (p) => ({ path: `${p}.json` })],
    ['style sheet ending', (p) => ({ path: `${p}/x.css` })],
    ['encoded question mark', (p) => ({ path: `${p}%3fx` })],
    ['tab', (p) => ({ path: `${p}%09` })],
    ['overlong dot', (p) => ({ path: `/health/%c0%ae%c0%ae${p}` })],
    ['unicode slash', (p) => ({ path: `/health%ef%bc%8f..${p}` })],
    ['original-url header', (p) => ({ path: p, headers: { 'x-original-url': '/health' } })],
    ['rewrite-url header', (p) => ({ path: p, headers: { 'x-rewrite-url': '/health' } })],
    ['forwarded prefix', (p) => ({ path: p, headers: { 'x-forwarded-prefix': '/health' } })],
    ['method override', (p) => ({ path: p, headers: { 'x-http-method-override': 'GET' } })],
    [
      'forwarded for loopback',
      (p) => ({ path: p, headers: { 'x-forwarded-for': '127.0.0.1', forwarded: 'for=127.0.0.1' } }),
    ],
    [
      'internal user headers',
      (p) => ({ path: p, headers: { 'x-user': 'admin', 'x-workspace': 'default', 'x-forwarded-user': 'root' } }),
    ],
    ['empty credentials', (p) => ({ path: p, headers: { authorization: 'Bearer ', 'x-api-key': '' } })],
    ['null credentials', (p) => ({ path: p, headers: { authorization: 'Bearer null', 'x-api-key': 'undefined' } })],
  ];

  test.each(tricks)('API-01 %s: no guarded route lets a stranger in', async (_name, trick) => {
    for (const [, contract] of guarded) {
      const { path, headers } = trick(pathOf(contract));
      const answer = await server.ask(methodOf(contract), path, headers === undefined ? {} : { headers });
      expect([400, 401], `${methodOf(contract)} ${path} gave ${answer.status}`).toContain(answer.status);
    }
  });

  test('API-01 a request line with a full URL, and one with two hosts, are ambiguous: 400', async () => {
    const raw = (text: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connect(server.port, '127.0.0.1', () => socket.write(text));
        let got = '';
        socket.on('data', (part) => (got += part.toString()));
        socket.on('close', () => resolve(got));
        socket.on('error', reject);
      });
    const end = `connection: close\r\nx-api-key: ${key}\r\n\r\n`;
    expect(await raw(`GET http://127.0.0.1/api/v1/flows HTTP/1.1\r\nhost: 127.0.0.1\r\n${end}`)).toMatch(
      /^HTTP\/1\.1 400 /,
    );
    expect(await raw(`GET /api/v1/flows HTTP/1.1\r\nhost: 127.0.0.1\r\nhost: evil.example\r\n${end}`)).toMatch(
      /^HTTP\/1\.1 400 /,
    );
    expect(await raw(`GET /api/v1/flows HTTP/1.1\r\nhost: 127.0.0.1\r\n${end}`)).toMatch(/^HTTP\/1\.1 200 /);
    expect(
      await raw(
        `POST /api/v1/flows HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n${end}0\r\n\r\n`,
      ),
    ).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('unknown addresses are 404 and wrong methods 405 with Allow, for those who may ask', async () => {
    expect(await server.ask('GET', '/api/v1/nothing', { key })).toMatchObject({
      status: 404,
      json: { code: 'route.missing' },
    });
    const wrong = await server.ask('PUT', '/api/v1/flows', { key });
    expect(wrong).toMatchObject({ status: 405, json: { code: 'route.method' } });
    expect(wrong.headers.allow).toBe('GET, HEAD, POST');
    expect((await server.ask('OPTIONS', '/api/v1/runs/x', { key })).headers.allow).toBe('GET, HEAD');
    expect((await server.ask('OPTIONS', '/api/v1/runs/x', { key })).status).toBe(204);
    expect((await server.ask('POST', '/health')).status).toBe(405);
    const head = await server.ask('HEAD', '/api/v1/flows', { key });
    expect(head).toMatchObject({ status: 200, text: '' });
    expect((await server.ask('HEAD', '/api/v1/flows')).status).toBe(401);
    for (const path of ['/.env', '/config.json', '/.git/config', '/favicon.ico', '/server-status', '/debug/pprof']) {
      expect((await server.ask('GET', path)).status, path).toBe(404);
    }
  });
});

describe('TOK credentials', () => {
  test('TOK-13 a key in the address is refused with 400, and is neither logged nor in the database', async () => {
    const { plain } = await server.key();
    for (const path of [
      `/api/v1/flows?api_key=${plain}`,
      `/api/v1/flows?cursor=${plain}`,
      `/api/v1/flows?access_token=x`,
      `/api/v1/flows?x-api-key=${plain}`,
      `/api/v1/webhook/${'A'.repeat(43)}?k=${plain}`,
      `/health?token=${plain}`,
    ]) {
      expect(await server.ask('GET', path), path).toMatchObject({ status: 400, json: { code: 'auth.query' } });
      expect((await server.ask('GET', path, { key: plain })).status, path).toBe(400);
    }
    expect((await server.ask('GET', '/api/v1/flows', { key: plain })).status).toBe(200);
    const forms = [
      plain,
      plain.slice(3),
      encodeURIComponent(plain),
      Buffer.from(plain).toString('base64'),
      Buffer.from(plain).toString('hex'),
    ];
    const files = readdirSync(server.dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    for (const form of forms) {
      expect(server.log()).not.toContain(form);
      for (const file of files)
        expect(readFileSync(join(file.parentPath, file.name)).includes(form), file.name).toBe(false);
    }
  });

  test('TOK-13 a new key is shown once, in the answer that made it, and works; lists and reads never show it', async () => {
    const made = await server.ask('POST', '/api/v1/keys', { key, body: { name: 'ci', permissions: ['flow.read'] } });
    expect(breaches(ROUTES.createKey, made)).toEqual([]);
    const { key: plain, id } = made.json as { key: string; id: string };
    expect(plain).toMatch(/^hg_[A-Za-z0-9_-]{43}$/);
    expect((await server.ask('GET', '/api/v1/flows', { key: plain })).status).toBe(200);
    const listed = await server.ask('GET', '/api/v1/keys', { key });
    expect(breaches(ROUTES.listKeys, listed)).toEqual([]);
    expect(listed.text).toContain(id);
    expect(listed.text).not.toContain(plain.slice(3));
    expect(server.log()).not.toContain(plain.slice(3));
  });

  test('a key cannot make a key that holds more than itself (AZ: escalation)', async () => {
    const maker = (await server.key({ permissions: ['key.manage', 'flow.read'] })).plain;
    const more = await server.ask('POST', '/api/v1/keys', {
      key: maker,
      body: { name: 'more', permissions: ['flow.read', 'instance.manage'] },
    });
    expect(more).toMatchObject({ status: 403, json: { code: 'key.beyond' } });
    expect(
      (await server.ask('POST', '/api/v1/keys', { key: maker, body: { name: 'same', permissions: ['flow.read'] } }))
        .status,
    ).toBe(201);
  });

  test('TOK-05 an expired key is refused, also right after a use that was cached', async () => {
    const { plain } = await server.key({ expires: Date.now() + 60_000 });
    expect((await server.ask('GET', '/api/v1/flows', { key: plain })).status).toBe(200);
    server.later(61_000);
    expect(await server.ask('GET', '/api/v1/flows', { key: plain })).toMatchObject({
      status: 401,
      json: { code: 'auth.invalid' },
    });
  });

  test('AZ-10 a revoked key is refused by the next call', async () => {
    const { plain, id } = await server.key();
    expect((await server.ask('GET', '/api/v1/flows', { key: plain })).status).toBe(200);
    expect((await server.ask('DELETE', `/api/v1/keys/${id}`, { key })).status).toBe(204);
    expect((await server.ask('GET', '/api/v1/flows', { key: plain })).status).toBe(401);
  });

  test('TOK-11 guesses are answered alike and end in 429, while a good key still works', async () => {
    const own = await startServer({ limits: { guesses: 20 } });
    const good = (await own.key()).plain;
    const bodies = new Set<string>();
    let limited = 0;
    for (let i = 0; i < 30; i += 1) {
      const answer = await own.ask('GET', '/api/v1/flows', { key: i % 2 === 0 ? `hg_${'x'.repeat(40)}${i}` : 'short' });
      if (answer.status === 429) limited += 1;
      else bodies.add(answer.text);
    }
    expect(bodies.size).toBe(1);
    expect(limited).toBe(10);
    expect((await own.ask('GET', '/api/v1/flows', { key: good })).status).toBe(200);
    await own.close();
  });

  test('two different credentials are ambiguous, twice the same one is not', async () => {
    const other = (await server.key()).plain;
    expect(
      await server.ask('GET', '/api/v1/flows', { key, headers: { authorization: `Bearer ${other}` } }),
    ).toMatchObject({ status: 400, json: { code: 'auth.ambiguous' } });
    expect(
      (await server.ask('GET', '/api/v1/flows', { key, headers: { authorization: `Bearer ${key}` } })).status,
    ).toBe(200);
    expect((await server.ask('GET', '/api/v1/flows', { headers: { authorization: `bearer ${key}` } })).status).toBe(
      200,
    );
    expect((await server.ask('GET', '/api/v1/flows', { headers: { authorization: `Basic ${key}` } })).status).toBe(401);
  });
});

describe('OPS-03 audit', () => {
  test('OPS-03 each refusal has exactly one record before its answer leaves, and no route removes it', async () => {
    const newest = async (): Promise<number> =>
      (await server.house.store.in('*').audit.list({ limit: 1 })).rows[0]?.id ?? 0;
    const before = await newest();
    await server.ask('GET', '/api/v1/flows');
    const strangers = await audit('*');
    expect(await newest()).toBe(before + 1);
    expect(strangers[0]).toMatchObject({
      actor: 'stranger 127.0.0.1',
      action: 'listFlows',
      decision: 'deny',
      reason: 'auth.missing',
    });
    for (const method of ['DELETE', 'POST', 'PUT', 'PATCH'])
      expect((await server.ask(method, '/api/v1/audit', { key, body: {} })).status).toBe(405);
    for (let i = 0; i < 6; i += 1) await server.ask('GET', `/api/v1/flows/none${i}`, { key });
    const trail = await server.ask('GET', '/api/v1/audit?limit=5', { key });
    expect(breaches(ROUTES.listAudit, trail)).toEqual([]);
    expect((trail.json as { records: unknown[] }).records).toHaveLength(5);
    expect(breaches(ROUTES.listInstanceAudit, await server.ask('GET', '/api/v1/audit/instance', { key }))).toEqual([]);
  });

  test('OPS-03 changes that matter are on record with who made them', async () => {
    const made = (await server.ask('POST', '/api/v1/flows', { key, body: { draft: greet } })).json as {
      id: string;
    };
    await server.ask('DELETE', `/api/v1/flows/${made.id}`, { key });
    const own = (await audit('default')).filter((entry) => entry.actor === keyId);
    expect(own[0]).toMatchObject({ action: 'deleteFlow', object: made.id, decision: 'allow' });
  });

  test('DOS-09 OPS-03 nobody fills the disk with refusals, and no flood hides what else was refused', async () => {
    const own = await startServer({ limits: { records: 10 } });
    const rows = async (workspace: string) => (await own.house.store.in(workspace).audit.list({ limit: 100 })).rows;
    for (let i = 0; i < 30; i += 1) expect((await own.ask('GET', '/api/v1/flows')).status).toBe(401);
    // Ten, the first that is counted, and then the count of the rest.
    expect(await rows('*')).toHaveLength(11);
    own.later(61_000);
    await own.ask('GET', '/api/v1/flows');
    expect((await rows('*')).map(({ reason }) => reason).slice(0, 2)).toEqual([
      'auth.missing',
      'auth.missing and 19 more',
    ]);
    const weak = await own.key({ permissions: ['flow.read'] });
    const ask = async (method: string, path: string, body?: object): Promise<void> => {
      expect((await own.ask(method, path, { key: weak.plain, ...(body === undefined ? {} : { body }) })).status).toBe(
        403,
      );
    };
    for (let i = 0; i < 40; i += 1) await ask('DELETE', '/api/v1/flows/none');
    const grants = { grants: [{ step: 's', power: 'net: * *:*' }] };
    for (let i = 0; i < 5; i += 1) await ask('POST', '/api/v1/flows/none/grants', grants);
    const seen = (await rows('default')).filter(({ actor }) => actor === weak.id);
    expect(seen.filter(({ action }) => action === 'giveGrants')).toHaveLength(1);
    await own.end();
    const told = (await rows('default')).filter(({ reason }) => reason?.includes(' more') === true);
    expect(told.map(({ action, reason }) => [action, reason]).toSorted()).toEqual([
      ['deleteFlow', 'permission.missing and 29 more'],
      ['giveGrants', 'permission.missing and 4 more'],
    ]);
    await own.close();
  });

  test('OPS-03 when the record cannot be written, nothing is done and the answer is 503', async () => {
    const own = await startServer();
    const { plain } = await own.key();
    expect((await own.ask('GET', '/api/v1/steps', { key: plain })).status).toBe(200);
    const keys = (await own.house.store.in('default').keys.list()).length;
    const made = await own.ask('POST', '/api/v1/flows', { key: plain, body: { draft: greet } });
    const { id } = made.json as { id: string };
    await own.house.store.journal.close();
    const refused = await own.ask('POST', '/api/v1/keys', {
      key: plain,
      body: { name: 'x', permissions: ['flow.read'] },
    });
    expect(refused).toMatchObject({ status: 503, json: { code: 'audit.down' } });
    expect(await own.house.store.in('default').keys.list()).toHaveLength(keys);
    const { grants, flows, secrets } = own.house.store.in('default');
    const power = { step: '*', power: 'net: GET a.example' };
    for (const [method, path, body] of [
      ['POST', `/api/v1/flows/${id}/grants`, { grants: [power] }],
      ['POST', `/api/v1/flows/${id}/publish`, { grant: [power] }],
      ['PUT', '/api/v1/secrets', { name: 'a', value: 'never stored' }],
    ] as const)
      expect(await own.ask(method, path, { key: plain, body }), path).toMatchObject({ status: 503 });
    expect([await grants.list(id), await secrets.list('default')]).toEqual([[], []]);
    expect((await flows.get(id))?.version).toBeNull();
    expect((await own.ask('GET', '/api/v1/flows')).status).toBe(401);
    await own.close().catch(() => undefined);
  });
});

describe('API-10 error leakage', () => {
  test('API-10 a fault of ours answers with an id and no path, SQL, stack or version', async () => {
    const own = await startServer();
    const { plain } = await own.key();
    expect((await own.ask('GET', '/api/v1/flows', { key: plain })).status).toBe(200);
    await own.house.store.close();
    const answer = await own.ask('GET', '/api/v1/flows', { key: plain });
    expect(answer).toMatchObject({ status: 500, json: { code: 'server.bug' } });
    expect(answer.json).toMatchObject({ id: expect.stringMatching(/^err[0-9a-f]+$/) });
    for (const word of ['/packages/', own.dir, 'select', 'SQLITE', 'at ', '.ts', '0.0.0-canary-version', 'Error:'])
      expect(answer.text.replace('at all', '')).not.toContain(word);
    expect(own.log()).toContain((answer.json as { id: string }).id);
    await own.close().catch(() => undefined);
  });
});
