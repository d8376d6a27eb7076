import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, test } from 'vitest';
import type { Store } from '../ports.ts';
import { DATABASE } from '../schema/migrate.ts';
import { kitIn, NOW, openRow, runRow, runWrite, writeAll } from '../testing/kit.ts';

const kit = kitIn(tmpdir());
afterEach(kit.clean);

const ids = (rows: readonly { id: string }[]): string[] => rows.map((row) => row.id);

const publishWith = async (
  store: Store,
  id: string,
  triggers: { id: string; kind: string; disabled?: boolean }[],
): Promise<void> => {
  const { flows } = store.in('default');
  await flows.create({ id, project: 'default', owner: 'user_ada', name: id, draft: {}, draftHash: 'h', at: NOW });
  await flows.publish({
    flow: id,
    hash: `hash_${id}`,
    doc: {},
    note: null,
    by: 'user_ada',
    at: NOW,
    grants: [],
    triggers: triggers.map((one) => ({ disabled: false, with: { cron: '0 3 * * *' }, ...one })),
  });
};

test('runs that are not over come in pages, oldest first, of all workspaces', async () => {
  const store = await kit.store();
  await store.workspaces.create({ id: 'other', name: 'Other', at: NOW });
  const writes = Array.from({ length: 9 }, (_, i) =>
    runWrite(
      (i % 3 === 0 ? runRow : openRow)(`run_${9 - i}`, {
        workspace: i % 2 === 0 ? 'default' : 'other',
        created: NOW - i,
      }),
    ),
  );
  await writeAll(store, writes);
  const first = await store.engine.unfinished('', 4);
  expect(ids(first)).toEqual(['run_8', 'run_7', 'run_5', 'run_4']);
  const second = await store.engine.unfinished('run_4', 4);
  expect(ids(second)).toEqual(['run_2', 'run_1']);
  expect(await store.engine.unfinished('run_1', 4)).toEqual([]);
});

test('pages go on where they were when the run that ended a page is gone meanwhile', async () => {
  const store = await kit.store();
  await writeAll(
    store,
    ['run_a', 'run_b', 'run_c'].map((id) => runWrite(openRow(id))),
  );
  expect(ids(await store.engine.unfinished('', 2))).toEqual(['run_a', 'run_b']);
  await writeAll(store, [runWrite(runRow('run_b', { seq: 2 }))]);
  expect(await store.in('default').runs.remove('run_b')).toBe(true);
  expect(ids(await store.engine.unfinished('run_b', 2))).toEqual(['run_c']);
});

test('triggers of one kind are those of enabled flows, with their durable state', async () => {
  const store = await kit.store();
  await publishWith(store, 'flow_a', [
    { id: 'nightly', kind: 'schedule@1' },
    { id: 'hook', kind: 'webhook@1' },
    { id: 'off', kind: 'schedule@1', disabled: true },
  ]);
  await publishWith(store, 'flow_b', [{ id: 'nightly', kind: 'schedule@1' }]);
  await store.in('default').flows.patch('flow_b', { enabled: false }, NOW);
  const one = {
    workspace: 'default',
    project: 'default',
    owner: 'user_ada',
    flow: 'flow_a',
    version: 1,
    trigger: 'nightly',
    environment: 'default',
    with: { cron: '0 3 * * *' },
  };
  expect(await store.engine.triggers('schedule@1')).toEqual([{ ...one, state: null }]);
  await store.engine.saveTriggerState('flow_a', 'nightly', 'default', { due: NOW + 1 });
  await store.engine.saveTriggerState('flow_a', 'nightly', 'default', { due: NOW + 2 });
  expect(await store.engine.triggers('schedule@1')).toEqual([{ ...one, state: { due: NOW + 2 } }]);
  await store.engine.saveTriggerState('flow_gone', 'nightly', 'default', { due: 1 });
  expect(await store.engine.triggers('mail@1')).toEqual([]);
});

test('a delivery is known exactly when the run that came of it is on disk', async () => {
  const store = await kit.store();
  const delivery = { hook: 'hook_a', id: 'id_1', until: NOW + 1000 };
  expect(await store.engine.knowsDelivery('hook_a', 'id_1')).toBe(false);
  await store.journal.barrier(store.journal.write({ ...runWrite(runRow('run_a')), delivery }));
  expect(await store.engine.knowsDelivery('hook_a', 'id_1')).toBe(true);
  expect(await store.engine.knowsDelivery('hook_b', 'id_1')).toBe(false);
  expect(await store.engine.knowsDelivery('hook_a', 'id_2')).toBe(false);
});

test('runs of a lane are counted from a time on, the latest first', async () => {
  const store = await kit.store();
  const row = (id: string, started: number, more = {}) =>
    runWrite(runRow(id, { flow: 'flow_a', limitKey: 'flow_a\nk', started, ...more }));
  await writeAll(store, [
    row('run_1', 100),
    row('run_2', 200),
    row('run_3', 300, { limitKey: 'flow_a\nother' }),
    row('run_4', 400),
    row('run_5', 500, { workspace: 'other' }),
  ]);
  expect(await store.engine.begunSince('default', 'flow_a', 'flow_a\nk', 100, 10)).toEqual([400, 200]);
  expect(await store.engine.begunSince('default', 'flow_a', 'flow_a\nk', 0, 2)).toEqual([400, 200]);
  expect(await store.engine.begunSince('default', 'flow_b', 'flow_a\nk', 0, 2)).toEqual([]);
});

test('a resume token is used once, also when many try at the same time, and goes with its run', async () => {
  const store = await kit.store();
  const token = { hash: 'token_hash', step: 'approve', item: '0.1', note: 'Send it?', deadline: NOW + 1000 };
  await writeAll(store, [runWrite(openRow('run_a'), 'x', { tokens: [token] })]);
  const kept = {
    workspace: 'default',
    run: 'run_a',
    step: 'approve',
    item: '0.1',
    note: 'Send it?',
    deadline: NOW + 1000,
  };
  expect(await store.engine.resumeToken('token_hash')).toEqual({ ...kept, used: null });
  const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => store.engine.useToken('token_hash', NOW + i)));
  expect(answers).toEqual([true, ...Array.from({ length: 19 }, () => false)]);
  expect(await store.engine.resumeToken('token_hash')).toEqual({ ...kept, used: NOW });
  expect(await store.engine.useToken('none', NOW)).toBe(false);
  await writeAll(store, [runWrite(runRow('run_a', { seq: 2 }))]);
  await store.in('default').runs.remove('run_a');
  expect(await store.engine.resumeToken('token_hash')).toBeNull();
});

test('retention by age deletes what ended long ago and nothing that is not over', async () => {
  const store = await kit.store();
  await writeAll(store, [
    runWrite(runRow('run_old', { ended: NOW - 100 })),
    runWrite(runRow('run_new', { ended: NOW + 100 })),
    runWrite(openRow('run_waiting', { created: NOW - 1000 })),
    runWrite(openRow('run_caller', { created: NOW - 1000 })),
    runWrite(runRow('run_called', { ended: NOW - 100, parent: 'run_caller' })),
  ]);
  expect(await store.engine.sweep({ olderThan: NOW, keepPerFlow: 1000, limit: 100 })).toBe(1);
  const left = await store.in('default').runs.list({ limit: 10 });
  expect(ids(left.rows)).toEqual(['run_called', 'run_caller', 'run_waiting', 'run_new']);
});

test('retention by count keeps the newest of each flow, a bounded number at a time', async () => {
  const store = await kit.store();
  await writeAll(
    store,
    Array.from({ length: 300 }, (_, i) => runWrite(runRow(`run_${i}`, { flow: `flow_${i % 3}` }))),
  );
  const rule = { olderThan: 0, keepPerFlow: 10, limit: 120 };
  expect(await store.engine.sweep(rule)).toBe(120);
  expect(await store.engine.sweep(rule)).toBe(120);
  expect(await store.engine.sweep(rule)).toBe(30);
  expect(await store.engine.sweep(rule)).toBe(0);
  const left = await store.in('default').runs.list({ limit: 100 });
  expect(ids(left.rows)).toEqual(Array.from({ length: 30 }, (_, i) => `run_${299 - i}`));
});

test('a sweep over runs with long journals goes on until all are gone', async () => {
  const store = await kit.store();
  for (let seq = 1; seq <= 1500; seq += 1) {
    for (const id of ['run_a', 'run_b', 'run_c'])
      store.journal.write(runWrite((seq === 1500 ? runRow : openRow)(id, { seq })));
  }
  await writeAll(store, [runWrite(openRow('run_open'))]);
  expect(await store.engine.sweep({ olderThan: NOW + 1, keepPerFlow: 100, limit: 100 })).toBe(3);
  expect(await store.in('default').runs.counts()).toEqual({ waiting: 1 });
});

test('journals, tokens and blobs go with their runs, and the room on disk comes back', async () => {
  const dir = kit.dir();
  const store = await kit.store({ dir });
  const text = 'x'.repeat(20_000);
  await writeAll(
    store,
    Array.from({ length: 100 }, (_, i) =>
      runWrite(runRow(`run_${i}`, { ended: NOW - 1 }), text, {
        blobs: [{ id: `blob_${i}_of_run`, bytes: new Uint8Array(100) }],
        tokens: [{ hash: `token_${i}`, step: 's', item: '', note: null, deadline: null }],
      }),
    ),
  );
  const database = new DatabaseSync(join(dir, DATABASE), { readOnly: true });
  const count = (sql: string): number => Number(Object.values(database.prepare(sql).get() ?? {})[0]);
  const before = count('pragma page_count');
  expect(existsSync(store.blobs.path('blob_7_of_run'))).toBe(true);
  expect(await store.engine.sweep({ olderThan: NOW, keepPerFlow: 1000, limit: 1000 })).toBe(100);
  for (const table of ['run', 'journal', 'blob', 'blob_use', 'resume_token'])
    expect(count(`select count(*) from ${table}`)).toBe(0);
  expect(count('pragma page_count')).toBeLessThan(before / 2);
  database.close();
  const files = readdirSync(join(dir, 'blobs'), { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  expect(files).toEqual([]);
});

test('a blob that two runs refer to lives as long as one of them', async () => {
  const store = await kit.store();
  await writeAll(store, [
    runWrite(runRow('run_maker'), 'x', { blobs: [{ id: 'blob_shared', bytes: new Uint8Array(9) }] }),
    runWrite(runRow('run_user'), 'x', { uses: ['blob_shared'] }),
  ]);
  const { runs } = store.in('default');
  await runs.remove('run_maker');
  expect(existsSync(store.blobs.path('blob_shared'))).toBe(true);
  await runs.remove('run_user');
  expect(existsSync(store.blobs.path('blob_shared'))).toBe(false);
});

test('expired deliveries and documents that nothing refers to are swept, those of waiting runs are not', async () => {
  const dir = kit.dir();
  const store = await kit.store({ dir, clock: () => NOW + 500 });
  const delivered = (id: string, until: number) => ({
    ...runWrite(runRow(`run_${id}`, { ended: NOW + 100 })),
    delivery: { hook: 'hook', id, until },
  });
  await writeAll(store, [delivered('old', NOW), delivered('new', NOW + 1000)]);
  const { flows } = store.in('default');
  await flows.keepDoc('hash_loose', {}, NOW - 10);
  await flows.keepDoc('hash_waiting', {}, NOW - 10);
  await flows.keepDoc('hash_fresh', {}, NOW + 10);
  await publishWith(store, 'flow_a', []);
  await writeAll(store, [runWrite(openRow('run_a', { hash: 'hash_waiting' }))]);
  await store.engine.sweep({ olderThan: NOW + 5, keepPerFlow: 10, limit: 10 });
  expect(await store.engine.knowsDelivery('hook', 'old')).toBe(false);
  expect(await store.engine.knowsDelivery('hook', 'new')).toBe(true);
  expect(await flows.doc('hash_loose')).toBeNull();
  for (const hash of ['hash_waiting', 'hash_fresh', 'hash_flow_a']) expect(await flows.doc(hash)).not.toBeNull();
});
