import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROUTES, type Contract } from '@headgate/core/api';
import { breaches, pathOf, startServer, type Answer, type TestServer } from '../../../../test/fixtures/server.ts';

let server: TestServer;
let key: string;

beforeAll(async () => {
  server = await startServer({ limits: { heartbeat: 100, streams: 3, waiting: 2 } });
  key = (await server.key()).plain;
});
afterAll(() => server.close());

type Asked = { readonly params?: Record<string, string>; readonly query?: string; readonly body?: unknown };

const ask = async (contract: Contract, p: Asked = {}): Promise<Answer> => {
  const answer = await server.ask(contract.method, pathOf(contract, p.params) + (p.query ?? ''), {
    key,
    ...(p.body === undefined ? {} : { body: p.body }),
  });
  expect(breaches(contract, answer)).toEqual([]);
  return answer;
};

const input = {
  type: 'object',
  properties: { name: { type: 'string' } },
  required: ['name'],
  additionalProperties: false,
};
const greet = {
  headgate: 1,
  name: 'Greet',
  input,
  triggers: [{ id: 'hook', kind: 'webhook@1', with: { answer: 'sync' } }],
  steps: [{ id: 'greet', kind: 'set@1', with: { value: { text: 'Hello {{ input.name }}' } } }],
  output: '{{ steps.greet }}',
};
const stops = {
  headgate: 1,
  name: 'Stops',
  steps: [{ id: 'no', kind: 'stop@1', with: { problem: 'name.empty', text: 'A name is needed' } }],
};
const waits = (time: string): unknown => ({
  headgate: 1,
  name: 'Waits',
  steps: [
    { id: 'nap', kind: 'wait@1', with: { for: time } },
    { id: 'after', kind: 'set@1', after: ['nap'], with: { value: 1 } },
  ],
  output: '{{ steps.after }}',
});

/** A published flow. */
const publish = async (draft: unknown): Promise<string> => {
  const { id } = (await ask(ROUTES.createFlow, { body: { draft } })).json as { id: string };
  const published = await ask(ROUTES.publishFlow, { params: { id } });
  expect(published.status, published.text).toBe(201);
  return id;
};

const start = async (id: string, body: unknown): Promise<Answer> => ask(ROUTES.startRun, { params: { id }, body });
const idOf = (answer: Answer): string => (answer.json as { id: string }).id;

type Frame = {
  readonly id: number;
  readonly event: string;
  readonly data: { readonly seq: number; readonly type: string };
};
type Stream = {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly frames: Frame[];
  readonly comments: () => number;
  readonly ended: Promise<void>;
  readonly drop: () => void;
};

/** Opens an event stream; frames arrive as they come. */
const follow = (id: string, headers: Record<string, string> = {}, as = key): Promise<Stream> =>
  new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port: server.port,
        path: `/api/v1/runs/${id}/events`,
        agent: false,
        headers: { 'x-api-key': as, ...headers },
      },
      (response) => {
        const frames: Frame[] = [];
        let comments = 0;
        let text = '';
        let end: () => void = () => undefined;
        const ended = new Promise<void>((done) => (end = done));
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          text += part;
          const blocks = text.split('\n\n');
          text = blocks.pop() ?? '';
          for (const block of blocks) {
            if (block.startsWith(':')) comments += 1;
            else {
              const lines = new Map(
                block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
              );
              frames.push({
                id: Number(lines.get('id')),
                event: lines.get('event') ?? '',
                data: JSON.parse(lines.get('data') ?? 'null') as Frame['data'],
              });
            }
          }
        });
        response.on('close', end);
        response.on('error', end);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          frames,
          comments: () => comments,
          ended,
          drop: () => request.destroy(),
        });
      },
    );
    request.on('error', reject);
    request.end();
  });

const until = async (what: () => boolean, ms = 3_000): Promise<void> => {
  const end = Date.now() + ms;
  while (!what() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(what()).toBe(true);
};

describe('starting a run', () => {
  test('200 with its output when it finished in time, and with its problem when it failed', async () => {
    const id = await publish(greet);
    expect(await start(id, { input: { name: 'Ada' }, wait: 5 })).toMatchObject({
      status: 200,
      json: { state: 'done', output: { text: 'Hello Ada' } },
    });
    const failed = await start(await publish(stops), { wait: 5 });
    expect(failed).toMatchObject({ status: 200, json: { state: 'failed', problem: { code: 'name.empty' } } });
  });

  test('202 when it did not, and the run goes on', async () => {
    const id = await publish(waits('1s'));
    const started = await start(id, { wait: 0.05 });
    expect(started.status).toBe(202);
    expect(['running', 'waiting']).toContain((started.json as { state: string }).state);
    const cancelled = await ask(ROUTES.cancelRun, { params: { id: idOf(started) }, body: { reason: 'enough' } });
    expect(cancelled.status).toBe(200);
    expect((await ask(ROUTES.cancelRun, { params: { id: idOf(started) } })).status).toBe(409);
  });

  test('invalid input is 422 with its place and makes no run; an unpublished flow is 409', async () => {
    const id = await publish(greet);
    const wrong = await start(id, { input: { nam: 'Ada' } });
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain('name');
    expect((await ask(ROUTES.listRuns, { query: `?flow=${id}` })).json).toEqual({ runs: [] });
    const { id: draft } = (await ask(ROUTES.createFlow, { body: { draft: greet } })).json as { id: string };
    expect(await start(draft, { input: { name: 'Ada' } })).toMatchObject({
      status: 409,
      json: { code: 'flow.unpublished' },
    });
    expect(await start(draft, { input: { name: 'Ada' }, draft: true, wait: 5 })).toMatchObject({
      status: 200,
      json: { output: { text: 'Hello Ada' } },
    });
    expect((await start(draft, { input: {}, draft: true, version: 1 })).status).toBe(422);
    expect((await start(draft, { input: {}, wait: 61 })).status).toBe(422);
  });

  test('an old version runs when asked for, pins stand in for results, an idempotency key starts one run', async () => {
    const id = await publish(greet);
    await ask(ROUTES.saveDraft, { params: { id }, body: { revision: 1, draft: { ...greet, output: 'new' } } });
    expect((await ask(ROUTES.publishFlow, { params: { id } })).json).toMatchObject({ version: 2 });
    expect((await start(id, { input: { name: 'A' }, wait: 5 })).json).toMatchObject({ output: 'new' });
    expect((await start(id, { input: { name: 'A' }, wait: 5, version: 1 })).json).toMatchObject({
      output: { text: 'Hello A' },
    });
    expect(
      (await start(id, { input: { name: 'A' }, wait: 5, version: 1, pins: { greet: 'pinned' } })).json,
    ).toMatchObject({ output: 'pinned' });
    const once = await start(id, { input: { name: 'B' }, wait: 5, idempotencyKey: 'order-1' });
    expect(idOf(await start(id, { input: { name: 'B' }, wait: 5, idempotencyKey: 'order-1' }))).toBe(idOf(once));
  });

  test('requests of one key that wait are bounded: 429, and others of the key that do not wait pass', async () => {
    const id = await publish(waits('1s'));
    const waiting = Promise.all([start(id, { wait: 1 }), start(id, { wait: 1 })]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const third = await start(id, { wait: 1 });
    expect(third).toMatchObject({ status: 429, json: { code: 'requests.limit' } });
    expect(third.headers['retry-after']).toBe('1');
    expect((await start(id, {})).status).toBe(202);
    await waiting;
    expect([200, 202]).toContain((await start(id, { wait: 0.1 })).status);
  });
});

describe('reading runs', () => {
  test('a run, its journal in pages, and lists by flow and state', async () => {
    const id = await publish(greet);
    const run = idOf(await start(id, { input: { name: 'Ada' }, wait: 5 }));
    expect((await ask(ROUTES.getRun, { params: { id: run } })).json).toMatchObject({
      id: run,
      flow: id,
      version: 1,
      state: 'done',
      trigger: { kind: 'manual@1' },
      output: { text: 'Hello Ada' },
      problem: null,
    });
    const journal = (await ask(ROUTES.getJournal, { params: { id: run } })).json as {
      events: { seq: number; type: string }[];
      next?: number;
    };
    expect(journal.events.map((event) => event.seq)).toEqual(journal.events.map((_, i) => i + 1));
    expect(journal.events[0]?.type).toBe('run.created');
    expect(journal.events.at(-1)?.type).toBe('run.done');
    const pages: number[] = [];
    for (let after: number | undefined = 0; after !== undefined; ) {
      const page = (await ask(ROUTES.getJournal, { params: { id: run }, query: `?after=${after}&limit=2` })).json as {
        events: { seq: number }[];
        next?: number;
      };
      pages.push(...page.events.map((event) => event.seq));
      after = page.next;
    }
    expect(pages).toEqual(journal.events.map((event) => event.seq));
    expect((await ask(ROUTES.listRuns, { query: `?flow=${id}&state=done` })).json).toMatchObject({
      runs: [{ id: run, problem: null }],
    });
    expect((await ask(ROUTES.listRuns, { query: `?flow=${id}&state=failed` })).json).toEqual({ runs: [] });
    const first = (await ask(ROUTES.listRuns, { query: '?limit=1' })).json as { runs: { id: string }[]; next: string };
    const second = (await ask(ROUTES.listRuns, { query: `?limit=1&cursor=${first.next}` })).json as {
      runs: { id: string }[];
    };
    expect(second.runs[0]?.id).not.toBe(first.runs[0]?.id);
    // A spoilt cursor would otherwise begin again at the first page, for ever.
    expect((await ask(ROUTES.listRuns, { query: '?limit=1&cursor=zzz' })).status).toBe(422);
  });

  test('a run is run again, whole or from a step; what is not in doubt cannot be settled', async () => {
    const id = await publish(greet);
    const run = idOf(await start(id, { input: { name: 'Ada' }, wait: 5 }));
    const again = await ask(ROUTES.rerunRun, { params: { id: run }, body: {} });
    expect(again.status, again.text).toBe(202);
    expect((await ask(ROUTES.getRun, { params: { id: idOf(again) } })).json).toMatchObject({ rerunOf: run });
    expect((await ask(ROUTES.rerunRun, { params: { id: run }, body: { from: 'greet' } })).status).toBe(202);
    expect((await ask(ROUTES.rerunRun, { params: { id: run }, body: { from: 'greet', failed: true } })).status).toBe(
      422,
    );
    expect(await ask(ROUTES.resolveRun, { params: { id: run }, body: { choice: 'skip' } })).toMatchObject({
      status: 409,
      json: { code: 'run.not_in_doubt' },
    });
  });
});

describe('following a run', () => {
  test('events come as they happen, in order, with heart-beats between, and the stream closes after the end', async () => {
    const run = idOf(await start(await publish(waits('2s')), {}));
    const stream = await follow(run);
    expect(stream.status).toBe(200);
    expect(stream.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(stream.headers['cache-control']).toBe('no-store');
    await until(() => stream.frames.some((frame) => frame.event === 'step.waiting'));
    expect(stream.frames.some((frame) => frame.event === 'run.done')).toBe(false);
    await stream.ended;
    expect(stream.comments()).toBeGreaterThan(3);
    expect(stream.frames.map((frame) => frame.id)).toEqual(stream.frames.map((_, i) => i + 1));
    expect(stream.frames.at(-1)?.event).toBe('run.done');
    for (const { id, event, data } of stream.frames) expect(data).toMatchObject({ seq: id, type: event });
  });

  test('a dropped connection resumes by Last-Event-ID with nothing lost and nothing twice', async () => {
    const run = idOf(await start(await publish(waits('1s')), {}));
    const first = await follow(run);
    await until(() => first.frames.length >= 2);
    first.drop();
    const last = first.frames.at(-1)?.id ?? 0;
    const second = await follow(run, { 'last-event-id': String(last) });
    await second.ended;
    const journal = (await ask(ROUTES.getJournal, { params: { id: run } })).json as { events: { seq: number }[] };
    expect([...first.frames, ...second.frames].map((frame) => frame.id)).toEqual(
      journal.events.map((event) => event.seq),
    );
    const seen = await server.ask('GET', `/api/v1/runs/${run}/events`, {
      key,
      headers: { 'last-event-id': String(journal.events.length) },
    });
    expect(seen.status).toBe(204);
    expect(
      (await server.ask('GET', `/api/v1/runs/${run}/events`, { key, headers: { 'last-event-id': 'x' } })).status,
    ).toBe(422);
  });

  test('DOS-08 the streams of one key are bounded, another key is not touched, and a closed one makes room', async () => {
    const run = idOf(await start(await publish(waits('30s')), {}));
    const streams = await Promise.all([follow(run), follow(run), follow(run)]);
    expect(await server.ask('GET', `/api/v1/runs/${run}/events`, { key })).toMatchObject({
      status: 429,
      json: { code: 'streams.limit' },
    });
    const other = await follow(run, {}, (await server.key()).plain);
    expect(other.status).toBe(200);
    streams[0]?.drop();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const room = await follow(run);
    expect(room.status).toBe(200);
    for (const stream of [...streams, other, room]) stream.drop();
    await ask(ROUTES.cancelRun, { params: { id: run } });
  });

  test('AZ-10 the streams of a revoked key and of an expired one are closed within a second or so', async () => {
    const run = idOf(await start(await publish(waits('30s')), {}));
    const revoked = await server.key();
    const expiring = await server.key({ expires: Date.now() + 600_000 });
    const stays = await follow(run);
    const streams = await Promise.all([follow(run, {}, revoked.plain), follow(run, {}, expiring.plain)]);
    const before = performance.now();
    await ask(ROUTES.revokeKey, { params: { id: revoked.id } });
    server.later(601_000);
    await Promise.all(streams.map((stream) => stream.ended));
    expect(performance.now() - before).toBeLessThan(2_500);
    const comments = stays.comments();
    await until(() => stays.comments() > comments);
    stays.drop();
    await ask(ROUTES.cancelRun, { params: { id: run } });
  });
});

describe('a client that leaves', () => {
  test('ends its stream at once, and one that reads stays beyond the time a stalled one gets', async () => {
    const own = await startServer({ limits: { heartbeat: 50, stalled: 400 } });
    const { plain } = await own.key();
    const { id } = (await own.ask('POST', '/api/v1/flows', { key: plain, body: { draft: waits('30s') } })).json as {
      id: string;
    };
    const run = idOf(await own.ask('POST', `/api/v1/flows/${id}/runs`, { key: plain, body: { draft: true } }));
    const streams = (): Promise<string> =>
      own
        .ask('GET', '/metrics', { key: plain })
        .then(({ text }) => /headgate_event_streams (\d)/.exec(text)?.[1] ?? '');
    const socket = connect({ port: own.port, host: '127.0.0.1' });
    socket.on('error', () => undefined);
    socket.write(`GET /api/v1/runs/${run}/events HTTP/1.1\r\nhost: 127.0.0.1\r\nx-api-key: ${plain}\r\n\r\n`);
    await new Promise((resolve) => socket.once('data', resolve));
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(await streams()).toBe('1');
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await streams()).toBe('0');
    await own.close();
  });
});

describe('closing', () => {
  test('an orderly close ends streams, answers nothing new, and lets answers under way leave', async () => {
    const own = await startServer();
    const { plain } = await own.key();
    const { id } = (await own.ask('POST', '/api/v1/flows', { key: plain, body: { draft: waits('30s') } })).json as {
      id: string;
    };
    await own.ask('POST', `/api/v1/flows/${id}/publish`, { key: plain });
    const run = idOf(await own.ask('POST', `/api/v1/flows/${id}/runs`, { key: plain, body: {} }));
    const stream = own.ask('GET', `/api/v1/runs/${run}/events`, { key: plain });
    const waiting = own.ask('POST', `/api/v1/flows/${id}/runs`, { key: plain, body: { wait: 0.3 } });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const closed = own.close();
    expect((await stream).status).toBe(200);
    expect((await waiting).status).toBe(202);
    await closed;
    await expect(own.ask('GET', '/health')).rejects.toThrow(/ECONNREFUSED/);
  });
});
