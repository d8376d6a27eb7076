/**
 * A disk that takes no more: barriers reject, nothing acknowledged is lost, nothing is skipped, and writing goes on when
 * there is room again. Two ways to run out: a small file system in memory, in a mount namespace of its own (where the
 * machine permits one: root, or user namespaces), and a limit on the size of files, lifted from outside.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { CHILD, SOURCES, type Watched, watch } from './kit.ts';

const dirs: string[] = [];
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

const fresh = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'headgate-full-'));
  dirs.push(dir);
  return dir;
};

const child = (dir: string, ballast: number): string[] => [
  process.execPath,
  ...SOURCES,
  CHILD,
  'untilFull',
  join(dir, 'store'),
  String(ballast),
];

/** 8 MB in memory, 3 MB of it ballast that the child throws away when it is told that the disk is full. */
const tmpfs =
  (namespace: readonly string[]): (() => Watched) =>
  () => {
    const dir = fresh();
    const script = 'mount -t tmpfs -o size=8m tmpfs "$1" && shift && exec "$@"';
    return watch('unshare', [...namespace, 'sh', '-c', script, 'sh', dir, ...child(dir, 3_000_000)]);
  };

/** A soft limit of 4 MB a file; lifted when the child says that it is full. */
const limit = (): Watched => {
  const watched = watch('prlimit', ['--fsize=4194304:', ...child(fresh(), 0)]);
  void watched.line('full').then(
    () => spawnSync('prlimit', ['--pid', String(watched.process.pid), '--fsize=unlimited:']),
    () => undefined,
  );
  return watched;
};

const permitted = (args: readonly string[]): boolean =>
  spawnSync('unshare', [...args, 'sh', '-c', 'mount -t tmpfs tmpfs /mnt']).status === 0;
const namespace = [['--mount'], ['--user', '--map-root-user', '--mount']].find(permitted);

const ways: [string, () => Watched][] = [
  ['a limit on the size of files', limit],
  ...(namespace === undefined ? [] : [['a full file system', tmpfs(namespace)] satisfies [string, () => Watched]]),
];

test.each(ways)(
  '%s refuses, loses nothing, and is recovered from',
  async (_name, start) => {
    const watched = start();
    const line = await watched.line('found ');
    expect(await watched.ended).toBe(0);
    const found: unknown = JSON.parse(line.slice('found '.length));
    expect(found).toMatchObject({
      nextRefused: true,
      stateWhenFull: { ok: false, final: false, problem: { code: 'journal.unwritable', retry: 'yes' } },
      behind: 1,
      recovered: true,
      missing: [],
      newest: ['run_next', expect.stringMatching(/^run_\d+$/), expect.stringMatching(/^run_\d+$/)],
    });
    expect((found as { told: number }).told).toBeGreaterThan(50);
  },
  60_000,
);
