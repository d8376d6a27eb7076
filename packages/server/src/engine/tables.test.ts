import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ColumnSpec, Event } from '@headgate/core';
import { openStore } from '../store/open.ts';
import type { RunRow } from '../store/ports.ts';
import { DATABASE } from '../store/schema/migrate.ts';
import { opener } from '../store/vault-open/opener.ts';
import { keyring } from '../store/vault-seal/keyring.ts';
import { type Ground, openGround } from './testing/ground.ts';

let g: Ground;
beforeAll(async () => {
  g = await openGround();
  await table('people', [
    { name: 'email', type: 'text', unique: true },
    { name: 'age', type: 'number' },
    { name: 'note', type: 'text', sealed: true },
  ]);
});
afterAll(() => g.close());

const table = async (name: string, columns: readonly ColumnSpec[]): Promise<string> => {
  const id = `tbl_${name}`;
  const made = await g.store.in('default').tables.create({ id, project: 'default', name, columns, by: 'x', at: 1 });
  if (made?.ok !== true) throw new Error('no table');
  return id;
};

type Lent = readonly (readonly [step: string, power: string])[];
const ALL: Lent = [
  ['*', 'data: read,write table *'],
  ['*', 'data: read,write keys *'],
];

/** Runs a flow of these steps one after the other, its output what the last gave. */
const run = async (
  steps: readonly { id: string; kind: string; with: unknown }[],
  lent: Lent = ALL,
  more: { grantor?: string } = {},
) => {
  const last = steps.at(-1)?.id ?? '';
  const chained = steps.map((step, index) => ({ ...step, after: index === 0 ? [] : [steps[index - 1]?.id] }));
  const doc = {
    headgate: 1,
    name: `f${randomBytes(4).toString('hex')}`,
    steps: chained,
    output: `{{ steps.${last} }}`,
  };
  const grants = lent.map(([step, power]) => ({ step, power }));
  return g.run(await g.publish(doc, { grants, ...more }), {}, { wait: 50_000 });
};
const step = (id: string, kind: string, settings: unknown) => ({ id, kind: `${kind}@1`, with: settings });

test('rows are added, found, upserted, changed and deleted, sealed cells among them', async () => {
  const rows = [
    { email: 'a@x', age: 1, note: 'only for us' },
    { email: 'b@x', age: 2 },
  ];
  expect(await run([step('add', 'table.add', { table: 'people', rows })])).toMatchObject({
    state: 'done',
    output: { rows: [{ values: rows[0], made: true, version: 1 }, { values: { ...rows[1], note: null } }] },
  });
  const where = [{ column: 'age', is: 'gte', value: 1 }];
  expect(
    await run([
      step('find', 'table.find', { table: 'people', where, sort: { column: 'age', order: 'desc' }, limit: 1 }),
    ]),
  ).toMatchObject({ output: { rows: [{ values: { email: 'b@x' } }], next: expect.any(String) } });
  expect(await run([step('get', 'table.get', { table: 'people', column: 'email', value: 'a@x' })])).toMatchObject({
    output: { values: { note: 'only for us' } },
  });
  expect(
    await run([step('put', 'table.upsert', { table: 'people', by: 'email', values: { email: 'a@x', age: 9 } })]),
  ).toMatchObject({ output: { row: { made: false, version: 2, values: { age: 9, note: 'only for us' } } } });
  expect(await run([step('set', 'table.update', { table: 'people', where, values: { age: 0 } })])).toMatchObject({
    output: { count: 2 },
  });
  const gone = step('gone', 'table.delete', { table: 'people', where: [{ column: 'age', is: 'eq', value: 0 }] });
  expect(await run([gone, step('find', 'table.find', { table: 'people' })])).toMatchObject({
    output: { rows: [], next: null },
  });
});

test('values by key are kept, counted, listed and deleted', async () => {
  const set = step('set', 'kv.set', { key: 'state/a', value: { deep: [1] }, ttl: '1h' });
  expect(await run([set, step('get', 'kv.get', { key: 'state/a' })])).toMatchObject({
    output: { found: true, value: { deep: [1] }, entry: { version: 1 } },
  });
  expect(await run([step('get', 'kv.get', { key: 'none', default: 'so' })])).toMatchObject({
    output: { found: false, value: 'so', entry: null },
  });
  const count = {
    id: 'many',
    kind: 'each@1',
    with: {
      over: '{{ [1, 2, 3, 4, 5, 6, 7, 8] }}',
      concurrency: 8,
      steps: [step('one', 'kv.increment', { key: 'count', by: '{{ item }}' })],
    },
  };
  expect(await run([count, step('get', 'kv.get', { key: 'count' })])).toMatchObject({ output: { value: 36 } });
  const again = {
    id: 'again',
    kind: 'repeat@1',
    with: { until: '{{ steps.one.value >= 3 }}', max: 9, steps: [step('one', 'kv.increment', { key: 'rounds' })] },
  };
  expect(await run([again])).toMatchObject({ state: 'done', output: { value: 3 } });
  expect(await run([step('list', 'kv.list', { prefix: 'state/' })])).toMatchObject({
    output: { keys: [{ key: 'state/a' }], next: null },
  });
  expect(await run([step('del', 'kv.delete', { key: 'state/a' })])).toMatchObject({ output: { deleted: true } });
});

test('AZ-01 nothing is read or written beyond what was lent, and whether there is a table is not told', async () => {
  const other = await g.store.workspaces.create({ id: 'other', name: 'Other', at: 1 });
  expect(other).toBeTruthy();
  const theirs = { id: 'tbl_theirs', project: 'default', name: 'theirs', columns: [], by: 'x', at: 1 };
  await g.store.in('other').tables.create(theirs);
  const find = (name: string) => step('find', 'table.find', { table: name });
  const lent: Lent = [['*', 'data: read table visible']];
  const refusals = await Promise.all(['people', 'nowhere'].map((name) => run([find(name)], lent)));
  for (const one of refusals) expect(one).toMatchObject({ state: 'failed', problem: { code: 'grant.missing' } });
  // By the name, and by the id, of what another workspace has.
  for (const name of ['theirs', 'tbl_theirs'])
    expect(await run([find(name)])).toMatchObject({ state: 'failed', problem: { code: 'table.missing' } });
  const read: Lent = [['*', 'data: read table people']];
  for (const writing of [
    step('x', 'table.add', { table: 'people', values: { email: 'x' } }),
    step('x', 'table.delete', { table: 'people', where: [{ column: 'email', is: 'filled' }] }),
    step('x', 'kv.set', { key: 'k', value: 1 }),
  ])
    expect(await run([writing], read)).toMatchObject({ state: 'failed', problem: { code: 'grant.missing' } });
  expect(await run([find('people')], read)).toMatchObject({ state: 'done' });
});

test('a refused write writes nothing, and says what did not fit', async () => {
  for (const [values, code] of [
    [{ email: 'n@x', age: '1' }, 'table.value'],
    [{ email: 'n@x', nothing: 1 }, 'table.column'],
  ] as const)
    expect(await run([step('add', 'table.add', { table: 'people', rows: [{ email: 'm@x' }, values] })])).toMatchObject({
      state: 'failed',
      problem: { code },
    });
  const page = await g.store.in('default').tables.find('default', 'tbl_people', {
    limit: 9,
    where: [{ column: 'email', is: 'eq', value: 'm@x' }],
  });
  expect(page).toMatchObject({ value: { rows: [] } });
});

test('SEC-05 a secret is written into no cell that lies open, and may be into a sealed one', async () => {
  const value = 'a-secret-that-nobody-may-see-4711';
  await g.store
    .in('default')
    .secrets.put({ project: 'default', name: 'shown', origins: [], value, owner: 'owner', at: 1 });
  await expect.poll(() => g.engine.guard.redact(value, { workspace: 'default' })).not.toBe(value);
  const add = (values: unknown) => run([step('add', 'table.add', { table: 'people', values })]);
  expect(await add({ email: `it is ${value}` })).toMatchObject({ state: 'failed', problem: { code: 'table.secret' } });
  expect(await add({ email: 's@x', note: value })).toMatchObject({ state: 'done' });
});

/** The state a row would have had when only these events were written. */
const rowAt = (row: RunRow, events: readonly Event[]): RunRow => ({
  ...row,
  state: events.some((e) => e.type === 'run.started') ? 'running' : 'queued',
  ...{ seq: events.at(-1)?.seq ?? 0, ended: null, wake: null, problemCode: null, problemStep: null },
});

test('Q-03 after a crash at any point a row was added once and a count went up once', {
  timeout: 180_000,
}, async () => {
  const kept = { dir: '', key: new Uint8Array() as Uint8Array, shifted: 0 };
  let ground = await openGround();
  Object.assign(kept, { dir: ground.dir, key: ground.key });
  const before = g;
  g = ground;
  await table('log', [{ name: 'n', type: 'number' }]);
  const done = await run([
    step('add', 'table.add', { table: 'log', values: { n: 1 } }),
    step('count', 'kv.increment', { key: 'count' }),
  ]);
  g = before;
  expect(done).toMatchObject({ state: 'done', output: { value: 1 } });
  const row = await ground.store.in('default').runs.get(done.id);
  if (row === null) throw new Error('no run');
  const open = opener(keyring(kept.key));
  const events: Event[] = [];
  for (const chunk of await ground.store.in('default').runs.chunks(done.id, 0, 1_000)) {
    const text = open.openChunk('default', done.id, chunk.from, chunk.sealed);
    if (text.ok) events.push(...(JSON.parse(text.value) as Event[]));
  }
  await ground.engine.close(0);
  await ground.store.close();
  expect(events.length).toBeGreaterThan(6);
  for (let n = 1; n < events.length; n += 1) {
    // What was done stays; of the journal only the beginning was written.
    const database = new DatabaseSync(join(kept.dir, DATABASE));
    database.exec('delete from journal; delete from run');
    database.close();
    const store = await openStore({ dir: kept.dir, key: kept.key, clock: Date.now });
    const prefix = events.slice(0, n);
    const group = store.journal.write({ row: rowAt(row, prefix), from: 1, count: n, events: JSON.stringify(prefix) });
    await store.journal.barrier(group);
    await store.close();
    ground = await openGround(kept);
    expect(await ground.until(done.id, 'done'), `after ${prefix.at(-1)?.type}`).toMatchObject({ output: { value: 1 } });
    const space = ground.store.in('default');
    expect(await space.tables.find('default', 'tbl_log', { limit: 9 })).toMatchObject({
      value: { rows: [{ values: { n: 1 } }] },
    });
    expect(await space.tables.get('default', 'tbl_log')).toMatchObject({ rows: 1 });
    await ground.engine.close(0);
    await ground.store.close();
  }
});
