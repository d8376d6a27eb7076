/** Repetitions: what a call learns of a run that somebody else started, and which runs it may run again. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from '../../../../test/fixtures/server.ts';

let server: TestServer;
let key: string;
let runner: { id: string; plain: string };

beforeAll(async () => {
  server = await startServer();
  key = (await server.key()).plain;
  runner = await server.key({ permissions: ['run'] });
});
afterAll(() => server.close());

const ask = async (method: string, path: string, body?: unknown, as = key) => {
  const answer = await server.ask(method, `/api/v1${path}`, { key: as, ...(body === undefined ? {} : { body }) });
  return { status: answer.status, json: answer.json as Record<string, never> & { id: string; revision: number } };
};
const echo = { headgate: 1, name: 'Echo', steps: [{ id: 's', kind: 'set@1', with: { value: '{{ input }}' } }] };
const publish = async (more: object = {}): Promise<string> => {
  const { id } = (await ask('POST', '/flows', { draft: { ...echo, output: '{{ steps.s }}', ...more } })).json;
  expect((await ask('POST', `/flows/${id}/publish`, {})).status).toBe(201);
  return id;
};
const start = (id: string, body: object, as = key) => ask('POST', `/flows/${id}/runs`, { wait: 10, ...body }, as);

test('AZ-05 an idempotency key that somebody else used gives a mere runner the run and its state, and nothing it did', async () => {
  const id = await publish();
  const first = await start(id, { input: { secret: 77 }, idempotencyKey: 'order-1' });
  expect(first).toMatchObject({ status: 200, json: { output: { secret: 77 } } });
  const told = await start(id, { input: {}, idempotencyKey: 'order-1' }, runner.plain);
  expect(told).toEqual({ status: 202, json: { id: first.json.id, state: 'done' } });
  const reader = (await server.key({ permissions: ['run', 'run.read'] })).plain;
  const narrow = (await server.key({ permissions: ['run', 'run.read'], flows: [id] })).plain;
  for (const as of [key, reader, narrow])
    expect((await start(id, { input: {}, idempotencyKey: 'order-1' }, as)).json).toMatchObject({
      output: { secret: 77 },
    });
  const mine = await start(id, { input: { mine: 1 }, idempotencyKey: 'order-2' }, runner.plain);
  expect(mine.json).toMatchObject({ output: { mine: 1 } });
  expect((await start(id, { input: {}, idempotencyKey: 'order-2' }, runner.plain)).json).toEqual(mine.json);
});

test('AZ-05 a key made by the flow from its input tells no more, nor does a run that failed', async () => {
  const settings = { idempotency: '{{ input.order }}' };
  const id = await publish({ settings });
  await start(id, { input: { order: 'a', secret: 1 } });
  expect((await start(id, { input: { order: 'a' } }, runner.plain)).status).toBe(202);
  const stop = [{ id: 's', kind: 'stop@1', with: { problem: 'pay.broken', text: 'The salary of Bob' } }];
  const failing = await publish({ settings, steps: stop, output: null });
  expect((await start(failing, { input: { order: 'a' } })).json).toMatchObject({ problem: { code: 'pay.broken' } });
  const told = await start(failing, { input: { order: 'a' } }, runner.plain);
  expect(told).toMatchObject({ status: 202, json: { state: 'failed' } });
  expect(told.json['problem']).toBeUndefined();
});

test('API-06 a mere runner runs no draft again, nor what was pinned; a published version yes, and so does who may write', async () => {
  const id = await publish();
  const again = (run: string, body: object, as: string) => ask('POST', `/runs/${run}/rerun`, body, as);
  const draft = (await start(id, { input: {}, draft: true })).json.id;
  expect(await again(draft, {}, runner.plain)).toMatchObject({ status: 403, json: { code: 'permission.missing' } });
  expect((await again(draft, { input: { a: 1 } }, runner.plain)).status).toBe(403);
  expect((await again(draft, { version: 1 }, runner.plain)).status).toBe(202);
  expect((await again(draft, {}, key)).status).toBe(202);
  const two = await publish({
    steps: [
      { id: 's', kind: 'set@1', with: { value: 1 } },
      { id: 't', kind: 'set@1', after: ['s'], with: { value: '{{ steps.s }}' } },
    ],
  });
  const pinned = (await start(two, { input: {}, pins: { s: 'chosen' } })).json.id;
  expect((await again(pinned, { from: 't' }, runner.plain)).status).toBe(403);
  expect((await again(pinned, { from: 't' }, key)).status).toBe(202);
  expect((await again(pinned, {}, runner.plain)).status).toBe(202);
  const plain = (await start(two, { input: {} })).json.id;
  expect((await again(plain, { from: 't' }, runner.plain)).status).toBe(202);
});
