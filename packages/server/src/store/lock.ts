/**
 * The lock that keeps a second server out of a folder, and not the command line: a file of its own held in an exclusive
 * SQLite transaction. The kernel frees it when the process dies, however it dies, so no stale lock is ever left.
 *
 * L1 Whoever changes the schema holds this lock: nobody migrates under a running server.
 */

import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Result, bad, good, problem } from '@headgate/core';
import { makeFolder } from './files/folder.ts';

export type Lock = { readonly release: () => void };

/** Folders locked by this process: opening the store here then knows that it may change the schema. */
const held = new Set<string>();

/** True when this process holds the server's lock of the folder. */
export const holdsLock = (dir: string): boolean => held.has(realpathSync(dir));

/** Takes a lock file exclusively, at once or not at all; null when somebody else has it. */
export const takeFile = (path: string, mode: 'exclusive' | 'shared'): Lock | null => {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    if (mode === 'exclusive') database.exec('begin exclusive');
    else {
      // Reading inside a transaction takes the shared lock and keeps it until the transaction ends.
      database.exec('begin');
      database.prepare('select count(*) from sqlite_schema').get();
    }
  } catch {
    database.close();
    return null;
  }
  return { release: () => database.close() };
};

const whoHas = (path: string): string => {
  try {
    const pid = readFileSync(path, 'utf8').trim();
    return /^\d+$/.test(pid) ? ` (process ${pid})` : '';
  } catch {
    return '';
  }
};

/**
 * Locks the folder for a server; makes the folder (0700) when it is missing. Problem `store.locked`: another server has it.
 */
export const lockServer = (dir: string): Result<Lock> => {
  makeFolder(dir);
  const name = realpathSync(dir);
  const pid = join(dir, 'server.pid');
  const lock = held.has(name) ? null : takeFile(join(dir, 'server.lock'), 'exclusive');
  if (lock === null) {
    return bad(
      problem('store.locked', `Another server${whoHas(pid)} uses the folder ${dir}`, {
        fix: 'Stop it first, or give this server a folder of its own (HEADGATE_CONFIG_DIR)',
      }),
    );
  }
  held.add(name);
  writeFileSync(pid, `${process.pid}\n`);
  return good({
    release: () => {
      if (held.delete(name)) lock.release();
    },
  });
};
