/**
 * A kill cannot prove an fsync, since the kernel keeps what was written. A trace of system calls can: no answer leaves
 * before the fsync that covers it has returned. strace is one of the packages that `npm test` sees to.
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { CHILD, SOURCES, watch } from './kit.ts';
import { judge } from './trace.ts';

const dirs: string[] = [];
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

const ANSWERS = 12;

const traced = async (way: string): Promise<string> => {
  const dir = mkdtempSync(join(tmpdir(), 'headgate-trace-'));
  dirs.push(dir);
  const out = join(dir, 'trace');
  const calls = 'trace=openat,close,write,pwrite64,fsync,fdatasync,?rename,?renameat,?renameat2';
  const child = watch('strace', [
    '-f',
    '-s',
    '200',
    '-e',
    calls,
    '-o',
    out,
    process.execPath,
    ...SOURCES,
    CHILD,
    way,
    join(dir, 'store'),
    String(ANSWERS),
  ]);
  expect([await child.ended, child.errors()]).toEqual([0, '']);
  return readFileSync(out, 'utf8');
};

test('no answer leaves before the fsync that covers it, blobs and their folders included', async () => {
  const { answers, syncs, faults } = judge(await traced('oneByOne'));
  expect(faults).toEqual([]);
  expect(answers).toBe(ANSWERS);
  expect(syncs).toBeGreaterThanOrEqual(ANSWERS);
}, 60_000);

test('with synchronous off the same check finds every answer to have left too early', async () => {
  const { answers, faults } = judge(await traced('withoutFsync'));
  expect(answers).toBe(ANSWERS);
  expect(faults).toHaveLength(ANSWERS);
  expect(faults[0]).toContain('-wal');
}, 60_000);

const WAL = '7 openat(AT_FDCWD, "/d/x.db-wal", O_RDWR) = 20';
const BLOB = '7 openat(AT_FDCWD, "/d/blobs/aa/b.part", O_RDWR) = 21';
const ACK = '8 write(1, "ack run_1\\n", 10) = 10';

test.each([
  ['an answer after the sync', [WAL, '7 pwrite64(20, "…", 9, 0) = 9', '7 fdatasync(20) = 0', ACK], 0],
  ['an answer before the sync', [WAL, '7 pwrite64(20, "…", 9, 0) = 9', ACK, '7 fdatasync(20) = 0'], 1],
  [
    'an answer while the sync is under way',
    [WAL, '7 pwrite64(20, "…", 9, 0) = 9', '7 fdatasync(20 <unfinished ...>', ACK, '7 <... fdatasync resumed>) = 0'],
    1,
  ],
  [
    'a sync that failed',
    [WAL, '7 pwrite64(20, "…", 9, 0) = 9', '7 fdatasync(20) = -1 EIO (Input/output error)', ACK],
    1,
  ],
  ['a blob that was not synced', [BLOB, '7 write(21, "…", 9) = 9', ACK], 1],
  [
    'a blob whose folder was not synced',
    [BLOB, '7 write(21, "…", 9) = 9', '7 fsync(21) = 0', '7 rename("/d/blobs/aa/b.part", "/d/blobs/aa/b") = 0', ACK],
    1,
  ],
  [
    'a blob whose folder was synced',
    [
      BLOB,
      '7 write(21, "…", 9) = 9',
      '7 fsync(21) = 0',
      '7 rename("/d/blobs/aa/b.part", "/d/blobs/aa/b") = 0',
      '7 openat(AT_FDCWD, "/d/blobs/aa", O_RDONLY) = 22',
      '7 fsync(22) = 0',
      ACK,
    ],
    0,
  ],
])('the check of the trace tells %s', (_name, lines, faults) => {
  const verdict = judge(lines.join('\n'));
  expect(verdict.answers).toBe(1);
  expect(verdict.faults).toHaveLength(faults);
});
