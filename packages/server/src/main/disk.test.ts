import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type DiskWatch, watchDisk } from './disk.ts';
import type { DiskFloor } from './disk-floor.ts';

const dir = mkdtempSync(join(tmpdir(), 'headgate-disk-'));
const open: DiskWatch[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

const watched = async (floor: DiskFloor, at = dir): Promise<{ watch: DiskWatch; lines: string[] }> => {
  const lines: string[] = [];
  const watch = await watchDisk({ dir: at, floor, log: (level, text) => void lines.push(`${level} ${text}`) });
  open.push(watch);
  return { watch, lines };
};

test('DOS-09 with more to keep than there is nothing begins from the first moment: it says how much is free, how much is kept, and what to do', async () => {
  const { watch, lines } = await watched({ bytes: 1024 ** 5, share: 1 });
  expect(watch.full()).toMatchObject({
    code: 'disk.full',
    text: expect.stringMatching(/\(\d+(\.\d)? [MG]B free, 1048576\.0 GB kept for runs under way\)$/),
    fix: expect.stringContaining('HEADGATE_DISK_FLOOR'),
    retry: 'after',
    retryAfter: 30_000,
  });
  expect(lines).toEqual([
    expect.stringMatching(/^error The disk of this server is nearly full .*: no new run begins$/),
  ]);
});

test('with room, and with no floor at all, nothing is refused and nothing is said', async () => {
  for (const floor of [
    { bytes: 1, share: 1 },
    { bytes: 0, share: 0 },
  ]) {
    const { watch, lines } = await watched(floor);
    expect([watch.full(), lines]).toEqual([null, []]);
  }
});

test('DK2 a disk that cannot be looked at stops nobody, and is told of once', async () => {
  const { watch, lines } = await watched({ bytes: 1024 ** 5, share: 1 }, join(dir, 'nowhere'));
  await new Promise((resolve) => setTimeout(resolve, 2_200));
  expect(watch.full()).toBeNull();
  expect(lines).toEqual(['warn how full the disk is could not be seen']);
});

test('what was known of a disk stays known when it cannot be looked at any more', async () => {
  const own = mkdtempSync(join(tmpdir(), 'headgate-disk-'));
  const { watch, lines } = await watched({ bytes: 1024 ** 5, share: 1 }, own);
  rmSync(own, { recursive: true });
  await expect.poll(() => lines.at(-1), { timeout: 5_000 }).toBe('warn how full the disk is could not be seen');
  expect(watch.full()).toMatchObject({ code: 'disk.full' });
});
