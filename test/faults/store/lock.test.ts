/** The lock keeps a second server out, and not the command line; it dies with the process that held it. */

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { lockServer } from '../../../packages/server/src/store/lock.ts';
import { openStore } from '../../../packages/server/src/store/open.ts';
import { migrate } from '../../../packages/server/src/store/schema/migrate.ts';
import { KEY } from '../../../packages/server/src/store/testing/kit.ts';
import { startChild } from './kit.ts';

const dirs: string[] = [];
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

const fresh = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'headgate-lock-'));
  dirs.push(dir);
  return join(dir, 'state');
};

const code = (result: ReturnType<typeof lockServer>): string => (result.ok ? 'locked' : result.problem.code);

test('a second server is kept out, and told which process is in its way', async () => {
  const dir = fresh();
  const first = startChild('hold', dir);
  await first.line('locked');
  const second = startChild('hold', dir);
  const said = await second.line('refused');
  expect(said).toContain(`store.locked Another server (process ${first.process.pid})`);
  expect(code(lockServer(dir))).toBe('store.locked');
  first.process.kill('SIGKILL');
  await first.ended;
  const third = lockServer(dir);
  expect(code(third)).toBe('locked');
  if (third.ok) third.value.release();
});

test('the same process cannot lock a folder twice, and can again after letting it go', () => {
  const dir = fresh();
  const first = lockServer(dir);
  expect(code(lockServer(dir))).toBe('store.locked');
  if (first.ok) first.value.release();
  if (first.ok) first.value.release();
  const second = lockServer(dir);
  expect(code(second)).toBe('locked');
  if (second.ok) second.value.release();
});

test('the folder it makes is its owner’s alone', () => {
  const dir = fresh();
  const lock = lockServer(dir);
  expect(statSync(dir).mode & 0o777).toBe(0o700);
  if (lock.ok) lock.value.release();
});

test('beside a running server a store of the same schema opens, and no schema is changed', async () => {
  const dir = fresh();
  expect((await migrate(dir, 1)).ok).toBe(true);
  const server = startChild('hold', dir);
  await server.line('locked');
  const upgrade = await migrate(dir);
  expect(upgrade.ok ? 'upgraded' : upgrade.problem.code).toBe('store.locked');
  server.process.kill('SIGKILL');
  await server.ended;
  expect((await migrate(dir)).ok).toBe(true);
  const again = startChild('hold', dir);
  await again.line('locked');
  const beside = await openStore({ dir, key: KEY, clock: () => 0 });
  expect(await beside.workspaces.list()).toHaveLength(1);
  await beside.close();
  again.process.kill('SIGKILL');
  await again.ended;
});

test('two processes that open a new folder at the same time both get it', async () => {
  const dir = fresh();
  const both = [startChild('oneByOne', dir, 0), startChild('oneByOne', dir, 0)];
  expect(await Promise.all(both.map((child) => child.ended))).toEqual([0, 0]);
});
