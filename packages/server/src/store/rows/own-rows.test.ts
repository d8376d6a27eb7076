import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, test } from 'vitest';
import type { ColumnSpec, Condition, RowValues } from '@headgate/core';
import type { TableQuery } from '../own-table.ts';
import type { WorkspaceStore } from '../ports.ts';
import { DATABASE } from '../schema/migrate.ts';
import { KEY, kitIn, NOW } from '../testing/kit.ts';
import { opener } from '../vault-open/opener.ts';
import { keyring } from '../vault-seal/keyring.ts';

const kit = kitIn(tmpdir());
afterEach(kit.clean);

const COLUMNS: readonly ColumnSpec[] = [
  { name: 'email', type: 'text', unique: true, required: true },
  { name: 'full name', type: 'text' },
  { name: 'age', type: 'number' },
  { name: 'since', type: 'date-time' },
  { name: 'active', type: 'boolean', default: true },
  { name: 'plan', type: 'choice', choices: ['free', 'paid'] },
  { name: 'extra', type: 'json' },
  { name: 'note', type: 'text', sealed: true },
];

const HOW = { by: 'user_ada', at: NOW };
let made = 0;
const newId = (): string => {
  made += 1;
  return `row_${made}`;
};

const tableIn = async (space: WorkspaceStore, columns: readonly ColumnSpec[] = COLUMNS): Promise<string> => {
  const done = await space.tables.create({ id: `tbl_${newId()}`, project: 'default', name: newId(), columns, ...HOW });
  if (done === null || !done.ok) throw new Error(JSON.stringify(done));
  return done.value.id;
};
const add = (space: WorkspaceStore, table: string, rows: readonly RowValues[], more: object = {}) =>
  space.tables.add(
    'default',
    table,
    rows.map((values) => ({ id: newId(), values })),
    { ...HOW, ...more },
  );
const find = async (space: WorkspaceStore, table: string, query: Partial<TableQuery> = {}) => {
  const done = await space.tables.find('default', table, { limit: 100, ...query });
  if (done === null || !done.ok) throw new Error(JSON.stringify(done));
  return done.value;
};
const emails = async (space: WorkspaceStore, table: string, query: Partial<TableQuery> = {}): Promise<unknown[]> =>
  (await find(space, table, query)).rows.map(({ values }) => values['email']);
const code = (done: { ok: boolean; problem?: { code: string } } | null): string =>
  done === null ? 'missing' : (done.problem?.code ?? 'ok');

const PEOPLE: readonly RowValues[] = [
  { email: 'a@x', 'full name': 'Ada L.', age: 36, since: '2026-01-02', plan: 'paid', extra: { tags: [1] } },
  { email: 'b@x', 'full name': 'bob 100%', age: 7, active: false, note: 'only for us' },
  { email: 'c@x', 'full name': 'Cleo', plan: 'free', since: '2026-01-02T10:00:00+02:00' },
  { email: 'd@x', age: -1.5, plan: 'free' },
];

test('a row reads as it was written, each value of the type of its column', async () => {
  const space = (await kit.store()).in('default');
  const table = await tableIn(space);
  expect(code(await add(space, table, PEOPLE))).toBe('ok');
  const { rows } = await find(space, table);
  expect(rows[0]?.values).toEqual({
    ...{ email: 'a@x', 'full name': 'Ada L.', age: 36, since: '2026-01-02T00:00:00.000Z', active: true, plan: 'paid' },
    ...{ extra: { tags: [1] }, note: null },
  });
  expect(rows[2]?.values).toMatchObject({ since: '2026-01-02T08:00:00.000Z', age: null });
  expect(await space.tables.get('default', table)).toMatchObject({ rows: 4 });
});

test('what no column takes is refused, and nothing of the call stays', async () => {
  const space = (await kit.store()).in('default');
  const table = await tableIn(space);
  const cases: readonly [RowValues, string][] = [
    [{ email: 'a@x', age: '7' }, 'table.value'],
    [{ email: 'a@x', age: Number.NaN }, 'table.value'],
    [{ email: 'a@x', since: '2026-02-31' }, 'table.value'],
    [{ email: 'a@x', plan: 'gold' }, 'table.value'],
    [{ email: 'a@x', nothing: 1 }, 'table.column'],
    [{ email: '' }, 'table.required'],
    [{ age: 1 }, 'table.required'],
    [{ email: 'x'.repeat(10_001) }, 'table.value'],
  ];
  for (const [values, expected] of cases)
    expect([values, code(await add(space, table, [{ email: 'first@x' }, values]))]).toEqual([values, expected]);
  expect(await emails(space, table)).toEqual([]);
  expect((await space.limits.usage(NOW)).bytes).toBe(0);
});

test('conditions find what they say, alone and together', async () => {
  const space = (await kit.store()).in('default');
  const table = await tableIn(space);
  await add(space, table, PEOPLE);
  const cases: readonly [readonly Condition[], readonly string[], ('all' | 'any')?][] = [
    [[{ column: 'age', is: 'eq', value: 36 }], ['a@x']],
    [[{ column: 'age', is: 'ne', value: 36 }], ['b@x', 'c@x', 'd@x']],
    [[{ column: 'age', is: 'lt', value: 36 }], ['b@x', 'd@x']],
    [[{ column: 'age', is: 'gte', value: 7 }], ['a@x', 'b@x']],
    [[{ column: 'full name', is: 'contains', value: 'B' }], ['b@x']],
    [[{ column: 'full name', is: 'contains', value: '0%' }], ['b@x']],
    [[{ column: 'full name', is: 'contains', value: '%' }], ['b@x']],
    [[{ column: 'full name', is: 'starts', value: 'Cl' }], ['c@x']],
    [[{ column: 'email', is: 'in', value: ['a@x', 'd@x', 'z@x'] }], ['a@x', 'd@x']],
    [[{ column: 'email', is: 'in', value: [] }], []],
    [[{ column: 'plan', is: 'empty' }], ['b@x']],
    [[{ column: 'note', is: 'filled' }], ['b@x']],
    [[{ column: 'extra', is: 'empty' }], ['b@x', 'c@x', 'd@x']],
    [[{ column: 'active', is: 'eq', value: false }], ['b@x']],
    [[{ column: 'since', is: 'lt', value: '2026-01-02T09:00:00Z' }], ['a@x', 'c@x']],
    [
      [
        { column: 'plan', is: 'eq', value: 'free' },
        { column: 'age', is: 'lt', value: 0 },
      ],
      ['d@x'],
    ],
    [
      [
        { column: 'plan', is: 'eq', value: 'paid' },
        { column: 'age', is: 'lt', value: 0 },
      ],
      ['a@x', 'd@x'],
      'any',
    ],
  ];
  for (const [where, expected, match = 'all'] of cases)
    expect([where, await emails(space, table, { where, match })]).toEqual([where, expected]);
});

test('INJ-01 a filter, a column and a cursor are data: no text of them becomes part of a statement', async () => {
  const space = (await kit.store()).in('default');
  const evil = `x' or 1=1 --`;
  const table = await tableIn(space, [...COLUMNS, { name: `"; drop table own_cell; --`, type: 'text' }]);
  await add(space, table, [...PEOPLE, { email: evil, [`"; drop table own_cell; --`]: evil }]);
  for (const is of ['eq', 'contains', 'starts'] as const)
    expect(await emails(space, table, { where: [{ column: 'email', is, value: evil }] })).toEqual([evil]);
  expect(
    await emails(space, table, { where: [{ column: `"; drop table own_cell; --`, is: 'eq', value: evil }] }),
  ).toEqual([evil]);
  for (const column of [`email' or 1=1 --`, 'c1', 'num', '__proto__', 'constructor'])
    for (const query of [{ where: [{ column, is: 'eq' as const, value: 'x' }] }, { sort: { column } }])
      expect(code(await space.tables.find('default', table, { limit: 9, ...query }))).toBe('table.column');
  for (const value of [{ $ne: 1 }, ['a'], true, 5])
    expect(
      code(await space.tables.find('default', table, { limit: 9, where: [{ column: 'email', is: 'eq', value }] })),
    ).toBe('table.value');
  for (const cursor of ['x', btoa('[0,{"a":1},1]'), btoa(`[0,"${evil}","1 or 1=1"]`), btoa('[1,null,1e99]')])
    expect((await find(space, table, { cursor, sort: { column: 'age' } })).rows).toHaveLength(5);
});

test('a sorted table is paged without a row left out or told twice; empty cells come last', async () => {
  const space = (await kit.store()).in('default');
  const table = await tableIn(space);
  const people = Array.from({ length: 57 }, (_, i) => ({
    email: `u${String(i).padStart(2, '0')}`,
    ...(i % 5 === 0 ? {} : { age: (i * 7) % 6 }),
    plan: i % 3 === 0 ? 'paid' : 'free',
  }));
  await add(space, table, people);
  for (const order of ['asc', 'desc'] as const)
    for (const where of [
      [],
      [{ column: 'plan', is: 'eq', value: 'free' }],
      [{ column: 'email', is: 'contains', value: 'U' }],
    ] as const) {
      const seen: unknown[] = [];
      let cursor: string | undefined;
      for (;;) {
        const query = { where, sort: { column: 'age', order }, limit: 7, ...(cursor === undefined ? {} : { cursor }) };
        const page = await find(space, table, query);
        seen.push(...page.rows.map(({ values }) => [values['age'], values['email']]));
        if (page.next === null) break;
        cursor = page.next;
      }
      const down = order === 'desc' ? -1 : 1;
      const expected = people
        .filter(({ plan }) => where[0]?.column !== 'plan' || plan === 'free')
        .map(({ age, email }): [number | null, string] => [age ?? null, email])
        .toSorted(([a, x], [b, y]) => {
          if (a === null || b === null) return a === b ? (x < y ? -1 : 1) : a === null ? 1 : -1;
          return a === b ? (x < y ? -down : down) : (a - b) * down;
        });
      expect([order, where, seen]).toEqual([order, where, expected]);
    }
});

test('fifty who upsert the same at once make one row (OR1)', async () => {
  const space = (await kit.store()).in('default');
  const table = await tableIn(space);
  const done = await Promise.all(
    Array.from({ length: 50 }, (_, i) => add(space, table, [{ email: 'one@x', age: i }], { match: ['email'] })),
  );
  expect(done.map(code)).toEqual(done.map(() => 'ok'));
  expect(done.filter((one) => one?.ok === true && one.value.rows[0]?.made === true)).toHaveLength(1);
  expect(await emails(space, table)).toEqual(['one@x']);
  const added = await Promise.all(Array.from({ length: 50 }, () => add(space, table, [{ email: 'two@x' }])));
  expect(added.map(code).toSorted()).toEqual(['ok', ...Array.from({ length: 49 }, () => 'table.unique')].toSorted());
});

test('a row is upserted by several columns, and by none that would leave it open which', async () => {
  const space = (await kit.store()).in('default');
  const table = await tableIn(space, [
    { name: 'day', type: 'date-time' },
    { name: 'shop', type: 'text' },
    { name: 'sum', type: 'number' },
  ]);
  const match = ['day', 'shop'];
  await add(
    space,
    table,
    [
      { day: '2026-01-01', shop: 'north', sum: 1 },
      { day: '2026-01-01', shop: 'south', sum: 2 },
    ],
    { match },
  );
  await add(space, table, [{ day: '2026-01-01', shop: 'south', sum: 5 }], { match });
  expect((await find(space, table)).rows.map(({ values }) => values['sum'])).toEqual([1, 5]);
  const twice = [{ day: '2026-01-01', shop: 'x', sum: 9 }];
  expect(code(await add(space, table, twice, { match: ['day'] }))).toBe('table.match');
  expect(code(await add(space, table, [{ shop: 'x' }], { match }))).toBe('table.match');
});

test('an effect of a step is done once: asked again by its key, it gets the answer of then', async () => {
  const space = (await kit.store()).in('default');
  const table = await tableIn(space);
  const effect = { run: 'run_a', key: 'run_a.save' };
  const first = await add(space, table, [{ email: 'a@x' }], { effect });
  const again = await add(space, table, [{ email: 'a@x' }], { effect });
  expect(again).toEqual(first);
  expect(await emails(space, table)).toEqual(['a@x']);
  const place = { project: 'default', store: 'main', key: 'count' };
  const count = (key: string) =>
    space.values.increment(place, 2, { ...HOW, expires: null, effect: { run: 'run_a', key } });
  const values = [await count('x'), await count('x'), await count('y')];
  expect(values.map((one) => (one?.ok === true ? one.value.num : one))).toEqual([2, 2, 4]);
});

test('a change takes its row’s version, and a row that is not like that any more is left alone', async () => {
  const space = (await kit.store()).in('default');
  const table = await tableIn(space);
  await add(space, table, PEOPLE);
  const [first] = (await find(space, table)).rows;
  const id = first?.id ?? '';
  const change = (values: RowValues, more: object = {}, how: object = {}) =>
    space.tables.change('default', table, [{ id, values, ...more }], { ...HOW, ...how });
  expect(code(await change({ age: 40 }, { version: 1 }))).toBe('ok');
  expect(code(await change({ age: 41 }, { version: 1 }))).toBe('row.stale');
  expect(code(await change({ email: null }))).toBe('table.required');
  expect(code(await change({ email: 'b@x' }))).toBe('table.unique');
  const still = { where: [{ column: 'age', is: 'eq', value: 36 }] };
  expect(await change({ age: 42 }, {}, { still })).toEqual({ ok: true, value: { rows: [] } });
  expect((await find(space, table)).rows[0]?.values).toMatchObject({ age: 40, email: 'a@x' });
});

test('stored bytes are counted and given back, cell by cell, column by column, and with the table', async () => {
  const space = (await kit.store()).in('default');
  const bytes = async (): Promise<number> => (await space.limits.usage(NOW)).bytes;
  const table = await tableIn(space);
  await add(space, table, PEOPLE);
  const whole = await bytes();
  expect(whole).toBeGreaterThan(4 * 120);
  expect((await space.tables.get('default', table))?.bytes).toBe(whole);
  const [first, ...others] = (await find(space, table)).rows.map(({ id }) => id);
  await space.tables.change('default', table, [{ id: first ?? '', values: { 'full name': 'é'.repeat(1_000) } }], HOW);
  expect(await bytes()).toBe(whole - 6 + 2_000 + 400);
  await space.tables.removeColumn('default', table, 'full name', NOW);
  await space.tables.removeRows('default', table, others, HOW);
  expect((await space.tables.get('default', table))?.rows).toBe(1);
  expect(await bytes()).toBeLessThan(whole);
  expect(await space.tables.remove('default', table)).toBe(true);
  expect(await bytes()).toBe(0);
});

test('OL1 rows go after their table, and those that a crash left are found; rows of tables that are there stay', async () => {
  const dir = kit.dir();
  const store = await kit.store({ dir });
  const space = store.in('default');
  const [gone, stays] = [await tableIn(space), await tableIn(space)];
  const many = Array.from({ length: 450 }, (_, n) => ({ email: `${n}@x` }));
  for (const table of [gone, stays]) await add(space, table, many);
  const database = new DatabaseSync(join(dir, DATABASE));
  const left = (table: string): number =>
    ['own_row', 'own_cell']
      .map((name) => database.prepare(`select count(*) as many from ${name} where tbl = ?`).get(table)?.['many'])
      .reduce<number>((sum, count) => sum + Number(count), 0);
  expect(await space.tables.remove('default', gone)).toBe(true);
  await expect.poll(() => left(gone)).toBe(0);
  const kept = left(stays);
  expect(kept).toBeGreaterThan(900);
  // As if the server had died between the two.
  database.prepare("update own_row set tbl = 'tbl_lost' where tbl = ? and n % 2 = 0").run(stays);
  database.prepare("update own_cell set tbl = 'tbl_lost' where tbl = ? and at % 2 = 0").run(stays);
  expect(left('tbl_lost')).toBeGreaterThan(0);
  await store.engine.collectLitter();
  expect(left('tbl_lost')).toBe(0);
  expect(left(stays)).toBe(kept / 2);
  database.close();
});

test('a column is renamed, made unique, required and taken away, and what its cells hold has to fit', async () => {
  const space = (await kit.store()).in('default');
  const table = await tableIn(space, [{ name: 'a', type: 'text' }]);
  await add(space, table, [{ a: 'same' }, { a: 'same' }]);
  const change = (name: string, wish: object) => space.tables.changeColumn('default', table, name, wish, NOW);
  expect(code(await change('a', { unique: true }))).toBe('table.unique');
  expect(code(await change('a', { name: 'b' }))).toBe('ok');
  expect(code(await space.tables.addColumn('default', table, { name: 'B', type: 'number' }, NOW))).toBe('table.column');
  const more: ColumnSpec = { name: 'c', type: 'number', required: true };
  expect(code(await space.tables.addColumn('default', table, more, NOW))).toBe('table.required');
  expect(code(await space.tables.addColumn('default', table, { ...more, default: 5 }, NOW))).toBe('ok');
  expect((await find(space, table)).rows.map(({ values }) => values)).toEqual([
    { b: 'same', c: 5 },
    { b: 'same', c: 5 },
  ]);
  expect(code(await space.tables.removeColumn('default', table, 'b', NOW))).toBe('ok');
  expect(code(await space.tables.addColumn('default', table, { name: 'b', type: 'text' }, NOW))).toBe('ok');
  expect((await find(space, table)).rows[0]?.values).toEqual({ b: null, c: 5 });
});

test('a sealed cell lies in no file of the database as it is, and opens in its own place alone', async () => {
  const dir = kit.dir();
  const store = await kit.store({ dir });
  const space = store.in('default');
  const table = await tableIn(space);
  await add(space, table, PEOPLE);
  const [cell] = (await find(space, table)).rows[1]?.sealed ?? [];
  const open = opener(keyring(KEY));
  expect(open.openChunk('default', cell?.name ?? '', 0, cell?.box ?? new Uint8Array())).toEqual({
    ok: true,
    value: '"only for us"',
  });
  expect(open.openChunk('other', cell?.name ?? '', 0, cell?.box ?? new Uint8Array()).ok).toBe(false);
  const database = new DatabaseSync(join(dir, DATABASE), { readOnly: true });
  const cells = database.prepare('select * from own_cell').all();
  database.close();
  expect(Buffer.from(JSON.stringify(cells)).includes('only for us')).toBe(false);
  expect(cells.length).toBeGreaterThan(10);
  await space.values.set({ project: 'default', store: 'main', key: 'k' }, { deep: 'text' }, { ...HOW, expires: null });
  const kept = await space.values.get({ project: 'default', store: 'main', key: 'k' }, NOW);
  expect(open.openChunk('default', kept?.sealed?.name ?? '', 0, kept?.sealed?.box ?? new Uint8Array())).toEqual({
    ok: true,
    value: '{"deep":"text"}',
  });
});

test('a value by key is gone when its time is over, and may be written anew', async () => {
  const space = (await kit.store()).in('default');
  const place = { project: 'default', store: 'main', key: 'k' };
  const set = (value: unknown, expires: number | null, more: object = {}) =>
    space.values.set(place, value, { ...HOW, expires, ...more });
  expect(code(await set('x', NOW + 10, { only: 'new' }))).toBe('ok');
  expect(code(await set('x', NOW + 10, { only: 'new' }))).toBe('kv.taken');
  expect(code(await space.values.increment(place, 1, { ...HOW, expires: null }))).toBe('kv.number');
  expect(await space.values.get(place, NOW + 10)).toBeNull();
  expect(await space.values.list({ project: 'default', store: 'main', limit: 9, now: NOW + 10 })).toEqual([]);
  const later = { by: 'x', at: NOW + 10, expires: null };
  expect(await space.values.increment(place, 1, later)).toMatchObject({ ok: true, value: { num: 1 } });
  expect(await space.values.remove(place, HOW)).toBe(true);
  expect(await space.values.remove(place, HOW)).toBe(false);
  expect((await space.limits.usage(NOW)).bytes).toBe(0);
});
