/** Providers of models, over the real API: set up, listed, tried, asked, removed. */

import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startServer, type TestServer } from '../../../../test/fixtures/server.ts';
import { type ModelServer, openModelServer } from '../engine/testing/models/server.ts';
import { tinyModel } from '../sandbox/testing/gguf.ts';
import { LocalModelFiles } from '../store/local-models.ts';

vi.setConfig({ testTimeout: 60_000 });

const KEY = 'sk-of-a-provider-0123456789abcdef';

let server: TestServer;
let models: ModelServer;
let key: string;
beforeAll(async () => {
  models = await openModelServer();
  server = await startServer({ egressAllow: models.host });
  key = (await server.key()).plain;
});
afterAll(async () => {
  await server.close();
  await models.close();
});

const ask = (method: string, path: string, body?: unknown, as = key) =>
  server.ask(method, `/api/v1/${path}`, { key: as, ...(body === undefined ? {} : { body }) });
const LOCAL = { kind: 'openai-compatible', secret: { name: 'models' }, default: 'small' };
const setUp = () => ({ ...LOCAL, baseUrl: models.url });

test('a provider is set up, tried, listed, asked by a flow that was lent it, and removed', async () => {
  await ask('PUT', 'secrets', { name: 'models', value: KEY, origins: [models.origin] });
  const put = await ask('PUT', 'model-providers', { name: 'local', ...setUp() });
  expect(put).toMatchObject({ status: 200, json: { name: 'local', address: models.url, default: 'small' } });
  expect((await ask('POST', 'model-providers/local/test')).json).toEqual({
    ok: true,
    problem: null,
    models: ['small', 'large'],
  });
  expect(models.asked.at(-1)?.headers['authorization']).toBe(`Bearer ${KEY}`);
  expect((await ask('GET', 'models')).json).toMatchObject({
    models: expect.arrayContaining([expect.objectContaining({ name: 'local/small', provider: 'local', first: true })]),
  });
  expect((await ask('GET', 'model-kinds')).json).toMatchObject({
    kinds: expect.arrayContaining([expect.objectContaining({ name: 'openai-compatible', baseUrl: null, key: false })]),
  });

  const draft = {
    headgate: 1,
    name: 'Asks',
    input: {
      type: 'object',
      properties: { text: { type: 'string' } },
      required: ['text'],
      additionalProperties: false,
    },
    steps: [
      {
        id: 'ask',
        kind: 'model.generate@1',
        with: { model: 'local/small', prompt: 'Say {{ input.text }}', stream: true },
      },
    ],
    output: '{{ steps.ask.text }}',
  };
  const flow = ((await ask('POST', 'flows', { draft })).json as { id: string }).id;
  expect((await ask('POST', `flows/${flow}/publish`, {})).json).toMatchObject({
    code: 'grant.missing',
    missing: [{ step: 'ask', power: 'model: local/small' }],
  });
  // A grant for so many tokens is one, too.
  const grant = [{ step: 'ask', power: 'model: local/*, 20k tokens a run' }];
  expect((await ask('POST', `flows/${flow}/publish`, { grant })).status).toBe(201);
  models.next({ says: 'Hello and welcome.' });
  const run = (await ask('POST', `flows/${flow}/runs`, { input: { text: 'hello' }, wait: 20 })).json as { id: string };
  expect(run).toMatchObject({ state: 'done', output: 'Hello and welcome.' });
  const { text } = await ask('GET', `runs/${run.id}/events`);
  expect(text).toContain('event: step.said');
  expect(text).not.toContain(KEY);
  const { json } = await ask('GET', 'audit?limit=100');
  expect(JSON.stringify(json)).toContain('model: local/small');

  expect((await ask('DELETE', 'model-providers/local')).status).toBe(204);
  expect((await ask('DELETE', 'model-providers/local')).status).toBe(404);
  expect((await ask('POST', `flows/${flow}/runs`, { input: { text: 'x' }, wait: 20 })).json).toMatchObject({
    state: 'failed',
    problem: { code: 'model.unknown' },
  });
});

test('what cannot be set up is refused with what to do', async () => {
  for (const [body, field] of [
    [{ kind: 'nobody' }, 'kind'],
    [{ kind: 'openai-compatible' }, 'baseUrl'],
    [{ kind: 'openai-compatible', baseUrl: 'file:///etc/passwd' }, 'baseUrl'],
    [{ kind: 'openai', baseUrl: 'https://elsewhere.example/v1', secret: { name: 'models' } }, 'baseUrl'],
    [{ kind: 'openai' }, 'secret'],
    [{ kind: 'openai', secret: { name: 'models' }, default: 'no-such' }, 'default'],
    [{ ...setUp(), more: 1 }, 'more'],
    [{ ...setUp(), name: 'Bad name' }, 'name'],
  ] as const) {
    const { status, json } = await ask('PUT', 'model-providers', { name: 'bad', ...body });
    expect([status, JSON.stringify(json)]).toEqual([422, expect.stringContaining(`"field":"${field}"`)]);
  }
});

test('who may not store a secret names none, and who may not manage models sets up nothing', async () => {
  const { plain: manager } = await server.key({ permissions: ['model.manage', 'flow.read'] });
  expect((await ask('PUT', 'model-providers', { name: 'mine', ...setUp() }, manager)).status).toBe(403);
  const { secret: _, ...open } = setUp();
  expect((await ask('PUT', 'model-providers', { name: 'mine', ...open }, manager)).status).toBe(200);
  const { plain: editor } = await server.key({ permissions: ['flow.write', 'flow.read', 'secret.write'] });
  expect((await ask('PUT', 'model-providers', { name: 'mine', ...setUp() }, editor)).status).toBe(403);
  expect((await ask('GET', 'model-providers', undefined, editor)).status).toBe(403);
  expect((await ask('GET', 'models', undefined, editor)).status).toBe(200);
});

test('a local address that no administrator opened is asked by nobody', async () => {
  const other = await openModelServer();
  await ask('PUT', 'model-providers', { name: 'inside', kind: 'openai-compatible', baseUrl: other.url });
  expect((await ask('POST', 'model-providers/inside/test')).json).toMatchObject({
    ok: false,
    problem: { code: 'egress.denied', fix: expect.stringContaining('HEADGATE_EGRESS_ALLOW') },
  });
  expect(other.asked).toEqual([]);
  await other.close();
});

test('who may not store a secret neither moves nor removes a provider that names one', async () => {
  const { plain: manager } = await server.key({ permissions: ['model.manage', 'flow.read'] });
  const { plain: keeper } = await server.key({ permissions: ['model.manage', 'flow.read', 'secret.write'] });
  expect((await ask('PUT', 'model-providers', { name: 'kept', ...setUp() }, keeper)).status).toBe(200);
  const before = (await ask('GET', 'model-providers')).json;
  const { secret: _, ...open } = setUp();
  const moved = await ask(
    'PUT',
    'model-providers',
    { name: 'kept', ...open, baseUrl: 'https://elsewhere.example/v1' },
    manager,
  );
  expect(moved).toMatchObject({ status: 403, json: { code: 'permission.missing' } });
  expect((await ask('DELETE', 'model-providers/kept', undefined, manager)).status).toBe(403);
  expect((await ask('DELETE', 'model-providers/none', undefined, manager)).status).toBe(404);
  expect((await ask('GET', 'model-providers')).json).toEqual(before);
  expect((await ask('PUT', 'model-providers', { name: 'kept', ...open }, keeper)).status).toBe(200);
  expect((await ask('DELETE', 'model-providers/kept', undefined, manager)).status).toBe(204);
});

test('models of the server itself are listed, and a provider of its kind names none but those', async () => {
  const here = { name: 'house', kind: 'local' };
  const none = await ask('PUT', 'model-providers', { ...here, models: [{ id: 'tiny' }] });
  expect(none).toMatchObject({ status: 422, json: { code: 'input.invalid' } });
  const files = new LocalModelFiles(join(server.dir, 'models'));
  const bytes = async function* () {
    yield tinyModel();
  };
  expect(await files.add('tiny', bytes(), { sha256: null, now: 1 })).toMatchObject({ ok: true });
  const listed = { name: 'local/tiny', provider: 'local', id: 'tiny', does: ['chat', 'embed'], price: { in: 0 } };
  expect((await ask('GET', 'models')).json).toMatchObject({
    models: expect.arrayContaining([expect.objectContaining(listed)]),
  });
  for (const [body, field] of [
    [{ models: [{ id: 'other' }] }, 'models'],
    [{ default: 'other' }, 'default'],
    [{ baseUrl: models.url }, 'baseUrl'],
    [{ secret: { name: 'models' } }, 'secret'],
  ] as const) {
    const { status, json } = await ask('PUT', 'model-providers', { ...here, ...body });
    expect([status, JSON.stringify(json)]).toEqual([422, expect.stringContaining(`"field":"${field}"`)]);
  }
  expect((await ask('PUT', 'model-providers', { ...here, models: [{ id: 'tiny' }] })).status).toBe(200);
  expect((await ask('POST', 'model-providers/house/test')).json).toMatchObject({ ok: true, models: ['tiny'] });
  expect((await ask('GET', 'models')).text).toContain('house/tiny');
  await files.remove('tiny');
  expect((await ask('GET', 'models')).text).not.toContain('/tiny');
});
