/** Quotas of workspaces at the doors: who sets them, who reads them, and what is refused by them. */

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { PERMISSIONS } from '@headgate/core';
import { startServer, type TestServer } from '../fixtures/server.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let server: TestServer;
let admin: string;
let owner: string;
let neighbour: string;

const OWN = PERMISSIONS.filter((one) => one !== 'instance.manage' && one !== 'metrics.read');

beforeAll(async () => {
  server = await startServer();
  admin = (await server.key()).plain;
  owner = (await server.key({ workspace: 'w_small', permissions: OWN })).plain;
  neighbour = (await server.key({ workspace: 'w_other', permissions: OWN })).plain;
});
afterAll(() => server.close());

const quota = (body: object, key = admin, workspace = 'w_small') =>
  server.ask('PUT', `/api/v1/workspaces/${workspace}/quota`, { key, body });
const usage = (key: string, workspace = 'w_small') =>
  server.ask('GET', `/api/v1/workspaces/${workspace}/usage`, { key });

const publish = async (key: string, answer = 'async'): Promise<{ flow: string; hook: string }> => {
  const draft = {
    headgate: 1,
    name: 'Greet',
    triggers: [{ id: 'hook', kind: 'webhook@1', with: { answer } }],
    steps: [{ id: 'say', kind: 'set@1', with: { value: 'hello' } }],
  };
  const made = await server.ask('POST', '/api/v1/flows', { key, body: { draft } });
  const { id } = made.json as { id: string };
  const done = await server.ask('POST', `/api/v1/flows/${id}/publish`, { key, body: { grant: 'needed' } });
  const { webhooks } = done.json as { webhooks: { url: string }[] };
  return { flow: id, hook: new URL(webhooks[0]?.url ?? '').pathname };
};
const start = (key: string, flow: string) =>
  server.ask('POST', `/api/v1/flows/${flow}/runs`, { key, body: { input: {}, wait: 10 } });
/** A quota counts within a second. */
const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 100));

describe('DOS-09 quotas of workspaces', () => {
  test('DOS-09 a workspace that has begun its runs is told so at every door, and its neighbour goes on', async () => {
    const mine = await publish(owner);
    const theirs = await publish(neighbour);
    expect((await quota({ runs: { day: 3 } })).status).toBe(200);
    await soon();
    expect((await start(owner, mine.flow)).status).toBe(200);
    expect((await server.ask('POST', mine.hook, { body: {} })).status).toBe(202);
    expect((await start(owner, mine.flow)).status).toBe(200);
    const refused = await start(owner, mine.flow);
    expect(refused.status).toBe(429);
    expect(refused.json).toMatchObject({
      code: 'quota.runs',
      text: 'This workspace may begin 3 runs a day; 3 are used, and this would go beyond',
      fix: expect.stringMatching(/^Wait until \d{4}-\d\d-\d\dT00:00:00\.000Z, when the next day begins, or ask/),
    });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    // A stranger is told as well, but not of which quota what is used (OU2).
    const called = await server.ask('POST', mine.hook, { body: {} });
    expect([called.status, called.json]).toMatchObject([429, { code: 'flow.busy' }]);
    expect(called.text).not.toContain('quota');
    expect(Number(called.headers['retry-after'])).toBeGreaterThan(0);
    expect((await start(neighbour, theirs.flow)).status).toBe(200);
    expect((await usage(owner)).json).toMatchObject({ quota: { runs: { day: 3 } }, day: { runs: 3 }, concurrent: 0 });
    expect((await usage(neighbour, 'w_other')).json).toMatchObject({ quota: {}, day: { runs: 1 } });
    const runs = await server.ask('GET', '/api/v1/runs', { key: owner });
    expect((runs.json as { runs: unknown[] }).runs).toHaveLength(3);
    expect((await quota({})).status).toBe(200);
    await soon();
    expect((await start(owner, mine.flow)).status).toBe(200);
  });

  test('DOS-09 full storage is 507, and what is read is still read', async () => {
    const mine = await publish(owner);
    const rows = [{ name: 'one', input: 'x'.repeat(1_000) }];
    const dataset = (name: string) => server.ask('POST', '/api/v1/datasets', { key: owner, body: { name, rows } });
    const { id } = (await dataset('there')).json as { id: string };
    await quota({ bytes: 1 });
    await soon();
    expect(await dataset('more')).toMatchObject({ status: 507, json: { code: 'quota.bytes' } });
    const put = (input: string) =>
      server.ask('PUT', `/api/v1/datasets/${id}`, {
        key: owner,
        body: { name: 'there', rows: [{ name: 'one', input }] },
      });
    expect(await put('x'.repeat(9_000))).toMatchObject({ status: 507, json: { code: 'quota.bytes' } });
    // What makes it smaller helps.
    expect((await put('x')).status).toBe(200);
    expect(await start(owner, mine.flow)).toMatchObject({ status: 507, json: { code: 'quota.bytes' } });
    expect((await server.ask('GET', '/api/v1/runs', { key: owner })).status).toBe(200);
    await quota({});
    await soon();
  });

  test('AZ-05 nobody raises his own quota, and an administrator does, on record in the workspace it is about', async () => {
    expect(await quota({ runs: { day: 1e9 } }, owner)).toMatchObject({
      status: 403,
      json: { code: 'permission.missing' },
    });
    expect((await usage(owner)).json).toMatchObject({ quota: {} });
    expect((await quota({ concurrent: 50 })).status).toBe(200);
    const trail = await server.ask('GET', '/api/v1/audit', { key: owner });
    expect(trail.text).toContain('{\\"concurrent\\":50}');
    const all = await server.ask('GET', '/api/v1/instance/usage', { key: admin });
    expect(all.json).toMatchObject({
      workspaces: expect.arrayContaining([expect.objectContaining({ id: 'w_small', quota: { concurrent: 50 } })]),
    });
    expect((await server.ask('GET', '/api/v1/instance/usage', { key: owner })).status).toBe(403);
  });

  test('AZ-01 the usage of another workspace is answered as that of one that never was', async () => {
    const [there, nowhere] = [await usage(neighbour), await usage(neighbour, 'w_never')];
    expect(there.status).toBe(404);
    expect(there.text).toBe(nowhere.text);
    expect((await quota({}, admin, 'w_never')).status).toBe(404);
    expect((await usage(neighbour, 'w_other')).status).toBe(200);
  });

  test('AZ-03 what is no quota is refused with its place and changes nothing', async () => {
    await quota({ concurrent: 7 });
    for (const body of [
      { runs: { week: 1 } },
      { runs: { day: -1 } },
      { concurrent: 1.5 },
      { tokens: { run: 5 } },
      { by: 'me' },
    ])
      expect((await quota(body)).status, JSON.stringify(body)).toBe(422);
    expect((await usage(owner)).json).toMatchObject({ quota: { concurrent: 7 } });
    await quota({});
  });

  test('DOS-09 a key with a budget starts what it may, and makes no other key', async () => {
    const mine = await publish(owner);
    const made = await server.ask('POST', '/api/v1/keys', {
      key: owner,
      body: { name: 'small', permissions: ['run', 'flow.read', 'key.manage'], budget: { runs: { day: 1 } } },
    });
    expect(made.json).toMatchObject({ budget: { runs: { day: 1 } } });
    const { key } = made.json as { key: string };
    await soon();
    expect((await start(key, mine.flow)).status).toBe(200);
    expect(await start(key, mine.flow)).toMatchObject({ status: 429, json: { code: 'budget.runs' } });
    expect(
      await server.ask('POST', '/api/v1/keys', { key, body: { name: 'more', permissions: ['run'] } }),
    ).toMatchObject({ status: 403, json: { code: 'key.beyond' } });
    expect((await start(owner, mine.flow)).status).toBe(200);
  });
});
