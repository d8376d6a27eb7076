/**
 * SBX-07: where the server is root, what runs code is not: each process has a user of its own, with no group and nothing
 * that is its. Where that user could not read what a runner needs, the lock stands without it.
 */

import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type Jail, openJail } from './jail.ts';
import { Runner } from './runner.ts';
import { runs } from './testing/jobs.ts';

/** Another user can only be had by root, and where the folders down to the sources and to Node let others through. */
const passable = (path: string): boolean =>
  path === dirname(path) || ((statSync(dirname(path)).mode & 1) === 1 && passable(dirname(path)));
const ABLE = process.getuid?.() === 0 && passable(import.meta.filename) && passable(process.execPath);
let jail: Jail | null = null;
afterEach(async () => {
  await jail?.close();
  jail = null;
});

const line = (pid: number, name: string): readonly string[] =>
  (new RegExp(`^${name}:(.*)$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? '')
    .trim()
    .split(/\s+/);

test('SBX-07: a runner of a server that is root is another user, each its own; of another server it is the same', async () => {
  jail = openJail();
  expect(await runs(jail, '() => 1', { domain: 'one' })).toBe(1);
  expect(await runs(jail, '() => 2', { domain: 'two' })).toBe(2);
  const pids = jail
    .status()
    .runners.filter((runner) => runner.domain !== null)
    .map((runner) => runner.pid);
  expect(pids).toHaveLength(2);
  const users = pids.map((pid) => line(pid, 'Uid'));
  expect(jail.status().layers?.ownUser).toBe(ABLE);
  // Real, effective, saved, and of files: all four are the same, so there is no way back.
  for (const user of users) expect(new Set(user).size).toBe(1);
  const mine = String(process.getuid?.());
  if (ABLE) for (const user of users) expect(user).not.toContain('0');
  else for (const user of users) expect(user).toEqual([mine, mine, mine, mine]);
  expect(new Set(users.flat()).size).toBe(ABLE ? 2 : 1);
  if (ABLE)
    for (const pid of pids) {
      expect(line(pid, 'Gid')).toEqual(line(pid, 'Uid'));
      expect(line(pid, 'Groups')).toEqual(['']);
    }
});

test('where the packages lie in a folder that is closed to others, the rest of the lock holds, and it is told', async () => {
  const tmp = join(import.meta.dirname, '../../../../.tmp');
  mkdirSync(tmp, { recursive: true });
  const closed = mkdtempSync(join(tmp, 'closed-'));
  try {
    chmodSync(closed, 0o700);
    // As deep as it lies in the package, whose description it may read.
    writeFileSync(join(closed, 'package.json'), '{"type":"module"}');
    const child = join(closed, 'src', 'sandbox', 'child');
    cpSync(join(import.meta.dirname, 'child'), child, { recursive: true });
    const files = { launcher: join(child, 'launch.ts'), runner: join(child, 'runner.ts') };
    const up = await new Promise<Runner>((resolve, reject) => {
      const gone = (runner: Runner): void => reject(new Error(runner.errors));
      new Runner({ engine: 'v8', files, ready: resolve, gone });
    });
    const uid = String(process.getuid?.());
    expect(up.layers).toMatchObject({ ownUser: false, uid, filters: 2, noCapabilities: true, endsWithServer: true });
    expect(up.layers?.landlock).toBeGreaterThan(0);
    up.kill('closed');
  } finally {
    rmSync(closed, { recursive: true, force: true });
  }
});
