/** Providers of models, over the real API: set up, listed, tried, asked, removed. */

import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { createServer, request as httpRequest, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { PERMISSIONS } from '@headgate/core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startServer, type TestServer } from '../../../../test/fixtures/server.ts';
import { type ModelServer, openModelServer } from '../engine/testing/models/server.ts';
import { tinyModel } from '../sandbox/testing/gguf.ts';
import { LocalModelFiles } from '../store/local-models.ts';

vi.setConfig({ testTimeout: 60_000 });

const KEY = 'sk-of-a-provider-0123456789abcdef';

let server: TestServer;
let models: ModelServer;
let key: string;
let peer: Server;
let origin: string;
// Paths that the peer was asked for.
const called: string[] = [];

const TINY = tinyModel();
const SHA256 = createHash('sha256').update(TINY).digest('hex');
/** Where a redirect leads, and answers that are held in their middle. */
let inside = '';
const held: ServerResponse[] = [];

/** Files of models, whole and otherwise. */
const serveModel = (url: string, response: ServerResponse): void => {
  if (url === '/models/none.gguf') return void response.writeHead(404).end('none');
  if (url === '/models/page') return void response.end('<!doctype html><title>A page about a model</title>');
  if (url === '/models/inside.gguf') return void response.writeHead(302, { location: inside }).end();
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': TINY.length });
  if (url === '/models/tiny.gguf') return void response.end(TINY);
  response.write(TINY.subarray(0, 100_000));
  if (url === '/models/cut.gguf') return void setImmediate(() => response.destroy());
  held.push(response);
};

beforeAll(async () => {
  models = await openModelServer();
  peer = createServer((request, response) => {
    called.push(request.url ?? '');
    serveModel(request.url ?? '', response);
  });
  await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(peer.address() as AddressInfo).port}`;
  origin = `http://${host}`;
  server = await startServer({ egressAllow: `${models.host},${host}` });
  key = (await server.key()).plain;
});
afterAll(async () => {
  await server.close();
  await models.close();
  await new Promise((resolve) => peer.close(resolve));
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

describe('models that the server itself runs', () => {
  type Listed = {
    readonly models: readonly { readonly name: string; readonly sha256: string; readonly size: number }[];
    readonly coming: readonly {
      readonly name: string;
      readonly bytes: number;
      readonly total: number | null;
      readonly problem: { readonly code: string; readonly text: string } | null;
    }[];
  };
  const listed = async (): Promise<Listed> => (await ask('GET', 'instance/models')).json as Listed;
  const fetched = (name: string, url: string, more: object = {}) =>
    ask('POST', 'instance/models', { name, url, ...more });
  // What lies in the folder of models.
  const kept = (): readonly string[] => {
    const folder = join(server.dir, 'models');
    return existsSync(folder) ? readdirSync(folder) : [];
  };
  // Waits until none is on its way.
  const settled = async (): Promise<Listed> => {
    const is = await vi.waitFor(
      async () => {
        const now = await listed();
        expect(now.coming.filter(({ problem }) => problem === null)).toEqual([]);
        return now;
      },
      { timeout: 20_000, interval: 20 },
    );
    return is;
  };
  const upload = (query: string, body: Uint8Array, as = key) =>
    server.ask('PUT', `/api/v1/instance/models?${query}`, {
      key: as,
      body,
      headers: { 'content-type': 'application/octet-stream' },
    });

  test('AZ-05 who does not manage the instance sees, adds and removes none, on record; twin: who does, does', async () => {
    const all = PERMISSIONS.filter((one) => one !== 'instance.manage');
    const { plain } = await server.key({ permissions: all });
    const url = `${origin}/models/tiny.gguf`;
    for (const [method, path, body] of [
      ['GET', 'instance/models', undefined],
      ['POST', 'instance/models', { name: 'tiny', url }],
      ['PUT', 'instance/models?name=tiny', TINY],
      ['DELETE', 'instance/models/tiny', undefined],
    ] as const) {
      const refused = await server.ask(method, `/api/v1/${path}`, {
        key: plain,
        ...(body === undefined ? {} : { body }),
        ...(body === TINY ? { headers: { 'content-type': 'application/octet-stream' } } : {}),
      });
      expect([method, refused.status]).toEqual([method, 403]);
    }
    expect(kept()).toEqual([]);
    expect(called.filter((one) => one.startsWith('/models/'))).toEqual([]);
    const { rows } = await server.house.store.in('default').audit.list({ limit: 10 });
    expect(rows.filter(({ decision }) => decision === 'deny').map(({ action }) => action)).toEqual(
      expect.arrayContaining(['listLocalModels', 'fetchLocalModel', 'putLocalModel', 'deleteLocalModel']),
    );

    expect((await fetched('tiny', url, { sha256: SHA256.toUpperCase() })).status).toBe(202);
    expect(await settled()).toMatchObject({
      models: [{ name: 'tiny', sha256: SHA256, size: TINY.length }],
      coming: [],
    });
    expect(await fetched('tiny', url)).toMatchObject({ status: 409, json: { code: 'model.taken' } });
    expect((await ask('DELETE', 'instance/models/tiny')).status).toBe(204);
    expect((await ask('DELETE', 'instance/models/tiny')).status).toBe(404);
    expect(kept()).toEqual([]);
    expect((await upload('name=tiny', TINY)).json).toMatchObject({ name: 'tiny', sha256: SHA256 });
    expect((await ask('DELETE', 'instance/models/tiny')).status).toBe(204);
  });

  test('SSRF-01 SSRF-06 a file at an address inside, or behind a redirect to one, is not got; twin: one that was opened is', async () => {
    const hits: string[] = [];
    const other = createServer((request, response) => {
      hits.push(request.url ?? '');
      response.end(TINY);
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    inside = `http://127.0.0.1:${(other.address() as AddressInfo).port}/tiny.gguf`;
    expect((await fetched('one', inside)).status).toBe(202);
    expect((await fetched('two', `${origin}/models/inside.gguf`)).status).toBe(202);
    const { coming, models: there } = await settled();
    expect(coming.map(({ name, problem }) => [name, problem?.code])).toEqual([
      ['one', 'egress.denied'],
      ['two', 'egress.denied'],
    ]);
    expect([there, hits, kept()]).toEqual([[], [], []]);
    // What did not come is forgotten, and the name is free.
    expect((await ask('DELETE', 'instance/models/one')).status).toBe(204);
    expect((await fetched('two', `${origin}/models/tiny.gguf`)).status).toBe(202);
    expect(await settled()).toMatchObject({ models: [{ name: 'two' }], coming: [] });
    await ask('DELETE', 'instance/models/two');
    await new Promise((resolve) => other.close(resolve));
  });

  test('FS-02 a name that climbs is none, wherever it stands', async () => {
    for (const name of ['../tiny', '..', '.tiny', 'a/b', 'a\\b', 'A', '']) {
      expect([name, (await fetched(name, `${origin}/models/tiny.gguf`)).status]).toEqual([name, 422]);
      expect([name, (await upload(`name=${encodeURIComponent(name)}`, TINY)).status]).toEqual([name, 422]);
    }
    expect((await ask('DELETE', 'instance/models/..%2Fheadgate.db')).status).toBe(404);
    expect(existsSync(join(server.dir, 'headgate.db'))).toBe(true);
    expect(kept()).toEqual([]);
  });

  test('what is no model, has another checksum, or breaks off, leaves nothing behind and says why', async () => {
    const wrong = '0'.repeat(64);
    await fetched('sum', `${origin}/models/tiny.gguf`, { sha256: wrong });
    await settled();
    await fetched('cut', `${origin}/models/cut.gguf`);
    await settled();
    await fetched('none', `${origin}/models/none.gguf`);
    await settled();
    await fetched('page', `${origin}/models/page`);
    const { coming } = await settled();
    expect(coming.map(({ name, problem }) => [name, problem?.code])).toEqual([
      ['sum', 'model.file'],
      ['cut', expect.stringMatching(/^egress\./)],
      ['none', 'model.file'],
      ['page', 'model.file'],
    ]);
    expect(coming[0]?.problem?.text).toContain(SHA256);
    expect(coming[2]?.problem?.text).toContain('404');
    expect(kept()).toEqual([]);
    expect(await upload(`name=sum&sha256=${wrong}`, TINY)).toMatchObject({
      status: 422,
      json: { code: 'model.file', at: { field: 'sha256' } },
    });
    expect(await upload('name=page', Buffer.from('a text that is long enough to be one'))).toMatchObject({
      status: 422,
      json: { code: 'model.file' },
    });
    // Who goes away in the middle leaves nothing either.
    await new Promise<void>((resolve) => {
      const sending = httpRequest(`${server.url}/api/v1/instance/models?name=half`, {
        method: 'PUT',
        headers: { 'x-api-key': key, 'content-type': 'application/octet-stream', 'content-length': TINY.length },
      });
      sending.on('error', () => resolve());
      sending.write(TINY.subarray(0, 100_000), () => sending.destroy(new Error('away')));
    });
    const { coming: after } = await settled();
    expect(after.map(({ name }) => name)).not.toContain('half');
    await vi.waitFor(() => expect(kept()).toEqual([]));
    for (const { name } of after) await ask('DELETE', `instance/models/${name}`);
  });

  test('how far it is, is told; what is stopped ends at the other side, too', async () => {
    await fetched('slow', `${origin}/models/slow.gguf`);
    await vi.waitFor(
      async () =>
        expect((await listed()).coming).toEqual([{ name: 'slow', bytes: 100_000, total: TINY.length, problem: null }]),
      { timeout: 20_000 },
    );
    expect(await fetched('slow', `${origin}/models/tiny.gguf`)).toMatchObject({ status: 409 });
    expect((await fetched('second', `${origin}/models/slow.gguf`)).status).toBe(202);
    expect(await fetched('third', `${origin}/models/tiny.gguf`)).toMatchObject({ status: 429 });
    await vi.waitFor(() => expect(held).toHaveLength(2), { timeout: 20_000 });
    for (const name of ['slow', 'second']) expect((await ask('DELETE', `instance/models/${name}`)).status).toBe(204);
    await vi.waitFor(() => expect(held.map(({ destroyed }) => destroyed)).toEqual([true, true]), { timeout: 20_000 });
    expect((await listed()).coming).toEqual([]);
    await vi.waitFor(() => expect(kept()).toEqual([]));
  });
});
