import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type NetAnswer, type NetRequest, trial } from '@headgate/core/step';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { step } from './step.ts';

/** A real server that says what it was asked; `/status/N` answers N. */
const seen: { method?: string; url?: string; headers: IncomingHttpHeaders; body: string }[] = [];
const server = createServer((req, res) => {
  let body = '';
  req.on('data', (chunk: Buffer) => (body += chunk.toString()));
  req.on('end', () => {
    seen.push({ method: req.method ?? '', url: req.url ?? '', headers: req.headers, body });
    const status = Number(/^\/status\/(\d+)/.exec(req.url ?? '')?.[1] ?? 200);
    res.writeHead(status, {
      'content-type': 'application/json',
      ...(req.url?.includes('later') ? { 'retry-after': '7' } : {}),
    });
    res.end(JSON.stringify({ n: seen.length }));
  });
});
let base = '';
beforeAll(async () => {
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

/** A net power for this server: what the broker lends, without its judgement. */
const net = {
  request: async ({ method, url, headers, body }: NetRequest): Promise<NetAnswer> => {
    const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await fetch(url, { method, headers: headers ?? {}, ...(text === undefined ? {} : { body: text }) });
    const raw = await answer.text();
    return {
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: raw === '' ? null : JSON.parse(raw),
    };
  },
};
const run = async (input: Record<string, unknown>) => (await trial(step, input, { net })).outcome;

test('a request goes out as written and its answer is the value', async () => {
  const outcome = await run({
    method: 'POST',
    url: `${base}/orders?a=1#top`,
    headers: { 'X-Id': 7, 'X-None': null },
    query: { q: 'a b&c', list: [1, 2], none: null },
    body: { x: 1 },
  });
  expect(outcome).toMatchObject({
    kind: 'done',
    value: { status: 200, headers: { 'content-type': 'application/json' }, body: { n: seen.length } },
  });
  expect(seen.at(-1)).toMatchObject({ method: 'POST', url: '/orders?a=1&q=a+b%26c&list=1&list=2', body: '{"x":1}' });
  expect(seen.at(-1)?.headers['x-id']).toBe('7');
  expect(seen.at(-1)?.headers['x-none']).toBeUndefined();
});

test('query goes after what the address already has', async () => {
  for (const [url, expected] of [
    ['/', '/?a=1'],
    ['/?', '/?a=1'],
    ['/?b=2', '/?b=2&a=1'],
    ['/?b=2&', '/?b=2&a=1'],
  ]) {
    await run({ method: 'GET', url: `${base}${url}`, query: { a: 1 } });
    expect(seen.at(-1)?.url).toBe(expected);
  }
});

test('R1 a status outside 2xx is a Problem unless accept lists it or its class', async () => {
  expect(await run({ method: 'GET', url: `${base}/status/404` })).toMatchObject({
    kind: 'problem',
    problem: { code: 'http.status', retry: 'no' },
  });
  expect(await run({ method: 'GET', url: `${base}/status/404`, accept: [404] })).toMatchObject({
    kind: 'done',
    value: { status: 404 },
  });
  expect(await run({ method: 'GET', url: `${base}/status/404`, accept: ['4xx'] })).toMatchObject({
    kind: 'done',
    value: { status: 404 },
  });
  expect(await run({ method: 'GET', url: `${base}/status/500`, accept: [404, '4xx'] })).toMatchObject({
    kind: 'problem',
  });
});

test('429 and 5xx may be tried again, not before the server says', async () => {
  expect(await run({ method: 'GET', url: `${base}/status/503` })).toMatchObject({ problem: { retry: 'yes' } });
  expect(await run({ method: 'GET', url: `${base}/status/429?later` })).toMatchObject({
    problem: { retry: 'after', retryAfter: 7000 },
  });
  expect(await run({ method: 'GET', url: `${base}/status/404?later` })).toMatchObject({ problem: { retry: 'no' } });
});

test('a Problem of the door is passed on with what it knows about sending', async () => {
  const problem = { code: 'net.refused', text: 'No.', retry: 'no' } as const;
  const { outcome } = await trial(
    step,
    { method: 'GET', url: 'http://x.example/' },
    { net: { request: async () => ({ problem, sent: 'maybe' }) } },
  );
  expect(outcome).toEqual({ kind: 'problem', problem, sent: 'maybe' });
});

test('timeout and secret reach the door; without them it hears of neither, nor of a null body', async () => {
  const asked: NetRequest[] = [];
  const spy = {
    request: async (r: NetRequest): Promise<NetAnswer> => (asked.push(r), { status: 200, headers: {}, body: null }),
  };
  await trial(step, { method: 'GET', url: 'https://x.example/', timeout: '2s', secret: 'github' }, { net: spy });
  await trial(step, { method: 'POST', url: 'https://x.example/', body: null }, { net: spy });
  expect(asked).toEqual([
    { method: 'GET', url: 'https://x.example/', headers: {}, timeout: 2000, secret: 'github' },
    { method: 'POST', url: 'https://x.example/', headers: {} },
  ]);
});

test('an address that is incomplete, of another scheme, or holds a password never leaves', async () => {
  const before = seen.length;
  for (const url of [
    '/orders',
    'api.example.com/x',
    'file:///etc/passwd',
    'ftp://x.example/',
    'http://user:pw@x.example/',
    'http://user@x.example/',
    'http://',
  ]) {
    expect(await run({ method: 'GET', url })).toMatchObject({
      kind: 'problem',
      problem: { code: 'http.url', at: { field: 'url' } },
      sent: 'no',
    });
  }
  expect(await run({ method: 'GET', url: `${base}/`, headers: { host: 'other' } })).toMatchObject({
    problem: { code: 'headers.reserved' },
    sent: 'no',
  });
  expect(seen.length).toBe(before);
});

test('R2 what changes something is repeatable only with an idempotency key', () => {
  const twice = (given: Record<string, unknown>): unknown =>
    step.repeatable?.(step.input.parse({ url: 'https://x.example/', ...given }));
  const methods = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'POST', 'PATCH'];
  const repeated = (headers?: Record<string, unknown>): string[] =>
    methods.filter((method) => twice(headers === undefined ? { method } : { method, headers }) === true);
  expect(repeated()).toEqual(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);
  expect(repeated({ 'idempotency-KEY': 'k1' })).toEqual(methods);
  expect(repeated({ 'Idempotency-Key': null })).toEqual(repeated());
  expect(repeated({ 'Idempotency-Key': ' ' })).toEqual(repeated());
});

test('unknown methods and fields are refused', () => {
  expect(step.input.safeParse({ method: 'get', url: 'https://x.example/' }).success).toBe(false);
  expect(step.input.safeParse({ method: 'CONNECT', url: 'https://x.example/' }).success).toBe(false);
  expect(step.input.safeParse({ method: 'GET', uri: 'https://x.example/' }).success).toBe(false);
  expect(step.input.safeParse({ method: 'GET', url: 'https://x.example/', timeout: 5 }).success).toBe(false);
});
