/** The server as its operator meets it: what it refuses to start with, what it does at a signal. */

import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, rmSync, writeFileSync, statSync } from 'node:fs';
import { createServer as createHttpServer, type Server } from 'node:http';
import { connect, createServer } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { type Ended, type Home, keyIn, newHome, problemsOf, type Running, type Served, until } from './command.ts';

// Many processes, one after the other, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const homes: Home[] = [];
const servers: { close: () => unknown }[] = [];
const made = (options: Parameters<typeof newHome>[0] = {}): Home => {
  const home = newHome(options);
  homes.push(home);
  return home;
};
afterEach(async () => {
  for (const home of homes.splice(0)) await home.leave();
  for (const server of servers.splice(0)) server.close();
});

const listening = (server: Server | ReturnType<typeof createServer>): Promise<number> =>
  new Promise((resolve) => {
    servers.push(server);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });

const freePort = async (): Promise<number> => {
  const probe = createServer();
  const port = await listening(probe);
  await new Promise((resolve) => probe.close(resolve));
  return port;
};

const connects = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
    socket.once('connect', () => socket.destroy());
  });

/** Watches a port while a command runs; how the command ended, and whether the port was ever open. */
const watched = async (running: Running, port: number): Promise<{ end: Ended; opened: boolean }> => {
  let over = false;
  let opened = false;
  void running.ended.then(() => {
    over = true;
  });
  while (!over) {
    opened ||= await connects(port);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return { end: await running.ended, opened };
};

const KEYS: Readonly<
  Record<string, { readonly make: (path: string) => void; readonly code: string; readonly args?: readonly string[] }>
> = {
  'no key file where others could reach the server': {
    make: () => undefined,
    code: 'key.missing',
    args: ['--host', '0.0.0.0'],
  },
  'a short key': { make: (path) => writeFileSync(path, randomBytes(16), { mode: 0o600 }), code: 'key.length' },
  'an empty key': { make: (path) => writeFileSync(path, '', { mode: 0o600 }), code: 'key.length' },
  'a typed key': { make: (path) => writeFileSync(path, 'changeme'.repeat(4), { mode: 0o600 }), code: 'key.weak' },
  'zeros for a key': { make: (path) => writeFileSync(path, Buffer.alloc(32), { mode: 0o600 }), code: 'key.weak' },
  'a key that others may read': {
    make: (path) => {
      writeFileSync(path, randomBytes(32));
      chmodSync(path, 0o644);
    },
    code: 'key.open',
  },
};

test('TOK-07 with a missing, short, typed, published or open key the server ends within 5 s and never opens its port', async () => {
  for (const [name, { make, code, args = [] }] of Object.entries(KEYS)) {
    const home = made({ key: false });
    make(home.path('secret-key'));
    const port = await freePort();
    const { end, opened } = await watched(home.begin(['start', '--port', String(port), '--json', ...args]), port);
    expect([name, end.code, opened]).toEqual([name, 1, false]);
    expect([name, problemsOf(end).map((p) => p.code)]).toEqual([name, [code]]);
    expect(problemsOf(end)[0]?.fix).toBeTruthy();
    expect(end.ms).toBeLessThan(5_000);
  }
});

test('TOK-07 its positive twin: with a good key, or with none on the first local start, it serves', async () => {
  const given = made();
  const port = await freePort();
  const first = await given.serve(['--port', String(port)]);
  expect(first.port).toBe(port);
  expect((await first.ask('GET', '/health')).json).toEqual({ status: 'ok' });
  const fresh = made({ key: false });
  const own = await fresh.serve([], { env: { HEADGATE_SECRET_KEY_FILE: '' } });
  expect((await own.ask('GET', '/health')).status).toBe(200);
  expect(existsSync(fresh.path('.headgate-key'))).toBe(true);
  const named = made({ key: false });
  const there = await named.serve([]);
  expect((await there.ask('GET', '/health')).status).toBe(200);
  expect(statSync(named.path('secret-key')).mode & 0o777).toBe(0o600);
});

test('a key that got lost is not replaced by a new one: the data would be locked away', async () => {
  const home = made({ key: false });
  const env = { HEADGATE_SECRET_KEY_FILE: '' };
  await (await home.serve([], { env })).stop();
  rmSync(home.path('.headgate-key'));
  const end = await home.run(['start', '--port', '0', '--json'], { env });
  expect(end.code).toBe(1);
  expect(problemsOf(end)).toMatchObject([{ code: 'key.missing', fix: expect.stringContaining('put it back') }]);
  writeFileSync(home.path('.headgate-key'), randomBytes(32), { mode: 0o600 });
  const other = await home.run(['superuser', '--email', 'a@b.c', '--api-key-file', home.path('k')], { env });
  expect(other.code).toBe(1);
});

test('settings that are misspelt or not understood stop the start, each named, with exit code 2', async () => {
  const home = made();
  const env = { HEADGATE_EGRESS_ALOW: '10.0.0.0/8', HEADGATE_DATABASE_URL: 'postgres://db/x', HEADGATE_WEB: 'maybe' };
  const end = await home.run(['start', '--json'], { env });
  expect(end).toMatchObject({ code: 2, err: '' });
  expect(problemsOf(end).map((p) => p.at)).toEqual([
    { field: 'HEADGATE_EGRESS_ALOW' },
    { field: 'HEADGATE_DATABASE_URL' },
    { field: 'HEADGATE_WEB' },
  ]);
  expect(problemsOf(end)[1]?.text).toContain('SQLite');
  const list = await home.run(['start', '--port', '0', '--json'], { env: { HEADGATE_EGRESS_ALLOW: '0.0.0.0/0' } });
  expect(list.code).toBe(1);
  expect(problemsOf(list)).toMatchObject([{ at: { field: 'HEADGATE_EGRESS_ALLOW' } }]);
});

test('a second server on the same folder is refused and told who has it; the first goes on', async () => {
  const home = made();
  const first = await home.serve();
  const second = await home.run(['start', '--port', '0', '--json']);
  expect(second.code).toBe(1);
  expect(second.ms).toBeLessThan(5_000);
  expect(problemsOf(second)).toMatchObject([
    { code: 'store.locked', text: expect.stringContaining(String(first.pid)) },
  ]);
  expect((await first.ask('GET', '/health')).status).toBe(200);
  await first.stop();
  expect((await (await home.serve()).ask('GET', '/health')).status).toBe(200);
});

test('a port that is taken is a problem that says what to do, and leaves the folder free', async () => {
  const home = made();
  const port = await listening(createServer());
  const end = await home.run(['start', '--port', String(port)]);
  expect(end.code).toBe(1);
  expect(end.err).toContain(`Cannot listen on 127.0.0.1:${port} (EADDRINUSE)`);
  expect(end.err).toContain('choose another port with --port');
  // It ends before anything is opened, so nothing that was due has been started.
  expect(existsSync(home.path('state/headgate.db'))).toBe(false);
  await home.serve();
});

test('a folder that cannot be made is a problem at once', async () => {
  const home = made();
  const end = await home.run(['start', '--port', '0'], { env: { HEADGATE_CONFIG_DIR: '/proc/nowhere/state' } });
  expect(end.code).toBe(1);
  expect(end.err).toContain('start.folder');
  expect(end.err).toContain('The folder /proc/nowhere/state cannot be used (ENOENT)');
});

const flowOf = (name: string, steps: readonly object[], more: object = {}): object => ({
  headgate: 1,
  name,
  steps,
  ...more,
});

const publish = async (server: Served, key: string, draft: object): Promise<string> => {
  const { id } = (await server.ask('POST', '/api/v1/flows', { key, body: { draft } })).json as { id: string };
  const done = await server.ask('POST', `/api/v1/flows/${id}/publish`, { key, body: { grant: 'needed' } });
  expect(done.status).toBe(201);
  return id;
};
const stateOf = async (server: Served, key: string, run: string): Promise<unknown> =>
  ((await server.ask('GET', `/api/v1/runs/${run}`, { key })).json as { state: string }).state;

test('V2 at SIGTERM what is under way finishes and is answered, what waits is parked, and the next start goes on', async () => {
  let served = 0;
  const slow = createHttpServer((_request, response) => {
    served += 1;
    setTimeout(() => response.end('done'), 600);
  });
  const origin = `127.0.0.1:${await listening(slow)}`;
  const env = { HEADGATE_EGRESS_ALLOW: origin };
  const home = made();
  const key = keyIn(await home.superuser());
  const first = await home.serve([], { env });
  const get = { id: 'get', kind: 'http.request@1', with: { method: 'GET', url: `http://${origin}/` } };
  const calls = await publish(first, key, flowOf('Calls', [get], { output: '{{ steps.get.body }}' }));
  const waits = await publish(first, key, flowOf('Waits', [{ id: 'wait', kind: 'wait@1', with: { for: '1h' } }]));
  const parked = (await first.ask('POST', `/api/v1/flows/${waits}/runs`, { key, body: {} })).json as { id: string };
  await until(
    () => stateOf(first, key, parked.id),
    (state) => state === 'waiting',
  );

  const answer = first.ask('POST', `/api/v1/flows/${calls}/runs`, { key, body: { wait: 20 } });
  await until(
    async () => served,
    (count) => count === 1,
  );
  const end = await first.stop();
  expect(end.code).toBe(0);
  expect(end.err).toMatch(/Stopping: [^\n]+\nStopped\n$/);
  const { status, json } = await answer;
  expect([status, json]).toMatchObject([200, { state: 'done', output: 'done' }]);

  const next = await home.serve([], { env });
  await until(
    async () => next.err(),
    (text) => text.includes('Taken up again: 0 running, 1 waiting, 0 queued runs'),
  );
  expect(await stateOf(next, key, parked.id)).toBe('waiting');
  expect(await stateOf(next, key, (json as { id: string }).id)).toBe('done');
  expect(served).toBe(1);
  expect((await next.stop()).code).toBe(0);
});

test('a second signal ends it at once, and the run that was cut off is taken up by the next start', async () => {
  let served = 0;
  const silent = createHttpServer(() => {
    served += 1;
  });
  const origin = `127.0.0.1:${await listening(silent)}`;
  const env = { HEADGATE_EGRESS_ALLOW: origin };
  const home = made();
  const key = keyIn(await home.superuser());
  const first = await home.serve([], { env });
  const get = { id: 'get', kind: 'http.request@1', with: { method: 'POST', url: `http://${origin}/`, timeout: '50s' } };
  const flow = await publish(first, key, flowOf('Hangs', [get]));
  const run = (await first.ask('POST', `/api/v1/flows/${flow}/runs`, { key, body: {} })).json as { id: string };
  await until(
    async () => served,
    (count) => count === 1,
  );
  first.signal('SIGTERM');
  await until(
    async () => first.err(),
    (text) => text.includes('Stopping'),
  );
  first.signal('SIGTERM');
  const end = await first.ended;
  expect(end.ms).toBeLessThan(20_000);
  expect(end.code).not.toBe(0);
  silent.closeAllConnections();
  const next = await home.serve([], { env });
  // A POST may have had its effect: it is not repeated behind anybody's back.
  await until(
    () => stateOf(next, key, run.id),
    (state) => state === 'in_doubt',
  );
  expect(served).toBe(1);
});

test('port 0 takes a free port, and webhooks are told with it', async () => {
  const home = made();
  const key = keyIn(await home.superuser());
  const server = await home.serve();
  const draft = flowOf('Hook', [{ id: 'a', kind: 'set@1', with: { value: 'here' } }], {
    triggers: [{ id: 'hook', kind: 'webhook@1', with: { answer: 'sync' } }],
    output: '{{ steps.a }}',
  });
  const { id } = (await server.ask('POST', '/api/v1/flows', { key, body: { draft } })).json as { id: string };
  const published = await server.ask('POST', `/api/v1/flows/${id}/publish`, { key, body: {} });
  const [hook] = (published.json as { webhooks: { url: string }[] }).webhooks;
  const url = new URL(hook?.url ?? '');
  expect(url.port).toBe(String(server.port));
  expect((await server.ask('POST', url.pathname, { body: {} })).json).toBe('here');
});

test('traces go to a collector, only when asked for: a span a run and a webhook, with the caller’s trace', async () => {
  const received: { path: string | undefined; spans: Record<string, unknown>[] }[] = [];
  const collector = createHttpServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += String(part)));
    request.on('end', () => {
      const document = JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: Record<string, unknown>[] }[] }[] };
      received.push({
        path: request.url,
        spans: document.resourceSpans.flatMap((r) => r.scopeSpans.flatMap((s) => s.spans)),
      });
      response.end('{}');
    });
  });
  const origin = `http://127.0.0.1:${await listening(collector)}`;
  const home = made();
  const key = keyIn(await home.superuser());
  const plain = await home.serve();
  const flow = await publish(plain, key, flowOf('Set', [{ id: 'a', kind: 'set@1', with: { value: 1 } }]));
  await plain.ask('POST', `/api/v1/flows/${flow}/runs`, { key, body: { wait: 10 } });
  await plain.stop();
  expect(received).toEqual([]);

  const traced = await home.serve([], { env: { HEADGATE_OTLP_URL: origin } });
  const headers = { traceparent: `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01` };
  await traced.ask('POST', `/api/v1/flows/${flow}/runs`, { key, body: { wait: 10 }, headers });
  await traced.ask('POST', `/api/v1/webhook/${'A'.repeat(43)}`, { body: {} });
  // The collector's address is open to traces, not to flows.
  const get = { id: 'get', kind: 'http.request@1', with: { method: 'GET', url: `${origin}/flows` } };
  const reach = await publish(traced, key, flowOf('Reach', [get]));
  const refused = await traced.ask('POST', `/api/v1/flows/${reach}/runs`, { key, body: { wait: 10 } });
  expect(refused.json).toMatchObject({ state: 'failed', problem: { code: expect.stringMatching(/^egress\./) } });
  expect((await traced.stop()).code).toBe(0);
  expect(received.map((one) => one.path)).toEqual(['/v1/traces']);
  const [run, hook] = received[0]?.spans ?? [];
  expect(run).toMatchObject({
    name: 'POST /api/v1/flows/{id}/runs',
    kind: 2,
    traceId: 'ab'.repeat(16),
    parentSpanId: 'cd'.repeat(8),
    attributes: [{ key: 'http.response.status_code', value: { intValue: '200' } }],
  });
  expect(hook).toMatchObject({ name: 'webhook', attributes: [{ value: { intValue: '404' } }] });
  expect(hook).not.toHaveProperty('parentSpanId');
  expect(BigInt(String(run?.['endTimeUnixNano'])) >= BigInt(String(run?.['startTimeUnixNano']))).toBe(true);
  expect(JSON.stringify(received)).not.toContain(key);
});
