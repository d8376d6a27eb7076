import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { type FlowPlace, type RunState, RUN_STATES, sees, type Sight, VISIBILITIES } from '@headgate/core';
import { afterEach, expect, test } from 'vitest';
import type { RunFilter, RunRow } from '../ports.ts';
import { DATABASE } from '../schema/migrate.ts';
import { kyselyOver } from '../schema/dialect.ts';
import type { Tables } from '../schema/tables.ts';
import { kitIn, KEY, NOW, openRow, runRow, runWrite, writeAll } from '../testing/kit.ts';
import { opener } from '../vault-open/opener.ts';
import { keyring } from '../vault-seal/keyring.ts';
import { listQuery, unfinishedQuery } from './runs.ts';

const kit = kitIn(tmpdir());
afterEach(kit.clean);

test('every column of a run is read back as it was written', async () => {
  const store = await kit.store();
  const full: RunRow = runRow('run_full', {
    version: null,
    state: 'failed',
    triggerId: 'hook',
    triggerKind: 'webhook@1',
    priority: 7,
    limitKey: 'customer 4',
    idempotencyKey: 'once',
    parent: 'run_parent',
    rerunOf: 'run_old',
    problemCode: 'http.status',
    problemStep: 'fetch',
    wake: NOW + 50,
    seq: 12,
  });
  await writeAll(store, [{ ...runWrite(full), from: 1, count: 12 }, runWrite(runRow('run_bare'))]);
  expect(await store.in('default').runs.get('run_full')).toEqual(full);
  expect(await store.in('default').runs.get('run_bare')).toEqual(runRow('run_bare'));
  expect(await store.in('default').runs.get('run_none')).toBeNull();
});

test('the journal of a run comes back in pieces, in order, from any event on', async () => {
  const store = await kit.store();
  let seq = 0;
  for (const count of [1, 3, 2, 5]) {
    const events = JSON.stringify(Array.from({ length: count }, (_, i) => ({ seq: seq + i + 1 })));
    const row = openRow('run_a', { seq: seq + count });
    await writeAll(store, [{ row, from: seq + 1, count, events }, runWrite(runRow(`run_other_${seq}`))]);
    seq += count;
  }
  const { runs } = store.in('default');
  const open = opener(keyring(KEY));
  const read = async (after: number, limit = 10): Promise<number[]> => {
    const chunks = await runs.chunks('run_a', after, limit);
    return chunks.flatMap((chunk) => {
      const opened = open.openChunk('default', 'run_a', chunk.from, chunk.sealed);
      const events = opened.ok ? (JSON.parse(opened.value) as { seq: number }[]) : [];
      expect(events).toHaveLength(chunk.count);
      return events.map((event) => event.seq);
    });
  };
  expect(await read(0)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  expect(await read(0, 2)).toEqual([1, 2, 3, 4]);
  expect(await read(4)).toEqual([5, 6, 7, 8, 9, 10, 11]);
  expect(await read(5)).toEqual([5, 6, 7, 8, 9, 10, 11]);
  expect(await read(10)).toEqual([7, 8, 9, 10, 11]);
  expect(await read(11)).toEqual([]);
  expect(await read(99)).toEqual([]);
  expect(await runs.chunks('run_none', 0, 10)).toEqual([]);
});

test('a row may be written without events, and events need not repeat what never changes', async () => {
  const store = await kit.store();
  await writeAll(store, [runWrite(openRow('run_a', { state: 'queued', seq: 1 }))]);
  await writeAll(store, [
    { row: openRow('run_a', { state: 'waiting', seq: 1, wake: NOW + 9 }), from: 0, count: 0, events: '' },
  ]);
  const { runs } = store.in('default');
  expect(await runs.get('run_a')).toMatchObject({ state: 'waiting', wake: NOW + 9, seq: 1 });
  expect(await runs.chunks('run_a', 0, 10)).toHaveLength(1);
});

test('AZ-08 lists by any filter and sight agree with a filter over all rows, page by page', async () => {
  const store = await kit.store();
  await store.workspaces.create({ id: 'other', name: 'Other', at: NOW });
  await store.in('default').projects.create({ id: 'sales', name: 'Sales', at: NOW });
  const flows = ['flow_a', 'flow_b', 'flow_c', 'flow_d', 'flow_gone'];
  const projects = ['default', 'sales'];
  const places = new Map<string, FlowPlace>();
  for (const [i, id] of flows.entries()) {
    const owner = i % 2 === 0 ? 'ann' : 'bob';
    const visibility = VISIBILITIES[i % VISIBILITIES.length] ?? 'private';
    places.set(id, { flow: id, project: 'default', owner, visibility });
    const made = { id, owner, visibility, project: 'default', name: id, draft: {}, draftHash: 'h', at: NOW };
    await store.in('default').flows.create(made);
  }
  // A private flow that is gone stays private in its runs; it was made with the visibility of the first.
  expect(places.get('flow_gone')?.visibility).toBe('private');
  await store.in('default').deletedFlows.add('flow_gone', NOW);
  await store.in('default').deletedFlows.remove('flow_gone');
  const rows = Array.from({ length: 150 }, (_, i) => {
    const state = RUN_STATES[(i * 5) % RUN_STATES.length] ?? 'done';
    // Times go up and down: the order is that of writing.
    return runRow(`run_${i}`, {
      flow: flows[i % flows.length] ?? '',
      project: projects[(i >> 2) % 2] ?? '',
      state,
      created: NOW + ((i * 7919) % 100),
      workspace: i % 10 === 0 ? 'other' : 'default',
    });
  });
  await writeAll(
    store,
    rows.map((row) => runWrite(row)),
  );
  const { runs } = store.in('default');
  const some = <T>(values: readonly T[]) => fc.option(fc.subarray([...values, 'none' as T]), { nil: null });
  const filters = fc.record({
    flow: fc.option(fc.constantFrom(...flows, 'none'), { nil: undefined }),
    state: fc.option(fc.constantFrom<RunState>(...RUN_STATES), { nil: undefined }),
    limit: fc.integer({ min: 1, max: 40 }),
    sight: fc.record<Sight>({
      projects: some(projects),
      shared: fc.boolean(),
      owners: fc.option(fc.subarray(['ann', 'bob'], { minLength: 1 }), { nil: null }),
      onlyProjects: some(projects),
      onlyFlows: some(flows),
    }),
  });
  await fc.assert(
    fc.asyncProperty(filters, async ({ limit, sight, flow, state }) => {
      const filter: RunFilter = {
        limit,
        sight,
        ...(flow === undefined ? {} : { flow }),
        ...(state === undefined ? {} : { state }),
      };
      const seen = (row: RunRow): boolean => {
        const place = places.get(row.flow);
        if (place === undefined) return false;
        // Of a flow that is gone nothing is shared any more.
        const here = { ...place, project: row.project };
        return sees(row.flow === 'flow_gone' ? { ...sight, shared: false } : sight, here);
      };
      const expected = rows
        .filter((row) => row.workspace === 'default')
        .filter((row) => flow === undefined || row.flow === flow)
        .filter((row) => state === undefined || row.state === state)
        .filter(seen)
        .toReversed();
      const found: RunRow[] = [];
      let cursor: string | undefined;
      do {
        const page = await runs.list({ ...filter, ...(cursor === undefined ? {} : { cursor }) });
        expect(page.rows.length).toBeLessThanOrEqual(limit);
        found.push(...page.rows);
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      expect(found.map((row) => row.id)).toEqual(expected.map((row) => row.id));
      // And a look at each says the same.
      const [row] = rows.filter((one) => one.workspace === 'default');
      if (row !== undefined) expect(await runs.place(row.id)).toMatchObject({ flow: row.flow, project: row.project });
    }),
    { numRuns: 200 },
  );
});

test('whatever a list filters by, SQLite reads one range of an index and sorts nothing', async () => {
  const dir = kit.dir();
  const store = await kit.store({ dir });
  await writeAll(
    store,
    Array.from({ length: 50 }, (_, i) => runWrite(runRow(`run_${i}`, { state: i % 5 === 0 ? 'failed' : 'done' }))),
  );
  const database = new DatabaseSync(join(dir, DATABASE));
  const db = kyselyOver<Tables>(database);
  const planOf = (query: { compile: () => { sql: string; parameters: readonly unknown[] } }): string => {
    const { sql, parameters } = query.compile();
    const rows = database.prepare(`explain query plan ${sql}`).all(...(parameters as string[]));
    return rows.map((row) => String(row['detail'])).join('; ');
  };
  const plan = (q: Parameters<typeof listQuery>[2]): string => planOf(listQuery(db, 'default', q));
  const limit = 50;
  const cases: [string, Parameters<typeof listQuery>[2]][] = [
    ['run_list (workspace=? AND n<?)', { limit, cursor: '40' }],
    ['run_list (workspace=?)', { limit }],
    ['run_flow (workspace=? AND flow=?)', { limit, flow: 'flow_one' }],
    ['run_project (workspace=? AND project=?)', { limit, project: 'default' }],
    ['run_state (workspace=? AND state=?)', { limit, state: 'failed' }],
    ['run_state (workspace=? AND state=? AND n<?)', { limit, state: 'failed', cursor: '40' }],
    ['run_flow_state (workspace=? AND flow=? AND state=?)', { limit, flow: 'flow_one', state: 'waiting' }],
    ['run_flow (workspace=? AND flow=? AND n<?)', { limit, flow: 'flow_one', state: 'done', cursor: '9' }],
  ];
  for (const [index, q] of cases) {
    expect(plan(q)).toContain(`USING INDEX ${index}`);
    expect(plan(q)).not.toMatch(/SCAN|TEMP B-TREE/);
  }
  expect(planOf(unfinishedQuery(db, 7, 50))).toBe('SEARCH run USING INDEX run_open (n>?)');
  database.close();
});

test('an idempotency key finds the newest run of its flow since a time', async () => {
  const store = await kit.store();
  await writeAll(store, [
    runWrite(runRow('run_a', { idempotencyKey: 'once', created: NOW })),
    runWrite(runRow('run_b', { idempotencyKey: 'once', created: NOW + 10 })),
    runWrite(runRow('run_c', { idempotencyKey: 'once', created: NOW, flow: 'flow_two' })),
  ]);
  const { runs } = store.in('default');
  expect(await runs.byIdempotencyKey('flow_one', 'once', NOW)).toBe('run_b');
  expect(await runs.byIdempotencyKey('flow_two', 'once', NOW)).toBe('run_c');
  expect(await runs.byIdempotencyKey('flow_one', 'once', NOW + 11)).toBeNull();
  expect(await runs.byIdempotencyKey('flow_one', 'twice', 0)).toBeNull();
});

test('runs are counted by state', async () => {
  const store = await kit.store();
  expect(await store.in('default').runs.counts()).toEqual({});
  const states: RunState[] = ['done', 'done', 'failed', 'waiting', 'done', 'waiting'];
  await writeAll(
    store,
    states.map((state, i) => runWrite(runRow(`run_${i}`, { state }))),
  );
  expect(await store.in('default').runs.counts()).toEqual({ done: 3, failed: 1, waiting: 2 });
});

test('a run that is not over is not removed; one that is goes with its journal', async () => {
  const store = await kit.store();
  await writeAll(store, [runWrite(runRow('run_a')), runWrite(openRow('run_b'))]);
  const { runs } = store.in('default');
  expect(await runs.remove('run_b')).toBe(false);
  expect(await runs.remove('run_a')).toBe(true);
  expect(await runs.remove('run_a')).toBe(false);
  expect(await runs.get('run_a')).toBeNull();
  expect(await runs.chunks('run_a', 0, 10)).toEqual([]);
  expect(await runs.get('run_b')).not.toBeNull();
});
