/**
 * Watches the disk that the state lies on. A server that fills its disk loses more than what comes next: runs under way
 * cannot write their journal any more. So the last of it is kept for them, and no run begins that nobody has begun.
 *
 * DK1 Who asks whether there is room reads what the last look found: nothing is measured for a run.
 * DK2 A look that fails, or a file system that does not say how large it is, changes nothing of what was known.
 */

import { statfs } from 'node:fs/promises';
import { type Problem, problem } from '@headgate/core';
import { type DiskFloor, floorOf, sizeText } from './disk-floor.ts';

/** Milliseconds between two looks. */
const EVERY = 1_000;
/** What is told to who was refused: it may have been mended by then. */
const AGAIN = 30_000;

type Options = {
  readonly dir: string;
  readonly floor: DiskFloor;
  readonly log: (level: 'info' | 'warn' | 'error', text: string, data: Record<string, unknown>) => void;
};

export type DiskWatch = {
  /** Why no run begins now; null: there is room. */
  readonly full: () => Problem | null;
  readonly close: () => void;
};

/** Looks once, and from then on every second until it is closed. */
export const watchDisk = async ({ dir, floor, log }: Options): Promise<DiskWatch> => {
  let found: Problem | null = null;
  let blind = false;

  const look = async (): Promise<void> => {
    try {
      const { bavail, blocks, bsize } = await statfs(dir);
      blind = false;
      if (blocks === 0) return;
      const free = bavail * bsize;
      const least = floorOf(floor, blocks * bsize);
      const was = found;
      found = free < least ? shortage(free, least) : null;
      if (was === null && found !== null) log('error', `${found.text}: no new run begins`, { free, floor: least });
      if (was !== null && found === null)
        log('info', 'the disk has room again: new runs begin', { free, floor: least });
    } catch (error) {
      if (!blind) log('warn', 'how full the disk is could not be seen', { error: String(error) });
      blind = true;
    }
  };

  await look();
  let looking = false;
  const timer = setInterval(() => {
    // On a file system that hangs, looks do not pile up.
    if (looking) return;
    looking = true;
    void look().finally(() => (looking = false));
  }, EVERY);
  timer.unref();
  return { full: () => found, close: () => clearInterval(timer) };
};

const shortage = (free: number, floor: number): Problem =>
  problem(
    'disk.full',
    `The disk of this server is nearly full (${sizeText(free)} free, ${sizeText(floor)} kept for runs under way)`,
    {
      retry: 'after',
      retryAfter: AGAIN,
      fix: 'Make room on the disk: runs are taken again at once. HEADGATE_KEEP_DAYS says how long finished ones stay, HEADGATE_DISK_FLOOR how much is kept.',
    },
  );
