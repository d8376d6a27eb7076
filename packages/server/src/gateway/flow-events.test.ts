/** Following a flow: presence, drafts that others saved, runs; to whom, and until when. */

import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROUTES } from '@headgate/core/api';
import { startServer, type TestServer } from '../../../../test/fixtures/server.ts';

let server: TestServer;
let key: string;

beforeAll(async () => {
  server = await startServer({ limits: { heartbeat: 100, streams: 3 } });
  key = (await server.key()).plain;
});
afterAll(() => server.close());

const draft = (name: string) => ({ headgate: 1, name, steps: [{ id: 'one', kind: 'set@1', with: { value: 1 } }] });

const create = async (): Promise<string> =>
  String(
    Reflect.get(Object((await server.ask('POST', '/api/v1/flows', { key, body: { draft: draft('A') } })).json), 'id'),
  );

type Told = Readonly<Record<string, unknown>> & { readonly type: string };
type Stream = {
  readonly status: number;
  readonly told: Told[];
  readonly ended: Promise<void>;
  readonly drop: () => void;
};

const follow = (path: string, as: string | null = key): Promise<Stream> =>
  new Promise((resolve, reject) => {
    const headers = as === null ? {} : { 'x-api-key': as };
    const request = httpRequest({ host: '127.0.0.1', port: server.port, path, agent: false, headers }, (response) => {
      const told: Told[] = [];
      let text = '';
      let end: () => void = () => undefined;
      const ended = new Promise<void>((done) => (end = done));
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) {
          const data = /^data: (.*)$/m.exec(block)?.[1];
          if (data !== undefined) told.push(JSON.parse(data) as Told);
        }
      });
      response.on('close', end);
      response.on('error', end);
      resolve({ status: response.statusCode ?? 0, told, ended, drop: () => request.destroy() });
    });
    request.on('error', reject);
    request.end();
  });

const until = async (holds: () => boolean): Promise<void> => {
  await expect.poll(holds, { timeout: 5000 }).toBe(true);
};
const here = (stream: Stream): number => {
  const list: unknown = of(stream, 'presence').at(-1)?.['here'];
  return Array.isArray(list) ? list.length : 0;
};
const of = (stream: Stream, type: string): Told[] => stream.told.filter((one) => one.type === type);
const eventsOf = (flow: string): string => ROUTES.followFlow.path.replace('{id}', flow);

test('who else is there, what was saved and which runs began is told as it happens, in order', async () => {
  const flow = await create();
  const stream = await follow(eventsOf(flow));
  expect(stream.status).toBe(200);
  await until(() => of(stream, 'presence').length === 1);
  const other = await server.key();
  const second = await follow(eventsOf(flow), other.plain);
  await until(() => here(stream) === 2);
  const saved = await server.ask('PUT', `/api/v1/flows/${flow}/draft`, {
    key: other.plain,
    body: { revision: 1, draft: draft('B') },
  });
  expect(saved.status).toBe(200);
  await until(() => of(stream, 'draft').length === 1);
  expect(of(stream, 'draft')[0]).toMatchObject({ revision: 2, by: other.id });
  const run = await server.ask('POST', `/api/v1/flows/${flow}/runs`, { key, body: { draft: true, wait: 5 } });
  expect(run.status).toBe(200);
  await until(() => of(stream, 'run').some(({ state }) => state === 'done'));
  expect(of(stream, 'run').at(-1)).toMatchObject({
    run: Reflect.get(Object(run.json), 'id'),
    trigger: { id: null, kind: 'manual@1' },
  });
  second.drop();
  await until(() => here(stream) === 1);
  expect(stream.told.map((one) => one['seq'])).toEqual(stream.told.map((_, i) => i + 1));
  stream.drop();
});

test('AZ-01 another workspace’s flow is followed like one that never was, and hears nothing of this one', async () => {
  const flow = await create();
  const { plain } = await server.key({ workspace: 'elsewhere' });
  const theirs = await server.ask('GET', eventsOf(flow), { key: plain });
  const never = await server.ask('GET', eventsOf('flow_000000000000000000000000'), { key: plain });
  expect([theirs.status, theirs.json]).toEqual([404, never.json]);
});

test('who may read flows and no runs is told of no run', async () => {
  const flow = await create();
  const lesser = await server.key({ permissions: ['flow.read'] });
  const stream = await follow(eventsOf(flow), lesser.plain);
  const full = await follow(eventsOf(flow));
  await server.ask('POST', `/api/v1/flows/${flow}/runs`, { key, body: { draft: true, wait: 5 } });
  await server.ask('PUT', `/api/v1/flows/${flow}/draft`, { key, body: { revision: 1, draft: draft('B') } });
  await until(() => of(stream, 'draft').length === 1 && of(full, 'draft').length === 1);
  expect(of(full, 'run').length).toBeGreaterThan(0);
  expect(of(stream, 'run')).toEqual([]);
  expect(
    (await server.ask('GET', eventsOf(flow), { key: (await server.key({ permissions: ['run.read'] })).plain })).status,
  ).toBe(403);
  stream.drop();
  full.drop();
});

test('AZ-10 the stream of a revoked key ends within a second or so, and the room is told', async () => {
  const flow = await create();
  const revoked = await server.key();
  const stays = await follow(eventsOf(flow));
  const stream = await follow(eventsOf(flow), revoked.plain);
  await until(() => here(stays) === 2);
  const before = performance.now();
  await server.ask('DELETE', ROUTES.revokeKey.path.replace('{id}', revoked.id), { key });
  await stream.ended;
  expect(performance.now() - before).toBeLessThan(2_500);
  await until(() => here(stays) === 1);
  stays.drop();
});

test('TOK-13 a ticket opens the stream of its flow, once, and no other', async () => {
  const [flow, other] = [await create(), await create()];
  const ticket = async (): Promise<string> => {
    const made = await server.ask('POST', '/api/v1/tickets', { key, body: { for: 'flow.events', flow } });
    expect(made.status).toBe(201);
    return String(Reflect.get(Object(made.json), 'path'));
  };
  const path = await ticket();
  const stream = await follow(path, null);
  expect(stream.status).toBe(200);
  await until(() => of(stream, 'presence').length === 1);
  stream.drop();
  expect((await follow(path, null)).status).toBe(401);
  expect((await follow((await ticket()).replace(flow, other), null)).status).toBe(401);
});

test('DOS-08 streams of flows count among those of a key', async () => {
  const flow = await create();
  const { plain } = await server.key();
  const streams = await Promise.all([1, 2, 3].map(() => follow(eventsOf(flow), plain)));
  expect(streams.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect((await server.ask('GET', eventsOf(flow), { key: plain })).status).toBe(429);
  for (const stream of streams) stream.drop();
});
