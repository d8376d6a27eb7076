/** The policy of a workspace: what its steps may use at all, judged with the grants at every use. */

import { createServer, type Server, type ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { PERMISSIONS } from '@headgate/core';
import { startServer, type TestServer } from '../fixtures/server.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let server: TestServer;
let key: string;
let peer: Server;
let host: string;
let calls = 0;
const held = new Set<ServerResponse>();

beforeAll(async () => {
  server = await startServer({ egressAllow: '127.0.0.1' });
  key = (await server.key()).plain;
  peer = createServer((request, response) => {
    calls += 1;
    if (request.url !== '/held') return response.end('ok');
    held.add(response);
    response.on('close', () => held.delete(response));
  });
  await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve));
  const address = peer.address();
  host = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});
afterAll(async () => {
  await server.close();
  peer.closeAllConnections();
  peer.close();
});

const setPolicy = (only: readonly string[] | null, denied: readonly string[] = [], by = key) =>
  server.ask('PUT', '/api/v1/workspace/policy', { key: by, body: { ...(only === null ? {} : { only }), denied } });
afterEach(async () => {
  expect((await setPolicy(null)).status).toBe(200);
});

type Run = { id: string; state: string; output: unknown; problem: { code: string; at?: object } | null };

const publish = async (path = '/', by = key): Promise<string> => {
  const draft = {
    headgate: 1,
    name: 'Policy',
    steps: [
      { id: 'code', kind: 'code@1', with: { source: 'export default () => 1' } },
      { id: 'get', kind: 'http.request@1', after: ['code'], with: { method: 'GET', url: `http://${host}${path}` } },
    ],
    output: '{{ steps.get.status }}',
  };
  const made = await server.ask('POST', '/api/v1/flows', { key: by, body: { draft } });
  const { id } = made.json as { id: string };
  const done = await server.ask('POST', `/api/v1/flows/${id}/publish`, { key: by, body: { grant: 'needed' } });
  expect(done.status, done.text).toBe(201);
  return id;
};
const run = async (flow: string, wait = 30, by = key): Promise<Run> =>
  (await server.ask('POST', `/api/v1/flows/${flow}/runs`, { key: by, body: { input: {}, wait } })).json as Run;

describe('AZ-05 the policy of a workspace', () => {
  test('AZ-05 refuses what is denied, and what is not listed, whoever lent it; the listed neighbour goes on', async () => {
    const flow = await publish();
    expect(await run(flow)).toMatchObject({ state: 'done', output: 200 });
    const before = calls;
    for (const [only, denied] of [
      [null, [`net: * ${host}`]],
      [null, ['net: * *:*']],
      [['code: js'], []],
      [['code: *', 'net: GET example.com'], []],
      [['code: *', 'net: * *:*'], [`net: GET ${host}`]],
    ] as const) {
      expect((await setPolicy(only, denied)).status).toBe(200);
      expect((await run(flow)).problem).toMatchObject({ code: 'policy.denied', at: { step: 'get' } });
    }
    expect(calls).toBe(before);
    await setPolicy([], []);
    expect((await run(flow)).problem).toMatchObject({ code: 'policy.denied', at: { step: 'code' } });
    await setPolicy(['code: js', `net: GET ${host}`], ['net: * example.com', 'secret: read mine']);
    expect(await run(flow)).toMatchObject({ state: 'done', output: 200 });
    expect(calls).toBe(before + 1);
  });

  test('AZ-10 counts for a call under way within a second, and for what a dry run tells', async () => {
    const flow = await publish('/held');
    const { id } = await run(flow, 0);
    await vi.waitFor(() => expect(held.size).toBe(1));
    const began = Date.now();
    expect((await setPolicy(null, [`net: * ${host}`])).status).toBe(200);
    await vi.waitFor(() => expect(held.size).toBe(0), { timeout: 1_000, interval: 10 });
    expect(Date.now() - began).toBeLessThan(1_000);
    await vi.waitFor(async () => {
      const told = (await server.ask('GET', `/api/v1/runs/${id}`, { key })).json as Run;
      expect(told).toMatchObject({ state: 'failed', problem: { code: 'policy.denied' } });
    });
    const dry = await server.ask('POST', `/api/v1/flows/${flow}/powers/dry-run`, { key, body: {} });
    expect((dry.json as { touches: object[] }).touches).toContainEqual(
      expect.objectContaining({ step: 'get', refused: 'policy.denied' }),
    );
  });

  test('AZ-05 is set by who manages the workspace alone, and read by who may lend', async () => {
    const without = (...gone: readonly string[]) =>
      server.key({ permissions: PERMISSIONS.filter((one) => !gone.includes(one)) });
    const lender = (await without('workspace.manage')).plain;
    const other = (await without('workspace.manage', 'grant.give')).plain;
    expect((await setPolicy(null, [], lender)).status).toBe(403);
    expect((await server.ask('GET', '/api/v1/workspace/policy', { key: lender })).status).toBe(200);
    expect((await server.ask('GET', '/api/v1/workspace/policy', { key: other })).status).toBe(403);
    const narrowed = (await server.key({ projects: ['default'] })).plain;
    expect((await setPolicy(null, [], narrowed)).status).toBe(403);
  });

  test('AZ-01 holds for its own workspace and for no other', async () => {
    const theirs = (await server.key({ workspace: 'other' })).plain;
    const flow = await publish('/', theirs);
    await setPolicy([], []);
    expect(await run(flow, 30, theirs)).toMatchObject({ state: 'done', output: 200 });
    expect((await server.ask('GET', '/api/v1/workspace/policy', { key: theirs })).json).toEqual({
      denied: [],
      updated: null,
      by: null,
    });
  });

  test('OPS-03 every change of it is on record with what it says, and what is no power is refused with its place', async () => {
    await setPolicy(['net: get API.example.com'], ['code: typescript']);
    const { json } = await server.ask('GET', '/api/v1/workspace/policy', { key });
    expect(json).toMatchObject({ only: ['net: GET api.example.com:443'], denied: ['code: js'] });
    const { records } = (await server.ask('GET', '/api/v1/audit?limit=20', { key })).json as { records: object[] };
    expect(records).toContainEqual(
      expect.objectContaining({
        action: 'policy.set',
        object: 'only [net: GET api.example.com:443] denied [code: js]',
      }),
    );
    const wrong = await setPolicy(null, ['code: js', 'nett: GET a']);
    expect(wrong).toMatchObject({ status: 422, json: { code: 'input.invalid', at: { field: 'denied[1]' } } });
    expect((await server.ask('GET', '/api/v1/workspace/policy', { key })).json).toEqual(json);
  });

  test('AZ-05 a policy that cannot be read allows nothing', async () => {
    const flow = await publish();
    await server.house.store
      .in('default')
      .policy.set({ only: null, denied: ['of another release: *'], updated: 1, by: 'somebody' });
    expect((await run(flow)).problem?.code).toBe('policy.denied');
  });
});

describe('AZ-05 what the instance lets a workspace', () => {
  const OWN = PERMISSIONS.filter((one) => one !== 'instance.manage' && one !== 'metrics.read');
  const setBounds = (workspace: string, only: readonly string[] | null, denied: readonly string[] = [], by = key) =>
    server.ask('PUT', `/api/v1/workspaces/${workspace}/bounds`, {
      key: by,
      body: { ...(only === null ? {} : { only }), denied },
    });

  test('AZ-05 bounds hold whatever was lent and whatever the workspace allows itself, and end what is under way', async () => {
    const owner = (await server.key({ workspace: 'w_bound', permissions: OWN })).plain;
    const flow = await publish('/', owner);
    expect(await run(flow, 30, owner)).toMatchObject({ state: 'done', output: 200 });
    const before = calls;
    for (const [only, denied] of [
      [null, [`net: * ${host}`]],
      [['code: *', 'net: GET *.example.com'], []],
    ] as const) {
      expect((await setBounds('w_bound', only, denied)).status).toBe(200);
      // Its own policy may say what it likes.
      expect((await setPolicy(['code: *', 'net: * *:*'], [], owner)).status).toBe(200);
      expect((await run(flow, 30, owner)).problem).toMatchObject({ code: 'policy.bounds', at: { step: 'get' } });
    }
    expect(calls).toBe(before);
    // Another workspace goes on, and so does this one within its bounds.
    expect(await run(await publish())).toMatchObject({ state: 'done' });
    expect((await setBounds('w_bound', ['code: *', `net: GET ${host}`])).status).toBe(200);
    expect(await run(flow, 30, owner)).toMatchObject({ state: 'done', output: 200 });
    const slow = await publish('/held', owner);
    const started = await run(slow, 0, owner);
    await vi.waitFor(() => expect(held.size).toBe(1), { timeout: 10_000 });
    await setBounds('w_bound', ['code: *']);
    await vi.waitFor(
      async () =>
        expect((await server.ask('GET', `/api/v1/runs/${started.id}`, { key: owner })).json).toMatchObject({
          state: 'failed',
          problem: { code: 'policy.bounds' },
        }),
      { timeout: 10_000 },
    );
    expect((await setBounds('w_bound', null)).status).toBe(200);
  });

  test('AZ-05 a token endpoint of a secret that policy or bounds deny is not asked, on record; its twin is', async () => {
    const owner = (await server.key({ workspace: 'w_token', permissions: OWN })).plain;
    const credential = {
      kind: 'oauth2_client',
      tokenUrl: `http://${host}/token`,
      clientId: 'app',
      clientSecret: 'long enough to be one',
    };
    const secret = { name: 'oauth', credential, origins: ['https://api.example.com'] };
    const put = await server.ask('PUT', '/api/v1/secrets', { key: owner, body: secret });
    expect(put.status, put.text).toBe(200);
    const step = { method: 'GET', url: 'https://api.example.com/', secret: 'oauth' };
    const draft = { headgate: 1, name: 'Token', steps: [{ id: 'get', kind: 'http.request@1', with: step }] };
    const { id } = (await server.ask('POST', '/api/v1/flows', { key: owner, body: { draft } })).json as { id: string };
    await server.ask('POST', `/api/v1/flows/${id}/publish`, { key: owner, body: { grant: 'needed' } });
    const before = calls;
    const deny = [`net: POST ${host}`];
    await setPolicy(null, deny, owner);
    expect((await run(id, 30, owner)).problem).toMatchObject({ code: 'secret.token' });
    await setPolicy(null, [], owner);
    await setBounds('w_token', null, deny);
    expect((await run(id, 30, owner)).problem).toMatchObject({ code: 'secret.token' });
    expect(calls).toBe(before);
    const trail = (await server.ask('GET', '/api/v1/audit', { key: owner })).json as {
      records: Record<string, unknown>[];
    };
    expect(JSON.stringify(trail)).toMatch(/"secret\.token"[^}]*"deny"/);
    await setBounds('w_token', null);
    // What it answers is no token; it was asked.
    await run(id, 30, owner);
    expect(calls).toBe(before + 1);
  });

  test('AZ-05 its people read the bounds and do not change them, and what sets them is on record there', async () => {
    const owner = (await server.key({ workspace: 'w_read', permissions: OWN })).plain;
    expect(await setBounds('w_read', null, ['code: *'], owner)).toMatchObject({ status: 403 });
    expect((await setBounds('w_read', null, ['code: python'])).status).toBe(200);
    const seen = await server.ask('GET', '/api/v1/workspaces/w_read/bounds', { key: owner });
    expect(seen).toMatchObject({ status: 200, json: { denied: ['code: python'] } });
    expect((await server.ask('GET', '/api/v1/audit', { key: owner })).text).toContain('bounds.set');
    const outsider = (await server.key({ workspace: 'w_else', permissions: OWN })).plain;
    expect((await server.ask('GET', '/api/v1/workspaces/w_read/bounds', { key: outsider })).status).toBe(404);
    expect((await setBounds('w_never', null)).status).toBe(404);
    expect((await setBounds('w_read', null, ['nett: GET a'])).status).toBe(422);
  });
});
