/** Attacks by what is sent: sizes, depth, types, magic keys, texts for other languages, slow clients. */

import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { send, startServer, type TestServer } from '../fixtures/server.ts';

let server: TestServer;
let key: string;
let flow: string;

const draft = {
  headgate: 1,
  name: 'Echo',
  steps: [{ id: 'echo', kind: 'set@1', with: { value: '{{ input }}' } }],
  output: '{{ steps.echo }}',
};

beforeAll(async () => {
  server = await startServer({ limits: { headersTimeout: 500, requestTimeout: 1_000, checkEvery: 200 } });
  key = (await server.key()).plain;
  flow = ((await server.ask('POST', '/api/v1/flows', { key, body: { draft } })).json as { id: string }).id;
});
afterAll(() => server.close());

const start = (body: unknown, headers: Record<string, string> = {}) =>
  server.ask('POST', `/api/v1/flows/${flow}/runs`, { key, body, headers });
const runs = async (): Promise<number> =>
  (await server.house.store.in('default').runs.list({ limit: 200 })).rows.length;

/** Writes raw bytes, then waits for the end of the connection or the time. */
const raw = (port: number, write: (socket: Socket) => void, ms = 5_000): Promise<string> =>
  new Promise((resolve) => {
    let got = '';
    const socket = connect(port, '127.0.0.1', () => write(socket));
    const end = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(got);
    };
    const timer = setTimeout(end, ms);
    socket.on('data', (part) => (got += part.toString()));
    socket.on('close', end);
    socket.on('error', end);
  });

describe('DOS-04 body bombs', () => {
  test('DOS-04 a body declared too large is refused before it is read, at the API and at a webhook', async () => {
    for (const path of ['/api/v1/flows', `/api/v1/webhook/${'A'.repeat(43)}`]) {
      const got = await raw(
        server.port,
        (socket) =>
          socket.write(
            `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nx-api-key: ${key}\r\ncontent-type: application/json\r\ncontent-length: 104857600\r\n\r\n{`,
          ),
        400,
      );
      expect(got, path).toMatch(/^HTTP\/1\.1 413 /);
      expect(got, path).toContain('"code":"body.size"');
    }
  });

  test('DOS-04 100 MB really sent end in 413, in chunks too, and memory stays', async () => {
    const before = process.memoryUsage.rss();
    const bomb = Buffer.alloc(100 * 1024 * 1024, ' ');
    expect((await start(bomb)).status).toBe(413);
    expect(process.memoryUsage.rss() - before - bomb.length).toBeLessThan(50 * 1024 * 1024);
    const piece = 'x'.repeat(65_536);
    const got = await raw(
      server.port,
      (socket) => {
        socket.write(
          `POST /api/v1/flows HTTP/1.1\r\nhost: 127.0.0.1\r\nx-api-key: ${key}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`,
        );
        for (let i = 0; i < 200; i += 1) socket.write(`10000\r\n${piece}\r\n`);
      },
      2_000,
    );
    expect(got).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('DOS-04 many large bodies at once share one budget: some hear 503, small ones still pass, all is freed after', async () => {
    const own = await startServer({ limits: { bodies: 2_000_000 } });
    const plain = (await own.key()).plain;
    const big = JSON.stringify({
      draft: {
        ...draft,
        description: 'x'.repeat(9_000),
        steps: [{ id: 'a', kind: 'set@1', with: { value: 'y'.repeat(1_500_000) } }],
      },
    });
    const statuses = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        own
          .ask('POST', '/api/v1/flows/check', { key: plain, body: i % 4 === 3 ? JSON.stringify({ draft }) : big })
          .then((answer) => answer.status),
      ),
    );
    expect(statuses.filter((status) => status === 503).length).toBeGreaterThan(0);
    expect(statuses.filter((_, i) => i % 4 === 3).every((status) => status === 200)).toBe(true);
    expect((await own.ask('POST', '/api/v1/flows/check', { key: plain, body: big })).status).toBe(200);
    await own.close();
  });

  test('DOS-04 10,000 levels of JSON are refused at once, and the server lives', async () => {
    const before = performance.now();
    const deep = `{"input":${'['.repeat(10_000)}${']'.repeat(10_000)}}`;
    expect(await start(deep)).toMatchObject({ status: 400, json: { code: 'json.depth' } });
    expect(performance.now() - before).toBeLessThan(1_000);
    expect((await start({ input: [[[[1]]]], draft: true, wait: 5 })).status).toBe(200);
    expect((await server.ask('GET', '/health')).json).toEqual({ status: 'ok' });
  });

  test('a compressed body is not unpacked: 415', async () => {
    expect((await start('{}', { 'content-encoding': 'gzip' })).status).toBe(415);
  });
});

describe('JSON and media types', () => {
  test.each([
    ['broken JSON', '{"input": ', 400, 'json.syntax'],
    ['a comment', '{/* x */"input":{}}', 400, 'json.syntax'],
    ['two values', '{} {}', 400, 'json.syntax'],
    ['WH-03 equal keys', '{"input":{},"wait":0,"wait":1}', 400, 'json.duplicate'],
    ['equal keys inside, one escaped', '{"input":{"a":1,"\\u0061":2}}', 400, 'json.duplicate'],
    ['a number out of range', '{"input":1e999}', 400, 'json.syntax'],
    ['broken UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), 400, 'body.text'],
  ])('%s is refused with its place and starts nothing', async (_name, body, status, code) => {
    const before = await runs();
    expect(await start(body)).toMatchObject({ status, json: { code } });
    expect(await runs()).toBe(before);
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/jsonp',
    'text/json',
    'application/json; charset=utf-16',
    'x/application/json',
    'application/json, text/plain',
    ';',
  ])('the media type %s is 415', async (type) => {
    expect(await start('{}', { 'content-type': type })).toMatchObject({ status: 415, json: { code: 'body.type' } });
  });

  test('twin: JSON with its charset named passes, and no body at all where every field may be left out', async () => {
    expect(
      (await start('{"draft":true,"wait":5}', { 'content-type': 'Application/JSON; Charset="UTF-8"' })).status,
    ).toBe(200);
    const published = await server.ask('POST', `/api/v1/flows/${flow}/publish`, { key });
    expect(published.status).toBe(201);
  });

  test('every unknown field and parameter is named at once, with the nearest known one', async () => {
    const answer = await server.ask('POST', `/api/v1/flows/${flow}/runs?vait=1&waitt=2`, {
      key,
      body: { inptu: {}, wiat: 5, wait: 'long' },
    });
    expect(answer.status).toBe(422);
    const { problems } = answer.json as { problems: { code: string; at: { field: string }; fix?: string }[] };
    expect(problems.map((problem) => problem.at.field).toSorted()).toEqual([
      'inptu',
      'query.vait',
      'query.waitt',
      'wait',
      'wiat',
    ]);
    expect(problems.find((problem) => problem.at.field === 'inptu')?.fix).toContain('input');
  });
});

describe('PP-01 prototype pollution', () => {
  const untouched = (): void => {
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(([] as unknown as Record<string, unknown>)['polluted']).toBeUndefined();
  };

  test.each([
    ['a body', '{"__proto__":{"polluted":1},"input":{}}'],
    ['an input', '{"input":{"__proto__":{"polluted":1}}}'],
    ['an escaped name', '{"input":{"\\u005f_proto__":{"polluted":1}}}'],
    ['a list', '{"input":[{"__proto__":{"polluted":1}}]}'],
  ])('PP-01 __proto__ in %s is refused and pollutes nothing', async (_name, body) => {
    expect(await start(body)).toMatchObject({ status: 400, json: { code: 'json.key' } });
    untouched();
  });

  test('PP-01 constructor and prototype are names like any other in data, unknown fields elsewhere', async () => {
    const value = {
      constructor: { prototype: { polluted: 1 } },
      prototype: { polluted: 1 },
      toString: 1,
      hasOwnProperty: 2,
    };
    const answer = await start({ input: value, draft: true, wait: 5 });
    expect(answer).toMatchObject({ status: 200 });
    expect((answer.json as { output: unknown }).output).toEqual(value);
    expect((await start({ constructor: { prototype: { polluted: 1 } } })).status).toBe(422);
    untouched();
  });

  test('PP-01 magic names in the query, a form and pins do nothing', async () => {
    expect(
      (await server.ask('GET', '/api/v1/runs?__proto__[polluted]=1&constructor.prototype.polluted=1', { key })).status,
    ).toBe(422);
    expect((await server.ask('GET', '/api/v1/runs?__proto__=1', { key })).status).toBe(422);
    expect(
      (
        await server.ask('POST', '/api/v1/auth/signup', {
          body: '__proto__=1&email=x',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        })
      ).status,
    ).toBe(400);
    expect((await start({ draft: true, pins: { constructor: 1, toString: 2 } })).status).toBe(422);
    untouched();
  });
});

describe('INJ-01 SQL in every place that reaches the store', () => {
  const texts = [
    "' OR 1=1 --",
    "x'; drop table flow; --",
    '%',
    '1 UNION SELECT * FROM api_key',
    '$ne',
    '{"$gt":""}',
    '\\',
    '\u0000',
    '*',
  ];

  test.each(texts)('INJ-01 %j in ids, filters, cursors and names finds nothing and breaks nothing', async (text) => {
    const enc = encodeURIComponent(text);
    expect([400, 404]).toContain((await server.ask('GET', `/api/v1/flows/${enc}`, { key })).status);
    expect([400, 404]).toContain((await server.ask('GET', `/api/v1/runs/${enc}/journal`, { key })).status);
    for (const query of [`flow=${enc}`, `state=${enc}`, `cursor=${enc}`, `limit=${enc}`]) {
      const answer = await server.ask('GET', `/api/v1/runs?${query}`, { key });
      expect(answer.status, query).toBe(422);
      expect(answer.text).not.toMatch(/sqlite|syntax error|no such/i);
    }
    const made = await server.ask('POST', '/api/v1/flows', { key, body: { draft: { ...draft, name: text } } });
    expect(made.status).toBe(201);
    const { id } = made.json as { id: string };
    expect((await server.ask('GET', `/api/v1/flows/${id}`, { key })).json).toMatchObject({ name: text });
    expect((await server.ask('DELETE', `/api/v1/flows/${id}`, { key })).status).toBe(204);
    expect((await server.ask('GET', `/api/v1/flows/${flow}`, { key })).status).toBe(200);
  });

  test('a cursor that was not given out gives a page or a refusal, never a fault', async () => {
    for (const cursor of ['0', '-1', '999999999999999999999', 'abc', 'MTIz', '1e9', '1.5']) {
      for (const path of ['/api/v1/flows', '/api/v1/runs', '/api/v1/audit'])
        expect([200, 422], `${path} ${cursor}`).toContain(
          (await server.ask('GET', `${path}?cursor=${cursor}`, { key })).status,
        );
    }
  });
});

describe('slow and broken clients', () => {
  test('headers that never end and bodies that never come are cut off in time, and others are served meanwhile', async () => {
    const before = performance.now();
    const slow = Promise.all([
      raw(server.port, (socket) => socket.write('GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\nx-a: ')),
      raw(server.port, (socket) =>
        socket.write(
          `POST /api/v1/flows HTTP/1.1\r\nhost: 127.0.0.1\r\nx-api-key: ${key}\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{`,
        ),
      ),
      raw(server.port, (socket) =>
        socket.write(
          `POST /api/v1/webhook/${'A'.repeat(43)} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 10\r\n\r\n{`,
        ),
      ),
    ]);
    expect((await send(server.port, 'GET', '/health')).status).toBe(200);
    const answers = await slow;
    expect(performance.now() - before).toBeLessThan(4_000);
    for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('a client that breaks off leaves nothing behind', async () => {
    await raw(server.port, (socket) => {
      socket.write(
        `POST /api/v1/flows HTTP/1.1\r\nhost: 127.0.0.1\r\nx-api-key: ${key}\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{`,
      );
      setTimeout(() => socket.destroy(), 50);
    });
    expect((await server.ask('GET', '/health')).status).toBe(200);
  });

  test('headers beyond the limit are 431, no HTTP at all is 400', async () => {
    expect(
      await raw(server.port, (socket) =>
        socket.write(`GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nx-a: ${'y'.repeat(20_000)}\r\n\r\n`),
      ),
    ).toMatch(/^HTTP\/1\.1 431 /);
    expect(await raw(server.port, (socket) => socket.write('\u0016\u0003\u0001\r\n\r\n'))).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('TUN-04 host tricks', () => {
  test.each([
    'evil.example',
    '127.0.0.1.evil.example',
    'localhost@evil.example',
    'evil.example:80',
    '[::1]',
    '2130706433',
    '127.0.0.1:99999x',
    ' ',
    '127.0.0.1/../',
    'localhost.evil.example.',
  ])('TUN-04 the Host %j is 421 on every kind of route', async (host) => {
    for (const path of ['/health', '/api/v1/flows', '/', '/runs', `/api/v1/webhook/${'A'.repeat(43)}`, '/nothing']) {
      const answer = await server.ask('GET', path, { key, headers: { host } });
      expect([400, 421], path).toContain(answer.status);
    }
  });

  test('TUN-04 a foreign Host is on record', async () => {
    for (const path of ['/health', `/api/v1/webhook/${'A'.repeat(43)}`]) {
      await server.ask('GET', path, { headers: { host: 'evil.example' } });
      const newest = (await server.house.store.in('*').audit.list({ limit: 1 })).rows[0];
      expect(newest).toMatchObject({ decision: 'deny', reason: 'host.unknown', actor: 'stranger 127.0.0.1' });
    }
  });

  test('TUN-04 twin: our names pass in any case, with any port, with a dot at the end', async () => {
    for (const host of ['127.0.0.1', `127.0.0.1:${server.port}`, 'LOCALHOST', 'localhost.', 'localhost:80'])
      expect((await server.ask('GET', '/health', { headers: { host } })).status, host).toBe(200);
  });

  test('TUN-04 forwarding headers change nothing: not the identity, not the address on record, not a link', async () => {
    const headers = {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '203.0.113.7',
      forwarded: 'host=evil.example;for=203.0.113.7',
      'x-real-ip': '203.0.113.7',
    };
    const answer = await server.ask('GET', '/api/v1/flows', { headers });
    expect(answer.status).toBe(401);
    const newest = (await server.house.store.in('*').audit.list({ limit: 1 })).rows[0];
    expect(newest?.actor).toBe('stranger 127.0.0.1');
    const hooked = await server.ask('POST', '/api/v1/flows', {
      key,
      headers,
      body: { draft: { ...draft, triggers: [{ id: 'h', kind: 'webhook@1' }] } },
    });
    const published = await server.ask('POST', `/api/v1/flows/${(hooked.json as { id: string }).id}/publish`, {
      key,
      headers,
    });
    expect(published.text).not.toContain('evil.example');
  });

  test('TUN-04 nothing is to be cached, whatever the path looks like', async () => {
    for (const path of [
      '/health',
      '/',
      '/runs',
      '/api/v1/flows',
      '/api/v1/flows/x.css',
      '/api/v1/flows?x=.js',
      '/api/v1/openapi.json',
      '/nothing.png',
      `/api/v1/webhook/${'A'.repeat(43)}`,
    ]) {
      for (const ask of [{}, { key }])
        expect((await server.ask('GET', path, ask)).headers['cache-control'], path).toBe('no-store');
    }
  });
});
