/**
 * The door itself: requests that two servers would read differently, words about where a call comes from, and the headers
 * that every answer carries. Rows over all routes are made from the contracts, so that a new route is covered.
 */

import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Contract, ROUTES } from '@headgate/core/api';
import { methodOf, pathOf, startServer, type TestServer } from '../fixtures/server.ts';

const contracts = Object.entries(ROUTES) as unknown as readonly (readonly [string, Contract])[];

let server: TestServer;
let secure: TestServer;
let key: string;
let hook: string;

beforeAll(async () => {
  server = await startServer();
  secure = await startServer({ publicUrl: 'https://flows.example', hosts: ['flows.example', '127.0.0.1'] });
  ({ plain: key } = await server.key());
  const draft = {
    headgate: 1,
    name: 'Door',
    triggers: [{ id: 'hook', kind: 'webhook@1', with: { answer: 'sync' } }],
    steps: [{ id: 's', kind: 'set@1', with: { value: 1 } }],
  };
  const made = await server.ask('POST', '/api/v1/flows', { key, body: { draft } });
  const { id } = made.json as { id: string };
  const published = await server.ask('POST', `/api/v1/flows/${id}/publish`, { key, body: {} });
  hook = new URL((published.json as { webhooks: { url: string }[] }).webhooks[0]?.url ?? '').pathname;
});
afterAll(async () => {
  await server.close();
  await secure.close();
});

/** All that comes back for these bytes, until the server ends the connection or half a second has passed in silence. */
const raw = (text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1', () => socket.write(text));
    let said = '';
    socket.setTimeout(500, () => socket.destroy());
    socket.on('data', (chunk) => (said += chunk.toString('latin1')));
    socket.on('close', () => resolve(said));
    socket.on('error', reject);
  });

/** The status of each answer in what came back. */
const statuses = (said: string): number[] => [...said.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map((m) => Number(m[1]));

const runs = async (): Promise<number> =>
  (await server.house.store.in('default').runs.list({ limit: 100 })).rows.length;

const BODY = '{"a":1}';
const post = (headers: string, body = BODY): string =>
  `POST ${hook} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n${headers}\r\n\r\n${body}`;

describe('API-01 requests that two servers read differently', () => {
  const SMUGGLED = `GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`;
  test.each([
    ['two lengths', `content-length: 7\r\ncontent-length: 7`, BODY],
    ['a length and chunks', `content-length: 4\r\ntransfer-encoding: chunked`, `0\r\n\r\n${SMUGGLED}`],
    ['chunks under another coding', 'transfer-encoding: gzip, chunked', `7\r\n${BODY}\r\n0\r\n\r\n`],
    ['chunks spelt twice', 'transfer-encoding: chunked\r\ntransfer-encoding: chunked', `7\r\n${BODY}\r\n0\r\n\r\n`],
    ['a coding that is none', 'transfer-encoding: xchunked', `7\r\n${BODY}\r\n0\r\n\r\n`],
    ['a blank before the colon', `content-length : 7`, BODY],
    ['a folded header', `x-a: b\r\n c\r\ncontent-length: 7`, BODY],
    ['a length with a sign', `content-length: +7`, BODY],
    ['a second host', `host: 127.0.0.1\r\ncontent-length: 7`, BODY],
    ['two media types', `content-type: text/plain\r\ncontent-length: 7`, BODY],
    ['a size of a chunk that is none', 'transfer-encoding: chunked', `0x7\r\n${BODY}\r\n0\r\n\r\n`],
  ])(
    'API-01 a request with %s is refused, runs nothing, and nothing behind it is answered',
    async (_what, headers, body) => {
      const before = await runs();
      const said = statuses(await raw(post(headers, body)));
      expect(said).toHaveLength(1);
      expect(said[0]).toBe(400);
      expect(await runs()).toBe(before);
    },
  );

  test('API-01 twin: one length, and plain chunks, start a run each', async () => {
    const before = await runs();
    expect(statuses(await raw(post('content-length: 7')))).toEqual([200]);
    expect(statuses(await raw(post('transfer-encoding: chunked', `7\r\n${BODY}\r\n0\r\n\r\n`)))).toEqual([200]);
    expect(await runs()).toBe(before + 2);
  });

  test.each([
    ['authorization', `authorization: Bearer KEY\r\nauthorization: Bearer KEY`],
    ['x-api-key', `x-api-key: KEY\r\nx-api-key: KEY`],
    ['cookie', `x-api-key: KEY\r\ncookie: a=b\r\ncookie: c=d`],
    ['origin', `x-api-key: KEY\r\norigin: http://127.0.0.1\r\norigin: http://127.0.0.1`],
  ])('API-01 two headers %s are refused, and one of them is not', async (_name, headers) => {
    const ask = (lines: string): Promise<string> =>
      raw(
        `GET /api/v1/flows HTTP/1.1\r\nhost: 127.0.0.1\r\n${lines.replaceAll('KEY', key)}\r\nconnection: close\r\n\r\n`,
      );
    expect(await ask(headers)).toMatch(/^HTTP\/1\.1 400 [\s\S]*headers\.ambiguous/);
    const once = headers.split('\r\n').slice(0, -1).join('\r\n');
    expect(await ask(once)).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('where a call comes from', () => {
  const strangers = async (at: TestServer): Promise<string[]> =>
    (await at.house.store.in('*').audit.list({ limit: 100 })).rows.map(({ actor }) => actor);

  test('TUN-04 what a stranger says of his address is not believed', async () => {
    await server.ask('GET', '/api/v1/flows', {
      headers: { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9' },
    });
    const seen = await strangers(server);
    expect(seen.some((actor) => actor.includes('203.0.113.9'))).toBe(false);
    expect(seen.some((actor) => actor.includes('127.0.0.1'))).toBe(true);
  });

  test('TUN-04 a named proxy is believed up to the first address that is no proxy, and in nothing else', async () => {
    const behind = await startServer({ proxies: ['127.0.0.1', '10.0.0.0/8'] });
    const said = {
      'x-forwarded-for': '198.51.100.1, 203.0.113.9, 10.1.2.3',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
    };
    const answer = await behind.ask('GET', '/api/v1/flows', { headers: said });
    expect(answer.status).toBe(401);
    expect(await strangers(behind)).toContain('stranger 203.0.113.9');
    expect(JSON.stringify(answer)).not.toContain('evil.example');
    await behind.close();
  });
});

describe('headers of every answer', () => {
  test.each(contracts)(
    'GUI-08 %s opens nothing to pages of other origins, in sight of any origin',
    async (_name, contract) => {
      for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1.evil.example'])
        for (const method of new Set([methodOf(contract), 'OPTIONS', 'GET'])) {
          const { headers } = await server.ask(method, pathOf(contract), { key, headers: { origin } });
          expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
        }
    },
  );

  test.each(contracts.filter(([name]) => name !== 'webhook'))(
    'GUI-10 %s cannot be framed, sniffed or cached, and tells nobody where it was called from',
    async (name, contract) => {
      const { headers } = await secure.ask(methodOf(contract), pathOf(contract), {
        headers: { host: 'flows.example' },
      });
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        // The one script that pages elsewhere load is the same for everybody, and holds nothing.
        'cross-origin-resource-policy': name === 'chatScript' ? 'cross-origin' : 'same-origin',
        'strict-transport-security': 'max-age=63072000; includeSubDomains',
      });
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['cache-control']).toContain(name === 'chatScript' ? 'public' : 'no-store');
    },
  );

  test('without TLS no browser is told to come by TLS', async () => {
    expect((await server.ask('GET', '/health')).headers['strict-transport-security']).toBeUndefined();
  });
});
