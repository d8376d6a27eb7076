/**
 * Where the bench works: a folder of its own in the checkout, on the disk that would hold the data. Not the system's
 * temporary folder, which is memory on many machines and makes a durable write look free.
 */

import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type Ground = {
  readonly root: string;
  /** Removed when the bench ends. */
  readonly dir: string;
  /** What children see of the environment: the path, a home inside `dir`, and no setting of the person who runs this. */
  readonly env: NodeJS.ProcessEnv;
};

/** Magic numbers of file systems that keep nothing on a disk: tmpfs, ramfs. */
const MEMORY = new Set([0x01021994, 0x858458f6]);

export const openGround = (): Ground => {
  const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
  const parent = join(root, 'bench', '.tmp');
  mkdirSync(parent, { recursive: true });
  const dir = mkdtempSync(join(parent, 'run-'));
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
  if (MEMORY.has(statfsSync(dir).type))
    throw new Error('the checkout lies in memory, where a durable write costs nothing: put it on a disk');
  return { root, dir, env: { PATH: process.env['PATH'], HOME: dir, NODE_ENV: 'production' } };
};
