/** SQLite files that steps read: what they give, and what a statement or a file that means harm comes to. */

import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ground, openGround } from './testing/ground.ts';

let g: Ground;
beforeAll(async () => {
  g = await openGround();
});
afterAll(() => g.close());

/** A file with what `sql` makes. */
const fileOf = (sql: string): Buffer => {
  const database = new DatabaseSync(':memory:');
  database.exec(sql);
  const bytes = Buffer.from(database.serialize());
  database.close();
  return bytes;
};

const PEOPLE = fileOf(
  "create table people (id integer primary key, name text, raw blob, half real, big integer); insert into people values (1, 'Ada', x'ff00', 1.5, 9007199254740993), (2, 'Bob', null, null, 2)",
);

const ask = async (file: Buffer, sql: string, more: Record<string, unknown> = {}, input: unknown = {}) => {
  const flow = {
    headgate: 1,
    name: 'Look',
    input: { type: 'object', properties: { x: {} } },
    steps: [
      { id: 'put', kind: 'file.write@1', with: { path: 'in/shop.db', content: file.toString('base64'), base64: true } },
      { id: 'look', kind: 'sqlite.query@1', after: ['put'], with: { path: 'in/shop.db', sql, ...more } },
    ],
    output: '{{ steps.look }}',
  };
  const grants = [
    { step: 'put', power: 'file: write in/' },
    { step: 'look', power: 'file: read in/' },
  ];
  return g.run(await g.publish(flow, { grants }), input, { wait: 30_000 });
};
const told = async (...asked: Parameters<typeof ask>): Promise<unknown> => {
  const run = await ask(...asked);
  return run.state === 'done' ? run.output : run.problem?.code;
};

test('rows are objects, with values handed over apart from the text', async () => {
  expect(
    await told(PEOPLE, 'select * from people where name = ?', { params: ['{{ input.x }}'] }, { x: 'Ada' }),
  ).toEqual([{ id: 1, name: 'Ada', raw: '/wA=', half: 1.5, big: '9007199254740993' }]);
  const evil = "Ada' or '1'='1";
  expect(
    await told(PEOPLE, 'select id from people where name = ?', { params: ['{{ input.x }}'] }, { x: evil }),
  ).toEqual([]);
  expect(await told(PEOPLE, 'select 1 as id, 2 as id, count(*) as n from people limit ?', { params: [1] })).toEqual([
    { id: 1, id_2: 2, n: 2 },
  ]);
});

test.each([
  "attach '/etc/passwd' as x",
  "attach ':memory:' as x",
  "select load_extension('/tmp/x.so')",
  "select readfile('/etc/passwd')",
  "select writefile('/tmp/x', 'x')",
  'pragma writable_schema = on',
  'pragma query_only = off',
  "insert into people values (3, 'Eve', null, null, null)",
  'create table more (n int)',
  'create temp table more (n int)',
  "vacuum into '/tmp/headgate-vacuum'",
  'select 1; drop table people',
  'explain select * from nonsense',
])('only reading is allowed: %s', async (sql) => {
  const answer = await told(PEOPLE, sql);
  // Of two statements the first is all that there is.
  expect(answer).toEqual(sql.startsWith('select 1;') ? [{ 1: 1 }] : 'database.refused');
});

test('a statement without an end is ended, and holds up nothing else', async () => {
  const endless = 'with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n';
  const [late, other] = await Promise.all([
    told(PEOPLE, endless, { timeout: '2s' }),
    told(PEOPLE, 'select count(*) as n from people'),
  ]);
  expect([late, other]).toEqual(['database.timeout', [{ n: 2 }]]);
});

test('too many rows, and too much of them, are a Problem', async () => {
  const many = 'with recursive n(i) as (select 1 union all select i + 1 from n limit 50) select i from n';
  expect(await told(PEOPLE, many, { rows: 10 })).toBe('database.rows');
  expect(((await told(PEOPLE, many, { rows: 50 })) as unknown[]).length).toBe(50);
  expect(await told(PEOPLE, "select hex(printf('%.*c', 12000000, 'x')) as big")).toBe('database.size');
});

test('what is no database, or a broken one, is a Problem', async () => {
  expect(await told(Buffer.from('no database at all, but long enough to be looked at'.repeat(4)), 'select 1')).toBe(
    'database.file',
  );
  const broken = Buffer.from(PEOPLE);
  broken.fill(0xff, 200);
  expect(await told(broken, 'select * from people')).toBe('database.refused');
  const sly = fileOf("create table t (n); create view people as select load_extension('/tmp/x.so') as n");
  expect(await told(sly, 'select * from people')).toBe('database.refused');
});
