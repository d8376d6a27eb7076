/** A backup taken by another process than the one that writes, as the command line takes it beside a running server. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { restore } from '../../../packages/server/src/store/files/restore.ts';
import { openStore } from '../../../packages/server/src/store/open.ts';
import { KEY } from '../../../packages/server/src/store/testing/kit.ts';
import { startChild } from './kit.ts';

const dirs: string[] = [];
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

test('a backup taken beside a server under load ends and holds every run acknowledged before it began', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'headgate-backup-'));
  dirs.push(dir);
  const server = startChild('untilKilled', join(dir, 'state'), 1);
  await server.line('ack run_1_3_9 3');
  const beside = await openStore({ dir: join(dir, 'state'), key: KEY, clock: () => 0, readOnly: true });
  const before = server.lines.filter((line) => line.endsWith(' 3')).map((line) => line.split(' ')[1] ?? '');
  const done = await beside.backup(join(dir, 'copy'));
  expect(done).toMatchObject({ ok: true, value: { blobs: 0 } });
  await beside.close();
  const during = server.lines.length;
  // It went on writing meanwhile and goes on now.
  for (let waited = 0; server.lines.length === during && waited < 10_000; waited += 10) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(server.lines.length).toBeGreaterThan(during);
  server.process.kill('SIGKILL');
  await server.ended;

  expect((await restore(join(dir, 'copy'), join(dir, 'restored'))).ok).toBe(true);
  const copy = await openStore({ dir: join(dir, 'restored'), key: KEY, clock: () => 0 });
  const missing: string[] = [];
  for (const id of before) if ((await copy.in('default').runs.get(id))?.state !== 'done') missing.push(id);
  expect(before.length).toBeGreaterThan(100);
  expect(missing).toEqual([]);
  await copy.close();
}, 60_000);
