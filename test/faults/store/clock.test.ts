/** A clock that jumps, backwards and by years: orders, journals and blobs do not follow it. */

import { utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import { kitIn, NOW, openRow, runRow, runWrite, writeAll } from '../../../packages/server/src/store/testing/kit.ts';

const kit = kitIn(tmpdir());
afterEach(kit.clean);

const YEAR = 365 * 86_400_000;

test('runs keep the order they were written in, and all are there after a restart', async () => {
  const dir = kit.dir();
  const times = [NOW, NOW - 3 * YEAR, NOW + YEAR, 0, NOW - 1, 4 * NOW, NOW];
  let now = NOW;
  const store = await kit.store({ dir, clock: () => now });
  const ids: string[] = [];
  for (const [i, time] of times.entries()) {
    now = time;
    ids.push(`run_${i}`);
    await writeAll(store, [
      runWrite(openRow(`run_${i}`, { created: now, started: now }), 'x', {
        blobs: [{ id: `blob_number_${i}`, bytes: new Uint8Array(10) }],
      }),
    ]);
  }
  for (const one of [store, await kit.store({ dir, clock: () => 0 })]) {
    expect((await one.engine.unfinished('', 10)).map((row) => row.id)).toEqual(ids);
    expect((await one.in('default').runs.list({ limit: 10 })).rows.map((row) => row.id)).toEqual(ids.toReversed());
  }
});

test('a clock that jumps ahead while a blob is on its way does not make it litter', async () => {
  let now = NOW;
  const store = await kit.store({ clock: () => now });
  const streaming = store.blobs.sink('default', 'run_a');
  await streaming.write(new Uint8Array(100));
  const sink = store.blobs.sink('default', 'run_a');
  await sink.write(new Uint8Array(100));
  const { id } = await sink.end();
  utimesSync(store.blobs.path(id), NOW / 1000, NOW / 1000);
  now = NOW + 20 * YEAR;
  expect(await store.engine.collectLitter()).toBe(0);
  await writeAll(store, [runWrite(openRow('run_a'))]);
  expect(await store.engine.collectLitter()).toBe(0);
  expect((await streaming.end()).size).toBe(100);
});

test('retention under a clock that went back deletes nothing early, and nothing that is not over ever', async () => {
  let now = NOW;
  const store = await kit.store({ clock: () => now });
  await writeAll(store, [
    runWrite(runRow('run_done', { ended: NOW })),
    runWrite(openRow('run_open', { created: NOW - 9 * YEAR })),
  ]);
  now = NOW - YEAR;
  expect(await store.engine.sweep({ olderThan: now - 30 * 86_400_000, keepPerFlow: 100, limit: 100 })).toBe(0);
  now = NOW + 99 * YEAR;
  expect(await store.engine.sweep({ olderThan: now - 30 * 86_400_000, keepPerFlow: 0, limit: 100 })).toBe(1);
  expect((await store.in('default').runs.list({ limit: 10 })).rows.map((row) => row.id)).toEqual(['run_open']);
});
