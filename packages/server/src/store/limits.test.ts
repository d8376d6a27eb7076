import { tmpdir } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import { DAY } from '@headgate/core';
import { migrate } from './schema/migrate.ts';
import { NAMES } from './schema/migrations/list.ts';
import { kitIn, NOW, runRow, runWrite, writeAll } from './testing/kit.ts';

const kit = kitIn(tmpdir());
afterEach(kit.clean);

test('DOS-09 what was there before there were quotas is counted when the schema comes, as what comes after it is', async () => {
  const dir = kit.dir();
  const filled = await kit.store({ dir });
  await filled.workspaces.create({ id: 'w_two', name: 'Two', at: NOW });
  await writeAll(filled, [
    runWrite(runRow('r_1'), 'one'),
    runWrite(runRow('r_2', { created: NOW - DAY }), 'two'),
    runWrite(runRow('r_3', { workspace: 'w_two', flow: 'flow_two' }), 'three', {
      blobs: [{ id: 'blob_of_three', bytes: new Uint8Array(5_000) }],
    }),
  ]);
  const seen = async (of: typeof filled) =>
    Promise.all(['default', 'w_two'].map((workspace) => of.in(workspace).limits.usage(NOW)));
  const before = await seen(filled);
  expect(before.map(({ day }) => day.runs)).toEqual([1, 1]);
  expect(before[1]?.bytes).toBeGreaterThan(5_000);
  await filled.close();
  expect((await migrate(dir, NAMES.indexOf('0013-limits'))).ok).toBe(true);
  const again = await kit.store({ dir });
  expect(await seen(again)).toEqual(before);
  // Counted on from there, and told without asking the disk.
  await writeAll(again, [runWrite(runRow('r_4'), 'four')]);
  const [mine] = await seen(again);
  expect(mine?.day.runs).toBe(2);
  expect(again.engine.limits.bytes('default')).toBe(mine?.bytes);
  const counted = await again.engine.limits.counted(NOW);
  expect(counted.find((one) => one.workspace === 'default' && one.holder === 'flow_one')).toMatchObject({
    day: { runs: 2, tokens: 0, money: 0 },
  });
});

test('LM1 a quota that cannot be read lets nothing begin', async () => {
  const dir = kit.dir();
  const store = await kit.store({ dir });
  await store.in('default').limits.setQuota({ quota: { runs: { day: 9 } }, updated: NOW, by: 'key_a' });
  expect((await store.engine.limits.quotas()).get('default')).toEqual({ runs: { day: 9 } });
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(`${dir}/headgate.db`, { timeout: 5_000 });
  database.exec(`update workspace_quota set quota = '{"runs":{"week":9}}'`);
  database.close();
  expect((await store.engine.limits.quotas()).get('default')).toMatchObject({ runs: { day: 0 }, concurrent: 0 });
  expect(await store.in('w_never').limits.setQuota({ quota: {}, updated: NOW, by: 'x' })).toBe(false);
});
