import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type TestServer } from '../../../../test/fixtures/server.ts';

let server: TestServer;
let key: string;

beforeAll(async () => {
  server = await startServer();
  key = (await server.key()).plain;
});
afterAll(() => server.close());

type Row = { readonly id: string; readonly version: number; readonly values: Record<string, unknown> };

const ask = (method: string, path: string, body?: unknown, as = key) =>
  server.ask(method, `/api/v1/${path}`, { key: as, ...(body === undefined ? {} : { body }) });

const COLUMNS = [
  { name: 'email', type: 'text', unique: true },
  { name: 'age', type: 'number' },
  { name: 'note', type: 'text', sealed: true },
];
let made = 0;
const table = async (columns: readonly unknown[] = COLUMNS): Promise<string> => {
  made += 1;
  const answer = await ask('POST', 'tables', { name: `t${made}`, columns });
  expect(answer.status).toBe(201);
  return (answer.json as { id: string }).id;
};
const add = (id: string, rows: readonly unknown[], more: object = {}) =>
  ask('POST', `tables/${id}/rows`, { rows, ...more });
const rowsOf = (answer: { json: unknown }): Row[] => (answer.json as { rows: Row[] }).rows;

test('a table is made, filled, looked through and changed', async () => {
  const id = await table();
  const done = await add(id, [{ email: 'a@x', age: 3, note: 'for us' }, { email: 'b@x' }]);
  expect([done.status, rowsOf(done)[0]?.values]).toEqual([200, { email: 'a@x', age: 3, note: 'for us' }]);
  const found = await ask('POST', `tables/${id}/find`, {
    where: [{ column: 'age', is: 'filled' }],
    sort: { column: 'email', order: 'desc' },
  });
  expect(rowsOf(found).map(({ values }) => values['note'])).toEqual(['for us']);
  const [row] = rowsOf(found);
  const change = (version: number) =>
    ask('PATCH', `tables/${id}/rows`, { changes: [{ id: row?.id, values: { age: 4 }, version }] });
  expect((await change(1)).status).toBe(200);
  expect(await change(1)).toMatchObject({ status: 409, json: { code: 'row.stale' } });
  expect(rowsOf(await add(id, [{ email: 'a@x', age: 5 }], { match: ['email'] }))).toMatchObject([
    { id: row?.id, made: false, values: { age: 5 } },
  ]);
  expect((await ask('POST', `tables/${id}/rows/delete`, { ids: [row?.id, 'row_0'] })).json).toEqual({ deleted: 1 });
  expect((await ask('GET', `tables/${id}`)).json).toMatchObject({ rows: 1, columns: COLUMNS });
  expect((await ask('GET', 'tables')).text).toContain(id);
});

test('columns come, are renamed and go, and a table is renamed to no name that is taken', async () => {
  const id = await table();
  const other = await table([]);
  expect((await ask('POST', `tables/${id}/columns`, { name: 'a b', type: 'boolean', default: true })).status).toBe(200);
  expect((await ask('PATCH', `tables/${id}/columns?column=a%20b`, { name: 'c' })).json).toMatchObject({ version: 3 });
  expect((await ask('DELETE', `tables/${id}/columns?column=c`)).json).toMatchObject({ columns: COLUMNS });
  expect(await ask('DELETE', `tables/${id}/columns?column=c`)).toMatchObject({
    status: 422,
    json: { code: 'table.column' },
  });
  const { name } = (await ask('GET', `tables/${other}`)).json as { name: string };
  expect(await ask('PATCH', `tables/${id}`, { name })).toMatchObject({ status: 409, json: { code: 'table.taken' } });
  for (const bad of ['with blank', '1st', '', '*', 'a'.repeat(101)])
    expect((await ask('PATCH', `tables/${id}`, { name: bad })).status).toBe(422);
  expect((await ask('DELETE', `tables/${id}`)).status).toBe(204);
  expect((await ask('GET', `tables/${id}`)).status).toBe(404);
});

test('INJ-01 what a filter, an order, a column or a cursor says is data, and what it cannot be is refused', async () => {
  const id = await table();
  await add(id, [{ email: "x' or '1'='1" }, { email: 'b@x' }]);
  const find = (body: object) => ask('POST', `tables/${id}/find`, body);
  const eq = { column: 'email', is: 'eq', value: "x' or '1'='1" };
  expect(rowsOf(await find({ where: [eq] }))).toHaveLength(1);
  for (const [body, code] of [
    [{ where: [{ ...eq, column: "email' or 1=1 --" }] }, 'table.column'],
    [{ where: [{ ...eq, column: 'c1' }] }, 'table.column'],
    [{ where: [{ ...eq, value: { $gt: '' } }] }, 'table.value'],
    [{ where: [{ ...eq, column: 'note' }] }, 'table.filter'],
    [{ sort: { column: 'note' } }, 'table.filter'],
    [{ sort: { column: 'email; drop table own_row' } }, 'table.column'],
    [{ where: [{ ...eq, is: 'like' }] }, 'input.invalid'],
    [{ where: [{ ...eq, sql: '1=1' }] }, 'input.invalid'],
    [{ sort: { column: 'email', order: 'asc; --' } }, 'input.invalid'],
    [{ cursor: "' or 1=1" }, 'input.invalid'],
    [{ where: Array.from({ length: 21 }, () => eq) }, 'input.invalid'],
  ] as const)
    expect([body, await find(body)]).toMatchObject([body, { status: 422, json: { code } }]);
});

test('AZ-03 another workspace’s table, rows and values answer as what never was', async () => {
  const id = await table();
  const [row] = rowsOf(await add(id, [{ email: 'theirs@x' }]));
  await ask('PUT', 'kv/value?name=theirs', { value: 1 });
  const thief = (await server.key({ workspace: 'thief' })).plain;
  const own = ((await ask('POST', 'tables', { name: 'mine', columns: COLUMNS }, thief)).json as { id: string }).id;
  const never = `tbl_${'0'.repeat(24)}`;
  const calls: readonly (readonly [string, string, unknown?])[] = [
    ['GET', `tables/ID`],
    ['PATCH', `tables/ID`, { name: 'stolen' }],
    ['POST', `tables/ID/find`, {}],
    ['POST', `tables/ID/rows`, { rows: [{ email: 'x' }] }],
    ['PATCH', `tables/ID/rows`, { changes: [{ id: row?.id, values: { email: 'x' } }] }],
    ['POST', `tables/ID/rows/delete`, { ids: [row?.id] }],
    ['POST', `tables/ID/columns`, { name: 'x', type: 'text' }],
    ['DELETE', `tables/ID/columns?column=email`],
    ['GET', `tables/ID/csv`],
    ['DELETE', `tables/ID`],
  ];
  for (const [method, path, body] of calls) {
    const theirs = await ask(method, path.replace('ID', id), body, thief);
    const nobodys = await ask(method, path.replace('ID', never), body, thief);
    expect([path, theirs.status, theirs.text]).toEqual([path, 404, nobodys.text]);
  }
  // By a table of one's own, the rows of another one are not reached.
  const change = { changes: [{ id: row?.id, values: { email: 'x' } }] };
  expect(await ask('PATCH', `tables/${own}/rows`, change, thief)).toMatchObject({ status: 404 });
  expect((await ask('POST', `tables/${own}/rows/delete`, { ids: [row?.id] }, thief)).json).toEqual({ deleted: 0 });
  expect((await ask('GET', 'kv/value?name=theirs', undefined, thief)).status).toBe(404);
  expect(rowsOf(await ask('POST', `tables/${id}/find`, {}))).toMatchObject([{ values: { email: 'theirs@x' } }]);
});

test('who may only read looks through tables and values, and writes none; who may neither sees none', async () => {
  const id = await table();
  const reader = (await server.key({ permissions: ['table.read'] })).plain;
  const other = (await server.key({ permissions: ['flow.read', 'file.read'] })).plain;
  expect((await ask('POST', `tables/${id}/find`, {}, reader)).status).toBe(200);
  for (const [method, path, body] of [
    ['POST', `tables/${id}/rows`, { rows: [{ email: 'x' }] }],
    ['DELETE', `tables/${id}`, undefined],
    ['POST', 'tables', { name: 'x' }],
    ['PUT', 'kv/value?name=x', { value: 1 }],
  ] as const)
    expect((await ask(method, path, body, reader)).status).toBe(403);
  for (const path of [`tables/${id}`, 'tables', 'kv', 'kv/value?name=x'])
    expect((await ask('GET', path, undefined, other)).status).toBe(403);
});

test('CAN-0 a secret in a cell leaves hidden, as CSV too, and a table goes out as it can come in', async () => {
  const secret = 'a-secret-in-a-table-08154711';
  await server.ask('PUT', '/api/v1/secrets', { key, body: { name: 'intable', value: secret } });
  const id = await table();
  await add(id, [
    { email: 'quote " and, comma', age: -1.5 },
    { email: `it is ${secret}`, note: secret },
  ]);
  const found = await ask('POST', `tables/${id}/find`, {});
  const csv = await ask('GET', `tables/${id}/csv`);
  for (const answer of [found, csv]) {
    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain(secret);
    expect(answer.text).toContain('[secret intable]');
  }
  expect(csv.text.split('\r\n').slice(0, 2)).toEqual(['email,age,note', '"quote "" and, comma",-1.5,']);
  expect(csv.headers['content-disposition']).toMatch(/^attachment; filename="t\d+\.csv"$/);
});

test('a workspace’s quota of bytes ends what comes in, and what is deleted makes room', async () => {
  const full = await server.key({ workspace: 'full' });
  const id = (
    (await ask('POST', 'tables', { name: 'big', columns: [{ name: 'text', type: 'text' }] }, full.plain)).json as {
      id: string;
    }
  ).id;
  await server.house.store.in('full').limits.setQuota({ quota: { bytes: 50_000 }, updated: 1, by: 'test' });
  const send = () =>
    ask('POST', `tables/${id}/rows`, { rows: [{ text: 'x'.repeat(9_000) }, { text: 'y'.repeat(9_000) }] }, full.plain);
  await expect.poll(async () => (await send()).status, { timeout: 10_000 }).toBe(507);
  expect(await send()).toMatchObject({ status: 507, json: { code: 'quota.bytes' } });
  expect((await ask('PUT', 'kv/value?name=k', { value: 'z'.repeat(40_000) }, full.plain)).status).toBe(507);
  const ids = rowsOf(await ask('POST', `tables/${id}/find`, {}, full.plain)).map((row) => row.id);
  await ask('POST', `tables/${id}/rows/delete`, { ids }, full.plain);
  expect((await send()).status).toBe(200);
});

test('fifty upserts of one row at once make one row; of fifty adds one is taken', async () => {
  const id = await table();
  const upserts = await Promise.all(
    Array.from({ length: 50 }, (_, age) => add(id, [{ email: 'same@x', age }], { match: ['email'] })),
  );
  expect(new Set(upserts.map(({ status }) => status))).toEqual(new Set([200]));
  expect(upserts.filter((one) => (rowsOf(one)[0] as Row & { made: boolean }).made)).toHaveLength(1);
  const adds = await Promise.all(Array.from({ length: 50 }, () => add(id, [{ email: 'taken@x' }])));
  expect(adds.map(({ status }) => status).toSorted()).toEqual([200, ...Array.from({ length: 49 }, () => 409)]);
  expect(rowsOf(await ask('POST', `tables/${id}/find`, {}))).toHaveLength(2);
});

test('values by key: kept, read, counted by fifty at once, listed, gone', async () => {
  expect((await ask('PUT', 'kv/value?name=a/b&store=own', { value: { deep: [1] }, ttl: '1h' })).status).toBe(200);
  expect((await ask('GET', 'kv/value?name=a/b&store=own')).json).toMatchObject({ value: { deep: [1] }, version: 1 });
  expect(await ask('PUT', 'kv/value?name=a/b&store=own', { value: 1, only: 'new' })).toMatchObject({ status: 409 });
  await Promise.all(Array.from({ length: 50 }, () => ask('POST', 'kv/increment?name=hits', {})));
  expect((await ask('GET', 'kv/value?name=hits')).json).toMatchObject({ value: 50, version: 50 });
  expect((await ask('GET', 'kv?store=own&prefix=a/')).json).toMatchObject({ keys: [{ key: 'a/b' }] });
  expect((await ask('GET', 'kv/stores')).json).toMatchObject({ stores: expect.arrayContaining(['main', 'own']) });
  expect((await ask('DELETE', 'kv/value?name=a/b&store=own')).status).toBe(204);
  expect((await ask('DELETE', 'kv/value?name=a/b&store=own')).status).toBe(404);
});

test('who changed a table is on record, by what he did and never with a value', async () => {
  const id = await table();
  await add(id, [{ email: 'not-in-the-trail@x' }]);
  await ask('DELETE', `tables/${id}`);
  const { rows } = await server.house.store.in('default').audit.list({ limit: 300 });
  const told = rows.filter(({ object }) => object.includes(id));
  expect(told.map(({ action }) => action)).toEqual(['deleteTable', 'addRows', 'createTable']);
  expect(JSON.stringify(rows)).not.toContain('not-in-the-trail');
});
