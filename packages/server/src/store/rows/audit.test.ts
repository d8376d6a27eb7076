import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, test } from 'vitest';
import type { AuditEntry } from '../ports.ts';
import { DATABASE } from '../schema/migrate.ts';
import { kitIn, NOW, runRow, runWrite, writeAll } from '../testing/kit.ts';

const kit = kitIn(tmpdir());
afterEach(kit.clean);

const entry = (i: number, more: Partial<AuditEntry> = {}): AuditEntry => ({
  at: NOW - i,
  workspace: 'default',
  actor: 'key_one',
  action: `act ${i}`,
  object: 'flow_one',
  decision: i % 2 === 0 ? 'allow' : 'deny',
  reason: null,
  run: null,
  step: null,
  ...more,
});

/** The folder of an open database. */
const path = (database: DatabaseSync): string => dirname(database.location() ?? '');

const filled = async () => {
  const dir = kit.dir();
  const store = await kit.store({ dir });
  for (let i = 0; i < 5; i += 1) await store.journal.barrier(store.journal.audit([entry(2 * i), entry(2 * i + 1)]));
  const database = new DatabaseSync(join(dir, DATABASE));
  return { store, database };
};

test('what is audited alone or with a run is listed newest first, in pages', async () => {
  const store = await kit.store();
  store.journal.audit([entry(0), entry(1)]);
  await writeAll(store, [
    runWrite(runRow('run_a'), 'x', { audit: [entry(2, { run: 'run_a', step: 's', reason: 'because' })] }),
  ]);
  const { audit } = store.in('default');
  const first = await audit.list({ limit: 2 });
  expect(first.rows.map((row) => row.action)).toEqual(['act 2', 'act 1']);
  expect(first.rows[0]).toMatchObject({ ...entry(2), run: 'run_a', step: 's', reason: 'because' });
  const second = await audit.list({ limit: 2, cursor: first.next ?? '' });
  expect(second.rows.map((row) => row.action)).toEqual(['act 0']);
  expect(second.next).toBeNull();
});

test('asking to audit nothing waits for nothing', async () => {
  const store = await kit.store();
  await store.journal.barrier(store.journal.audit([]));
  expect(store.journal.pending()).toBe(0);
});

test('an untouched trail holds, over groups and over a restart', async () => {
  const dir = kit.dir();
  const store = await kit.store({ dir });
  await store.journal.barrier(store.journal.audit([entry(0), entry(1)]));
  await store.close();
  const again = await kit.store({ dir });
  await again.journal.barrier(again.journal.audit([entry(2)]));
  expect(await again.engine.checkAudit()).toMatchObject({ checked: 3, broken: null, fault: null });
});

test.each([
  ['a changed decision', "update audit set decision = 'allow' where id = 4", 4],
  ['a changed reason', "update audit set reason = '' where id = 7", 7],
  ['a removed record', 'delete from audit where id = 5', 6],
  ['a removed first record', 'delete from audit where id = 1', 2],
  [
    'two records that changed places',
    'update audit set id = case id when 2 then -3 else -2 end where id in (2, 3); update audit set id = -id where id < 0',
    2,
  ],
  [
    'an inserted record',
    "insert into audit (at, workspace, actor, action, object, decision, chain) values (1, 'default', 'a', 'b', 'c', 'allow', x'00')",
    11,
  ],
])('%s is found (OPS-03)', async (_name, tampering, broken) => {
  const { store, database } = await filled();
  expect(await store.engine.checkAudit()).toMatchObject({ checked: 10, broken: null, fault: null });
  database.exec(tampering);
  database.close();
  expect((await store.engine.checkAudit()).broken).toBe(broken);
});

test.each([
  ['the last record', 'delete from audit where id = 10'],
  ['the last three records', 'delete from audit where id > 7'],
  ['every record', 'delete from audit'],
])('OPS-03 %s cut off at the end is missed', async (_name, tampering) => {
  const { store, database } = await filled();
  database.exec(tampering);
  database.close();
  expect(await store.engine.checkAudit()).toMatchObject({ broken: null, fault: 'end' });
});

test('OPS-03 what is written after records were cut off does not cover the gap', async () => {
  const { store, database } = await filled();
  database.exec('delete from audit where id > 8');
  await store.journal.barrier(store.journal.audit([entry(11)]));
  database.close();
  expect(await store.engine.checkAudit()).toMatchObject({ checked: 8, broken: 9, fault: 'record' });
});

test.each([
  ['count and chain', 'update audit_head set count = 8, chain = (select chain from audit where id = 8)'],
  ['the head', 'delete from audit_head'],
  ['the seal', "update audit_head set seal = x'00'"],
])('OPS-03 a trail cut off with %s changed to fit is found, for good', async (_name, tampering) => {
  const { store, database } = await filled();
  database.exec(`delete from audit where id > 8; ${tampering}`);
  expect((await store.engine.checkAudit()).fault).toBe('head');
  await store.journal.barrier(store.journal.audit([entry(11), entry(12)]));
  expect((await store.engine.checkAudit()).fault).not.toBeNull();
  await store.close();
  const again = await kit.store({ dir: path(database) });
  await again.journal.barrier(again.journal.audit([entry(13)]));
  expect((await again.engine.checkAudit()).fault).not.toBeNull();
  database.close();
});

test('OPS-03 an older copy put back whole is found by a head that was kept elsewhere', async () => {
  const { store, database } = await filled();
  const rows = database.prepare('select * from audit_head').get();
  const early = (await store.engine.checkAudit()).head;
  expect(early).toMatch(/^10:[0-9a-f]{64}$/);
  await store.journal.barrier(store.journal.audit([entry(11)]));
  const late = (await store.engine.checkAudit()).head;
  expect(await store.engine.checkAudit(early)).toMatchObject({ fault: null, checked: 11 });
  database.prepare('delete from audit where id = 11').run();
  database
    .prepare('update audit_head set count = ?, chain = ?, seal = ?')
    .run(rows?.['count'] ?? 0, rows?.['chain'] ?? null, rows?.['seal'] ?? null);
  database.close();
  expect(await store.engine.checkAudit()).toMatchObject({ fault: null, checked: 10 });
  expect(await store.engine.checkAudit(early)).toMatchObject({ fault: null });
  expect(await store.engine.checkAudit(late)).toMatchObject({ fault: 'end' });
});

test('OPS-03 what another process writes into the trail belongs to the same chain', async () => {
  const dir = kit.dir();
  const server = await kit.store({ dir });
  const beside = await kit.store({ dir });
  for (let i = 0; i < 4; i += 1) {
    await server.journal.barrier(server.journal.audit([entry(2 * i)]));
    await beside.journal.barrier(beside.journal.audit([entry(2 * i + 1)]));
  }
  expect(await server.engine.checkAudit()).toMatchObject({ checked: 8, fault: null });
});

test('every record can be read from the first on, in every workspace', async () => {
  const store = await kit.store();
  await store.journal.barrier(
    store.journal.audit(Array.from({ length: 2500 }, (_, i) => entry(i, { workspace: i % 2 === 0 ? 'default' : '*' }))),
  );
  const actions: string[] = [];
  for await (const records of store.engine.auditRecords()) actions.push(...records.map((one) => one.action));
  expect(actions).toEqual(Array.from({ length: 2500 }, (_, i) => `act ${i}`));
});

test('a search finds what fits all that is given, signs of patterns stand for themselves, and a page goes on where it ended', async () => {
  const store = await kit.store();
  const said = [
    entry(0, { actor: 'u_ada', action: 'grant.given', object: 'flow_a say * net: GET Api.Example.com:443' }),
    entry(1, { actor: 'u_bob', action: 'grant.taken', object: 'flow_b say * secret: use 100%_sure' }),
    entry(2, { actor: 'u_ada', action: 'granted', object: 'flow_c', run: 'run_1' }),
  ];
  await store.journal.barrier(store.journal.audit(said));
  const { audit } = store.in('default');
  const found = async (q: Parameters<typeof audit.list>[0]) => (await audit.list(q)).rows.map((row) => row.action);
  expect(await found({ limit: 9, action: 'grant.' })).toEqual(['grant.taken', 'grant.given']);
  expect(await found({ limit: 9, actor: 'u_ada', action: 'grant.' })).toEqual(['grant.given']);
  expect(await found({ limit: 9, about: 'api.example' })).toEqual(['grant.given']);
  expect(await found({ limit: 9, about: '0%_s' })).toEqual(['grant.taken']);
  expect(await found({ limit: 9, about: '%' })).toEqual(['grant.taken']);
  expect(await found({ limit: 9, decision: 'deny' })).toEqual(['grant.taken']);
  expect(await found({ limit: 9, run: 'run_1' })).toEqual(['granted']);
  expect(await found({ limit: 9, since: NOW - 1 })).toEqual(['grant.taken', 'grant.given']);
  expect(await found({ limit: 9, until: NOW - 1 })).toEqual(['granted', 'grant.taken']);
  const first = await audit.list({ limit: 1, action: 'grant.' });
  expect((await audit.list({ limit: 1, action: 'grant.', cursor: first.next ?? '' })).rows[0]?.action).toBe(
    'grant.given',
  );
});

test('a search goes through so many records and no more, and says where to go on', async () => {
  const dir = kit.dir();
  const store = await kit.store({ dir });
  await store.journal.barrier(store.journal.audit([entry(0, { action: 'old.one' }), entry(2)]));
  const database = new DatabaseSync(join(dir, DATABASE));
  // Far apart, as when other workspaces wrote in between.
  database.exec('update audit set id = 90000 where id = 2');
  const { audit } = store.in('default');
  const first = await audit.list({ limit: 9, action: 'old.one' });
  expect(first.rows).toEqual([]);
  expect(first.next).not.toBeNull();
  const second = await audit.list({ limit: 9, action: 'old.one', cursor: first.next ?? '' });
  expect(second.rows.map((row) => row.action)).toEqual(['old.one']);
  expect(second.next).toBeNull();
  expect((await audit.list({ limit: 9, action: 'old.one', since: NOW + 1 })).next).toBeNull();
  database.close();
});
