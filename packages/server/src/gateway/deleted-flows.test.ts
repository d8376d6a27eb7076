import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Contract, ROUTES } from '@headgate/core/api';
import { breaches, pathOf, startServer, type TestServer } from '../../../../test/fixtures/server.ts';

let server: TestServer;
let key: string;
beforeAll(async () => {
  server = await startServer();
  key = (await server.key()).plain;
});
afterAll(() => server.close());

type Json = {
  readonly id: string;
  readonly output?: unknown;
  readonly flows: readonly { readonly id: string; readonly deleted: string; readonly until: string }[];
  readonly webhooks: readonly { readonly url: string }[];
};

const ask = async (
  contract: Contract,
  p: { id?: string; body?: unknown; key?: string } = {},
): Promise<{ status: number; json: Json }> => {
  const answer = await server.ask(contract.method, pathOf(contract, p.id === undefined ? {} : { id: p.id }), {
    key: p.key ?? key,
    ...(p.body === undefined ? {} : { body: p.body }),
  });
  expect(breaches(contract, answer)).toEqual([]);
  return { status: answer.status, json: answer.json as Json };
};

const greet = {
  headgate: 1,
  name: 'Greet',
  triggers: [{ id: 'hook', kind: 'webhook@1', with: { answer: 'sync', input: '{{ {} }}' } }],
  steps: [{ id: 'greet', kind: 'set@1', with: { value: 'hello' } }],
  output: '{{ steps.greet }}',
};

const published = async (): Promise<{ readonly id: string; readonly url: string }> => {
  const { id } = (await ask(ROUTES.createFlow, { body: { draft: greet } })).json;
  const { webhooks } = (await ask(ROUTES.publishFlow, { id, body: {} })).json;
  return { id, url: new URL(webhooks[0]?.url ?? '').pathname };
};

test('a deleted flow answers like one that never existed, nothing starts it, and restoring brings all of it back', async () => {
  const { id, url } = await published();
  const run = (await ask(ROUTES.startRun, { id, body: { wait: 10 } })).json;
  expect(run.output).toBe('hello');
  expect((await server.ask('POST', url, { body: {} })).json).toBe('hello');

  expect((await ask(ROUTES.deleteFlow, { id })).status).toBe(204);
  const never = await ask(ROUTES.getFlow, { id: 'flow_000000000000000000000000' });
  for (const contract of [ROUTES.getFlow, ROUTES.deleteFlow, ROUTES.listVersions, ROUTES.flowPowers] as const)
    expect([contract.path, await ask(contract, { id })]).toEqual([contract.path, never]);
  expect(await ask(ROUTES.startRun, { id, body: {} })).toEqual(never);
  expect(await ask(ROUTES.publishFlow, { id, body: {} })).toEqual(never);
  expect(await ask(ROUTES.patchFlow, { id, body: { enabled: true } })).toEqual(never);
  expect(await ask(ROUTES.saveDraft, { id, body: { revision: 1, draft: greet } })).toEqual(never);
  expect((await server.ask('POST', url, { body: {} })).status).toBe(404);
  // What it did is still there to be read.
  expect((await ask(ROUTES.getRun, { id: run.id })).status).toBe(200);

  const [row] = (await ask(ROUTES.listDeletedFlows)).json.flows.filter((one) => one.id === id);
  expect(Date.parse(row?.until ?? '') - Date.parse(row?.deleted ?? '')).toBe(30 * 86_400_000);
  expect((await ask(ROUTES.restoreFlow, { id, body: {} })).status).toBe(200);
  expect((await ask(ROUTES.startRun, { id, body: { wait: 10 } })).json.output).toBe('hello');
  expect((await server.ask('POST', url, { body: {} })).json).toBe('hello');
  expect(await ask(ROUTES.restoreFlow, { id, body: {} })).toEqual(never);
});

test('what is removed for good cannot be had back, and one that is not deleted cannot be removed', async () => {
  const { id } = await published();
  expect((await ask(ROUTES.removeFlow, { id })).status).toBe(404);
  expect((await ask(ROUTES.deleteFlow, { id })).status).toBe(204);
  expect((await ask(ROUTES.removeFlow, { id })).status).toBe(204);
  expect((await ask(ROUTES.restoreFlow, { id, body: {} })).status).toBe(404);
  expect((await ask(ROUTES.listDeletedFlows)).json.flows.map((one) => one.id)).not.toContain(id);
});

test('a project is not deleted under a flow that can be restored, and the refusal says how to go on', async () => {
  const { id: project } = (await ask(ROUTES.createProject, { body: { name: 'Short' } })).json;
  const { id } = (await ask(ROUTES.createFlow, { body: { draft: greet, project } })).json;
  await ask(ROUTES.deleteFlow, { id });
  const path = `/api/v1/projects/${project}`;
  const used = await server.ask('DELETE', path, { key });
  expect(used.status).toBe(409);
  expect(used.json).toMatchObject({ code: 'project.used', fix: expect.stringContaining('deleted-flows') });
  await ask(ROUTES.removeFlow, { id });
  expect((await server.ask('DELETE', path, { key })).status).toBe(204);
});

test('AZ-01 AZ-03 AZ-08 a deleted flow is there for nobody who could not see it before, and is restored by who may change it', async () => {
  const keyOf = async (p: Parameters<typeof server.key>[0]): Promise<string> => (await server.key(p)).plain;
  const [ada, bo, elsewhere, reader] = await Promise.all([
    keyOf({ user: 'u_ada', role: 'editor' }),
    keyOf({ user: 'u_bo', role: 'editor' }),
    keyOf({ workspace: 'other', user: 'u_cy', role: 'admin' }),
    keyOf({ user: 'u_dan', role: 'viewer' }),
  ]);
  const { id } = (await ask(ROUTES.createFlow, { body: { draft: greet }, key: ada })).json;
  await ask(ROUTES.patchFlow, { id, body: { visibility: 'private' }, key: ada });
  await ask(ROUTES.deleteFlow, { id, key: ada });
  for (const other of [bo, elsewhere, reader]) {
    expect((await ask(ROUTES.listDeletedFlows, { key: other })).json.flows.map((one) => one.id)).not.toContain(id);
    expect((await ask(ROUTES.restoreFlow, { id, body: {}, key: other })).status).not.toBe(200);
    expect((await ask(ROUTES.removeFlow, { id, key: other })).status).not.toBe(204);
  }
  expect((await ask(ROUTES.listDeletedFlows, { key: ada })).json.flows.map((one) => one.id)).toContain(id);
  expect((await ask(ROUTES.restoreFlow, { id, body: {}, key: ada })).status).toBe(200);

  // Who may not share a flow does not bring one back that is shared.
  await ask(ROUTES.patchFlow, { id, body: { visibility: 'project' }, key: ada });
  await ask(ROUTES.patchFlow, { id, body: { visibility: 'public' } });
  await ask(ROUTES.deleteFlow, { id });
  expect((await ask(ROUTES.restoreFlow, { id, body: {}, key: bo })).status).toBe(403);
  expect((await ask(ROUTES.restoreFlow, { id, body: {} })).status).toBe(200);
});
