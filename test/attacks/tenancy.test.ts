/** Attacks across workspaces and beyond a key's scope. Each row has a positive twin. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type Answer, type TestServer } from '../fixtures/server.ts';

let server: TestServer;
let alice: { id: string; plain: string };
let bob: { id: string; plain: string };

const draft = {
  headgate: 1,
  name: 'Alice keeps this',
  triggers: [{ id: 'hook', kind: 'webhook@1', with: { answer: 'sync' } }],
  steps: [{ id: 'get', kind: 'http.request@1', with: { method: 'GET', url: 'https://{{ input.host }}/' } }],
};

type Made = { flow: string; grant: string; run: string; key: string };
let made: Made;

/** One of everything, in the workspace of the key. */
const populate = async (key: string): Promise<Made> => {
  const flow = ((await server.ask('POST', '/api/v1/flows', { key, body: { draft } })).json as { id: string }).id;
  const granted = await server.ask('POST', `/api/v1/flows/${flow}/grants`, {
    key,
    body: { grants: [{ step: 'get', power: 'net: GET a.example:443' }] },
  });
  const grant = (granted.json as { grants: { id: string }[] }).grants[0]?.id ?? '';
  await server.ask('POST', `/api/v1/flows/${flow}/publish`, { key, body: { grant: 'needed' } });
  const started = await server.ask('POST', `/api/v1/flows/${flow}/runs`, {
    key,
    body: { draft: true, input: { host: 'nowhere.invalid' }, pins: { get: { status: 200 } }, wait: 5 },
  });
  await server.ask('PUT', '/api/v1/secrets', {
    key,
    body: { name: 'token', value: 'alice-secret-value-1', origins: ['https://a.example'] },
  });
  const minted = await server.ask('POST', '/api/v1/keys', {
    key,
    body: { name: 'second', permissions: ['flow.read'] },
  });
  return { flow, grant, run: (started.json as { id: string }).id, key: (minted.json as { id: string }).id };
};

beforeAll(async () => {
  server = await startServer();
  alice = await server.key({ workspace: 'alice' });
  bob = await server.key({ workspace: 'bob' });
  made = await populate(alice.plain);
});
afterAll(() => server.close());

/** Everything that makes two answers tell apart what exists from what does not. */
const seen = (answer: Answer, id: string): unknown => ({
  status: answer.status,
  text: answer.text.replaceAll(id, 'ID'),
  headers: Object.fromEntries(
    Object.entries(answer.headers).filter(([name]) => name !== 'date' && name !== 'keep-alive'),
  ),
});

/** All that Alice has, to see that nothing of it moved. */
const state = async (): Promise<unknown> => {
  const store = server.house.store.in('alice');
  return {
    flow: await store.flows.get(made.flow),
    versions: await store.flows.versions(made.flow),
    grants: await store.grants.list(made.flow),
    runs: (await store.runs.list({ limit: 100 })).rows.map(({ id }) => id),
    run: await store.runs.get(made.run),
    keys: (await store.keys.list()).map(({ id, revoked }) => ({ id, revoked })),
    secrets: await store.secrets.list('default'),
  };
};

describe('AZ-01 objects of another workspace', () => {
  test('AZ-01 a secret of another workspace with the same name stays as it is', async () => {
    await server.ask('PUT', '/api/v1/secrets', {
      key: bob.plain,
      body: { name: 'token', value: 'bob-secret-value-1' },
    });
    const before = await state();
    expect((await server.ask('DELETE', '/api/v1/secrets/token', { key: bob.plain })).status).toBe(204);
    expect((await server.ask('DELETE', '/api/v1/secrets/token', { key: bob.plain })).status).toBe(404);
    const theirs = await server.ask('GET', '/api/v1/secrets/token', { key: bob.plain });
    const never = await server.ask('GET', '/api/v1/secrets/never', { key: bob.plain });
    expect(theirs.status).toBe(404);
    expect(seen(theirs, 'token')).toEqual(seen(never, 'never'));
    expect((await server.ask('GET', '/api/v1/secrets/token', { key: alice.plain })).status).toBe(200);
    expect(await state()).toEqual(before);
  });

  test('API-07, AZ-12 lists and figures show nothing of another workspace', async () => {
    for (const path of [
      '/api/v1/flows',
      '/api/v1/runs',
      '/api/v1/keys',
      '/api/v1/secrets',
      '/api/v1/audit',
      '/metrics',
      `/api/v1/runs?flow=${made.flow}`,
    ]) {
      const answer = await server.ask('GET', path, { key: bob.plain });
      expect(answer.status, path).toBe(200);
      for (const mine of [made.flow, made.run, made.key, alice.id, 'Alice keeps this'])
        expect(answer.text.replaceAll(/"object": ?"[^"]*"/g, ''), path).not.toContain(mine);
    }
    expect((await server.ask('GET', '/metrics', { key: bob.plain })).text).not.toMatch(
      /headgate_runs\{state="[a-z_]+"\} [1-9]/,
    );
    expect((await server.ask('GET', '/api/v1/flows', { key: alice.plain })).text).toContain(made.flow);
    expect((await server.ask('GET', '/metrics', { key: alice.plain })).text).toMatch(
      /headgate_runs\{state="[a-z_]+"\} [1-9]/,
    );
  });
});

describe('AZ-08 keys narrowed to flows or projects', () => {
  test('AZ-08 a key of one flow sees and reaches that flow alone, in lists too', async () => {
    const other = (
      (await server.ask('POST', '/api/v1/flows', { key: alice.plain, body: { draft } })).json as { id: string }
    ).id;
    const narrow = (await server.key({ workspace: 'alice', flows: [other] })).plain;
    const flows = (await server.ask('GET', '/api/v1/flows', { key: narrow })).json as { flows: { id: string }[] };
    expect(flows.flows.map((flow) => flow.id)).toEqual([other]);
    expect((await server.ask('GET', `/api/v1/flows/${other}`, { key: narrow })).status).toBe(200);
    expect((await server.ask('GET', `/api/v1/flows/${made.flow}`, { key: narrow })).status).toBe(404);
    expect((await server.ask('POST', `/api/v1/flows/${made.flow}/runs`, { key: narrow, body: {} })).status).toBe(404);
    expect((await server.ask('GET', `/api/v1/runs/${made.run}`, { key: narrow })).status).toBe(404);
    expect((await server.ask('GET', `/api/v1/runs/${made.run}/events`, { key: narrow })).status).toBe(404);
    expect((await server.ask('POST', `/api/v1/runs/${made.run}/cancel`, { key: narrow, body: {} })).status).toBe(404);
    for (const path of ['/api/v1/runs', `/api/v1/runs?flow=${made.flow}`, '/runs'])
      expect((await server.ask('GET', path, { key: narrow })).text).not.toContain(made.run);
    for (const path of ['/metrics', '/api/v1/keys', '/api/v1/secrets', '/api/v1/audit', '/api/v1/audit/instance'])
      expect((await server.ask('GET', path, { key: narrow })).status, path).toBe(403);
    expect((await server.ask('POST', '/api/v1/flows', { key: narrow, body: { draft } })).status).toBe(403);
    expect(
      (await server.ask('POST', '/api/v1/keys', { key: narrow, body: { name: 'x', permissions: ['run'] } })).status,
    ).toBe(403);
  });

  test('AZ-08 a key of the project may create in it; a key of another project sees nothing of it', async () => {
    const inside = (await server.key({ workspace: 'alice', projects: ['default'] })).plain;
    expect((await server.ask('POST', '/api/v1/flows', { key: inside, body: { draft } })).status).toBe(201);
    expect((await server.ask('GET', `/api/v1/flows/${made.flow}`, { key: inside })).status).toBe(200);
    const outside = (await server.key({ workspace: 'alice', projects: ['elsewhere'] })).plain;
    expect((await server.ask('GET', '/api/v1/flows', { key: outside })).json).toEqual({ flows: [] });
    expect((await server.ask('GET', `/api/v1/flows/${made.flow}`, { key: outside })).status).toBe(404);
    expect((await server.ask('POST', '/api/v1/flows', { key: outside, body: { draft } })).status).toBe(403);
  });
});

describe('AZ-05 readers do not run things', () => {
  test('AZ-05 a viewer neither starts, cancels, reruns nor settles; an operator runs, and tries no drafts', async () => {
    const viewer = (await server.key({ workspace: 'alice', permissions: ['flow.read', 'run.read'] })).plain;
    const count = async (): Promise<number> =>
      (await server.house.store.in('alice').runs.list({ limit: 100 })).rows.length;
    const before = await count();
    expect((await server.ask('POST', `/api/v1/flows/${made.flow}/runs`, { key: viewer, body: {} })).status).toBe(403);
    for (const verb of ['cancel', 'rerun', 'resolve'])
      expect(
        (await server.ask('POST', `/api/v1/runs/${made.run}/${verb}`, { key: viewer, body: {} })).status,
        verb,
      ).toBe(403);
    const operator = (await server.key({ workspace: 'alice', permissions: ['run', 'run.read'] })).plain;
    expect(
      (await server.ask('POST', `/api/v1/flows/${made.flow}/runs`, { key: operator, body: { draft: true, input: {} } }))
        .status,
    ).toBe(403);
    expect(
      (
        await server.ask('POST', `/api/v1/flows/${made.flow}/runs`, {
          key: operator,
          body: { pins: { get: 1 }, input: {} },
        })
      ).status,
    ).toBe(403);
    expect(await count()).toBe(before);
    expect([200, 202]).toContain(
      (
        await server.ask('POST', `/api/v1/flows/${made.flow}/runs`, {
          key: operator,
          body: { input: { host: 'a.example' } },
        })
      ).status,
    );
    expect(await count()).toBe(before + 1);
  });
});

describe('API-05 the graph of a run', () => {
  test('API-05 a run call that carries a graph of its own is refused, and runs what was published', async () => {
    const smuggled = { input: {}, steps: [{ id: 'x', kind: 'set@1' }], flow: { headgate: 1 }, draft: { headgate: 1 } };
    expect(
      (await server.ask('POST', `/api/v1/flows/${made.flow}/runs`, { key: alice.plain, body: smuggled })).status,
    ).toBe(422);
    const started = await server.ask('POST', `/api/v1/flows/${made.flow}/runs`, {
      key: alice.plain,
      body: { input: { host: 'a.example' } },
    });
    const run = await server.house.store.in('alice').runs.get((started.json as { id: string }).id);
    const version = await server.house.store.in('alice').flows.version(made.flow, 1);
    expect(run?.hash).toBe(version?.hash);
  });
});
