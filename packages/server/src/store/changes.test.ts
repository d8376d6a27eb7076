import { tmpdir } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import type { Store, WorkspaceStore } from './ports.ts';
import { kitIn, NOW, openRow, runRow, runWrite, writeAll } from './testing/kit.ts';

const kit = kitIn(tmpdir());
afterEach(kit.clean);

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const flow = { id: 'flow_a', project: 'default', owner: 'user', name: 'A', draft: {}, draftHash: 'h', at: NOW };
const trigger = { id: 'hook', kind: 'webhook@1', with: {}, disabled: false };
const grant = {
  id: 'grant_a',
  flow: 'flow_a',
  step: '*',
  power: 'code',
  environment: '*',
  grantor: 'u',
  asCaller: false,
  created: NOW,
};
const key = {
  id: 'key_a',
  workspace: 'default',
  name: 'k',
  hash: 'h',
  permissions: ['run' as const],
  projects: null,
  flows: null,
  expires: null,
  revoked: null,
  created: NOW,
  used: null,
};
const secret = { project: 'default', name: 'github', origins: [], value: 'v', owner: 'u', at: NOW };

const CHANGES: readonly [string, (w: WorkspaceStore) => Promise<unknown>][] = [
  ['projects.create', (w) => w.projects.create({ id: 'p', name: 'P', at: NOW })],
  ['flows.create', (w) => w.flows.create(flow)],
  ['flows.saveDraft', (w) => w.flows.saveDraft('flow_a', 1, { a: 1 }, 'h2', 'A', NOW)],
  ['flows.patch', (w) => w.flows.patch('flow_a', { enabled: false }, NOW)],
  [
    'flows.publish',
    (w) =>
      w.flows.publish({
        flow: 'flow_a',
        hash: 'h',
        doc: {},
        note: null,
        by: 'u',
        at: NOW,
        grants: [],
        triggers: [trigger],
      }),
  ],
  ['grants.add', (w) => w.grants.add([grant])],
  ['grants.remove', (w) => w.grants.remove('flow_a', 'grant_a')],
  ['keys.create', (w) => w.keys.create(key)],
  ['keys.revoke', (w) => w.keys.revoke('key_a', NOW)],
  ['secrets.put', (w) => w.secrets.put(secret)],
  ['secrets.remove', (w) => w.secrets.remove('default', 'github')],
  ['deletedFlows.add', (w) => w.deletedFlows.add('flow_a', NOW)],
  ['deletedFlows.restore', (w) => w.deletedFlows.restore('flow_a', NOW)],
  ['deletedFlows.add', (w) => w.deletedFlows.add('flow_a', NOW)],
  ['deletedFlows.remove', (w) => w.deletedFlows.remove('flow_a')],
];

test('every change of configuration raises the version before it is answered, and tells the listeners', async () => {
  const store = await kit.store();
  let told = 0;
  const stop = store.onChange(() => {
    told += 1;
  });
  for (const [name, change] of CHANGES) {
    const before = store.version();
    await change(store.in('default'));
    expect([name, store.version()]).toEqual([name, before + 1]);
  }
  expect(told).toBe(CHANGES.length);
  stop();
  await store.in('default').flows.create(flow);
  expect(told).toBe(CHANGES.length);
});

test('what changed nothing raises nothing, and neither do runs', async () => {
  const store = await kit.store();
  const before = store.version();
  const w = store.in('default');
  expect(await w.flows.saveDraft('flow_none', 1, {}, 'h', 'n', NOW)).toBeNull();
  expect(await w.grants.remove('flow_none', 'g')).toBe(false);
  expect(await w.keys.revoke('key_none', NOW)).toBe(false);
  await writeAll(store, [runWrite(openRow('run_a')), runWrite(runRow('run_b'))]);
  await w.runs.remove('run_b');
  await later(600);
  expect(store.version()).toBe(before);
});

const noticed = async (store: Store, within: number): Promise<boolean> => {
  const before = store.version();
  for (let waited = 0; waited < within; waited += 20) {
    if (store.version() > before) return true;
    await later(20);
  }
  return false;
};

test('a change made beside the server is noticed within a second, while its own journal is busy', async () => {
  const dir = kit.dir();
  const server = await kit.store({ dir });
  const beside = await kit.store({ dir });
  let told = 0;
  server.onChange(() => {
    told += 1;
  });
  let busy = true;
  const load = (async () => {
    for (let i = 0; busy; i += 1) {
      await writeAll(server, [runWrite(runRow(`run_${i}`))]);
      await later(1);
    }
  })();
  await beside.in('default').keys.create(key);
  expect(await noticed(server, 1000)).toBe(true);
  expect(await server.keyByHash('h')).not.toBeNull();
  await beside.in('default').keys.revoke('key_a', NOW);
  expect(await noticed(server, 1000)).toBe(true);
  busy = false;
  await load;
  expect(told).toBe(2);
});

test('a store opened for reading sees what the server writes and can write nothing', async () => {
  const dir = kit.dir();
  const server = await kit.store({ dir });
  const reader = await kit.store({ dir, readOnly: true });
  await server.in('default').flows.create(flow);
  await writeAll(server, [runWrite(runRow('run_a'))]);
  expect((await reader.in('default').flows.get('flow_a'))?.name).toBe('A');
  expect((await reader.in('default').runs.list({ limit: 5 })).rows).toHaveLength(1);
  expect(await noticed(reader, 1000)).toBe(true);
  expect(() => reader.journal.write(runWrite(runRow('run_b')))).toThrow('for reading');
  await expect(reader.in('default').deletedFlows.add('flow_a', NOW)).rejects.toThrow('readonly');
});

test('a store of a server that stopped is opened for reading too', async () => {
  const dir = kit.dir();
  const server = await kit.store({ dir });
  await writeAll(server, [runWrite(runRow('run_a'))]);
  await server.close();
  const reader = await kit.store({ dir, readOnly: true });
  expect(await reader.in('default').runs.get('run_a')).not.toBeNull();
});
