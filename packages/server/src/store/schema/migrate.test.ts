import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, test } from 'vitest';
import { StoreRefused, tryOpenStore } from '../open.ts';
import { lockServer } from '../lock.ts';
import { KEY, kitIn, NOW, openRow, runRow, runWrite, writeAll } from '../testing/kit.ts';
import { opener } from '../vault-open/opener.ts';
import { keyring } from '../vault-seal/keyring.ts';
import { DATABASE, migrate, schemaOf } from './migrate.ts';
import { NEWEST } from './migrations/list.ts';
import { boundOf } from '../vault-seal/secrets.ts';

const kit = kitIn(tmpdir());
afterEach(kit.clean);

const inside = <T>(dir: string, look: (database: DatabaseSync) => T): T => {
  const database = new DatabaseSync(join(dir, DATABASE));
  try {
    return look(database);
  } finally {
    database.close();
  }
};

/** A folder with a database as release 0.1 left it: schema 1, waiting runs in it, sealed with the kit's key. */
const oldFolder = (): string => {
  const dir = kit.dir();
  inside(dir, (database) => database.exec(readFileSync(new URL('./testing/schema-1.sql', import.meta.url), 'utf8')));
  return dir;
};

test('a new folder gets the newest schema and a default workspace with a default project', async () => {
  const store = await kit.store();
  expect(await store.workspaces.list()).toEqual([{ id: 'default', name: 'Default', created: 0 }]);
  expect(await store.in('default').projects.list()).toEqual([{ id: 'default', name: 'Default', created: 0 }]);
});

test('every schema that is named can be reached from an empty folder', async () => {
  for (let schema = 1; schema <= NEWEST; schema += 1) {
    const dir = kit.dir();
    expect(await migrate(dir, schema)).toEqual({ ok: true, value: { from: 0, to: schema } });
    expect(inside(dir, (database) => schemaOf(database))).toEqual({ ok: true, value: schema });
  }
});

test('a database of schema 1 is upgraded with its waiting runs, whose journals still open', async () => {
  const dir = oldFolder();
  expect(inside(dir, (database) => schemaOf(database))).toEqual({ ok: true, value: 1 });
  const store = await kit.store({ dir });
  expect(inside(dir, (database) => schemaOf(database))).toEqual({ ok: true, value: NEWEST });
  const waiting = await store.engine.unfinished('', 10);
  expect(waiting.map((run) => [run.id, run.state])).toEqual([
    ['run_waiting_a', 'waiting'],
    ['run_waiting_b', 'queued'],
  ]);
  const [chunk] = await store.in('default').runs.chunks('run_waiting_a', 0, 10);
  const events =
    chunk === undefined ? null : opener(keyring(KEY)).openChunk('default', 'run_waiting_a', 1, chunk.sealed);
  expect(events).toEqual({ ok: true, value: '[{"seq":1,"text":"written by schema 1"}]' });
  await writeAll(store, [runWrite(runRow('run_waiting_a', { seq: 2 }), 'finished after the upgrade')]);
  expect(await store.engine.unfinished('', 10)).toHaveLength(1);
});

/** A folder with schema 2, with secrets, records of the audit trail, and runs that wait. */
const folderOf2 = (): string => {
  const dir = kit.dir();
  inside(dir, (database) => database.exec(readFileSync(new URL('./testing/schema-2.sql', import.meta.url), 'utf8')));
  return dir;
};

test.each([2, 3])(
  'a database of schema %i is upgraded with its secrets, which still open, its waiting runs, keys, webhooks and trail',
  async (schema) => {
    const dir = folderOf2();
    await migrate(dir, schema);
    const store = await kit.store({ dir });
    const open = opener(keyring(KEY));
    const { secrets, flows, runs } = store.in('default');
    expect(await secrets.list('default')).toMatchObject([
      { name: 'github', kind: 'plain', version: 1 },
      { name: 'stripe', kind: 'plain', version: 2 },
    ]);
    for (const [name, value] of [
      ['github', 'kept by schema 2'],
      ['stripe', 'second value of schema 2'],
    ] as const) {
      const kept = await secrets.sealed('default', name, 'default');
      expect(kept && open.openSecret('default', kept.id, kept.version, kept.sealed)).toEqual({ ok: true, value });
    }
    expect((await store.engine.unfinished('', 10)).map((run) => run.id)).toEqual(['run_waiting_a', 'run_waiting_b']);
    const [chunk] = await runs.chunks('run_waiting_a', 0, 10);
    expect(chunk && open.openChunk('default', 'run_waiting_a', 1, chunk.sealed).ok).toBe(true);
    expect(await store.keyByHash(store.credentials.hashKey(`hg_${'a'.repeat(43)}`))).toMatchObject({ id: 'key_one' });
    const [hook] = await flows.hooks('flow_one');
    expect(await store.engine.hookByToken(hook?.token ?? '')).toMatchObject({ flow: 'flow_one', trigger: 'hook' });
    expect(await store.engine.checkAudit()).toMatchObject({ checked: 3, fault: null });
    await writeAll(store, [
      runWrite(runRow('run_waiting_a', { owner: 'key_one', seq: 2 }), 'finished after the upgrade'),
    ]);
  },
);

test('AZ-08 calls lent by a name are kept by the id of the one flow that had it, and by the name where several had it', async () => {
  const dir = folderOf2();
  await migrate(dir, 4);
  inside(dir, (database) => {
    const flow = database.prepare(
      "insert into flow select ?, ?, workspace, project, owner, ?, revision, draft, draft_hash, version, enabled, created, updated from flow where id = 'flow_one'",
    );
    for (const [n, [id, name]] of [
      ['flow_two', 'Two'],
      ['flow_a', 'Same'],
      ['flow_b', 'Same'],
    ].entries())
      flow.run(100 + n, id ?? '', name ?? '');
    const grant = database.prepare(
      "insert into power_grant (id, workspace, flow, step, power, environment, grantor, as_caller, created) values (?, 'default', 'flow_one', '*', ?, '*', 'key_one', 0, 1)",
    );
    for (const to of ['Two', 'Same', 'Nobody', 'flow_a', '*']) grant.run(`to ${to}`, `flow: call ${to}`);
  });
  const { grants } = (await kit.store({ dir })).in('default');
  const calls = (await grants.list('flow_one')).filter(({ power }) => power.startsWith('flow:'));
  expect(calls.map(({ power, kind }) => [power, kind])).toEqual([
    ['flow: call flow_two', null],
    ['flow: call Same', null],
    ['flow: call Nobody', null],
    ['flow: call flow_a', null],
    ['flow: call *', null],
  ]);
});

test('a wrong key upgrades nothing, and the right one still does', async () => {
  const dir = folderOf2();
  const opened = await tryOpenStore({ dir, key: Uint8Array.from(KEY, (byte) => byte ^ 1), clock: () => NOW });
  expect(opened.ok ? 'opened' : opened.problem.code).toBe('key.wrong');
  expect(inside(dir, (database) => schemaOf(database))).toEqual({ ok: true, value: 2 });
  expect(await (await kit.store({ dir })).engine.checkAudit()).toMatchObject({ checked: 3, fault: null });
});

test('steps back, schema 3 has the secrets it knows; forward again, the credentials it does not know are back', async () => {
  const dir = folderOf2();
  const before = await kit.store({ dir });
  const mail = { project: 'default', name: 'mail', origins: ['https://mail.example'], owner: 'key_one', at: NOW };
  await before.in('default').secrets.put({ ...mail, kind: 'bearer', value: '{"kind":"bearer","token":"x"}' });
  await before.close();
  expect(await migrate(dir, 3)).toEqual({ ok: true, value: { from: NEWEST, to: 3 } });
  inside(dir, (database) => {
    const names = database.prepare('select name from secret order by name').all();
    expect(names.map((row) => row['name'])).toEqual(['github', 'stripe']);
    expect(database.prepare('select count(*) as n from audit').get()?.['n']).toBe(3);
    expect(
      database.prepare("select 1 from sqlite_schema where name in ('key_ring', 'audit_head')").get(),
    ).toBeUndefined();
  });
  const again = await kit.store({ dir });
  const kept = await again.in('default').secrets.sealed('default', 'mail', 'default');
  const opened =
    kept && opener(keyring(KEY)).openSecret('default', kept.id, 1, kept.sealed, boundOf(kept.kind, kept.origins, '*'));
  expect(opened).toEqual({ ok: true, value: '{"kind":"bearer","token":"x"}' });
  expect((await again.engine.unfinished('', 10)).length).toBe(2);
  expect(await again.engine.checkAudit()).toMatchObject({ fault: null });
});

test('a blob of schema 1 goes with its run after the upgrade, as it did before', async () => {
  const dir = oldFolder();
  const store = await kit.store({ dir });
  const uses = inside(dir, (database) => database.prepare('select blob, run from blob_use').all());
  expect(uses.map((row) => ({ ...row }))).toEqual([{ blob: 'blob_of_schema_1', run: 'run_done' }]);
  expect(await store.in('default').runs.remove('run_done')).toBe(true);
  expect(inside(dir, (database) => database.prepare('select id from blob').all())).toEqual([]);
});

test('going back to schema 1 keeps every run, and forward again keeps them too', async () => {
  const dir = kit.dir();
  const before = await kit.store({ dir });
  await writeAll(before, [
    runWrite(runRow('run_maker'), 'x', { blobs: [{ id: 'blob_shared', bytes: new Uint8Array(9) }] }),
    runWrite(openRow('run_user'), 'x', { uses: ['blob_shared'] }),
  ]);
  expect(await before.in('default').runs.remove('run_maker')).toBe(true);
  await before.close();

  expect(await migrate(dir, 1)).toEqual({ ok: true, value: { from: NEWEST, to: 1 } });
  const old = inside(dir, (database) => ({
    schema: schemaOf(database),
    runs: database
      .prepare('select id, state from run')
      .all()
      .map((row) => ({ ...row })),
    blobs: database
      .prepare('select id, run from blob')
      .all()
      .map((row) => ({ ...row })),
    journal: database.prepare('select count(*) as n from journal').get()?.['n'],
  }));
  expect(old).toEqual({
    schema: { ok: true, value: 1 },
    runs: [{ id: 'run_user', state: 'waiting' }],
    blobs: [{ id: 'blob_shared', run: 'run_user' }],
    journal: 1,
  });

  const again = await kit.store({ dir });
  expect((await again.engine.unfinished('', 10)).map((run) => run.id)).toEqual(['run_user']);
});

test('there is no way back beyond the first schema, nor forward beyond the newest', async () => {
  const dir = kit.dir();
  for (const schema of [0, -1, 1.5, NEWEST + 1]) {
    const done = await migrate(dir, schema);
    expect(done.ok ? 'done' : done.problem.code).toBe('store.no_way_back');
  }
});

test('a database of a newer release is refused untouched, with what to do', async () => {
  const dir = kit.dir();
  await migrate(dir);
  inside(dir, (database) => database.exec("insert into kysely_migration (name, timestamp) values ('0099-later', '')"));
  const opened = await tryOpenStore({ dir, key: KEY, clock: () => NOW });
  expect(opened.ok ? 'opened' : opened.problem.code).toBe('store.newer');
  await expect(kit.store({ dir })).rejects.toThrow(StoreRefused);
  const back = await migrate(dir, 1);
  expect(back.ok ? 'done' : back.problem.code).toBe('store.newer');
});

test('a migration that fails half way leaves the schema before it', async () => {
  const dir = oldFolder();
  inside(dir, (database) => database.exec('create table blob_use (in_the_way text)'));
  await expect(migrate(dir)).rejects.toThrow('blob_use');
  inside(dir, (database) => {
    expect(schemaOf(database)).toEqual({ ok: true, value: 1 });
    expect(database.prepare("select name from sqlite_schema where name = 'blob_run'").get()).toBeDefined();
  });
});

test('nobody changes the schema under a server that runs, but the server itself may', async () => {
  const dir = oldFolder();
  const lock = lockServer(dir);
  expect((await migrate(dir)).ok).toBe(true);
  if (lock.ok) lock.value.release();
});

test('tenant columns are NOT NULL from the first schema on', async () => {
  const dir = kit.dir();
  await migrate(dir, 1);
  const found = inside(dir, (database) =>
    database
      .prepare(
        `select t.name as tbl, c.name as col, c."notnull" as required, c.pk from sqlite_schema t join pragma_table_info(t.name) c
         where t.type = 'table' and c.name in ('workspace', 'project', 'owner', 'environment')`,
      )
      .all(),
  );
  expect(found.length).toBeGreaterThan(15);
  expect(found.filter((row) => row['required'] !== 1)).toEqual([]);
});

test('a store opened for reading neither makes nor upgrades a database', async () => {
  const dir = oldFolder();
  const old = await tryOpenStore({ dir, key: KEY, clock: () => NOW, readOnly: true });
  expect(old.ok ? 'opened' : old.problem.code).toBe('store.older');
  const none = await tryOpenStore({ dir: kit.dir(), key: KEY, clock: () => NOW, readOnly: true });
  expect(none.ok ? 'opened' : none.problem.code).toBe('store.older');
});

test('a file that is no database, or a damaged one, is a Problem that says so', async () => {
  for (const damage of [
    'no database at all, just text that is longer than a header of SQLite would be, and then some more of it',
    null,
  ]) {
    const dir = kit.dir();
    await migrate(dir);
    if (damage === null) {
      const bytes = readFileSync(join(dir, DATABASE));
      bytes.fill(0x5a, 100, 4096);
      writeFileSync(join(dir, DATABASE), bytes);
    } else writeFileSync(join(dir, DATABASE), damage);
    const opened = await tryOpenStore({ dir, key: KEY, clock: () => NOW });
    expect(opened.ok ? 'opened' : opened.problem.code).toBe('store.damaged');
  }
});

test('a weak key opens nothing', async () => {
  const opened = await tryOpenStore({ dir: kit.dir(), key: new Uint8Array(32), clock: () => NOW });
  expect(opened.ok ? 'opened' : opened.problem.code).toBe('key.weak');
});
