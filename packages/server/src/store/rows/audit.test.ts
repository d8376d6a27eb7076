import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  expect(await again.engine.checkAudit()).toEqual({ checked: 3, broken: null });
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
  expect(await store.engine.checkAudit()).toEqual({ checked: 10, broken: null });
  database.exec(tampering);
  database.close();
  expect((await store.engine.checkAudit()).broken).toBe(broken);
});
