/** When the data was last copied, and where to: a small file in the folder of the instance, for `doctor --production`. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type LastBackup = { readonly at: number; readonly to: string };

const NAME = 'last-backup.json';

/** A copy that was made is not undone because this could not be written down. */
export const rememberBackup = (dir: string, backup: LastBackup): void => {
  try {
    writeFileSync(join(dir, NAME), JSON.stringify(backup), { mode: 0o600 });
  } catch {
    // The next look says that no backup is known, which is the safe side.
  }
};

export const lastBackup = (dir: string): LastBackup | null => {
  try {
    const read: unknown = JSON.parse(readFileSync(join(dir, NAME), 'utf8'));
    if (typeof read !== 'object' || read === null || !('at' in read) || !('to' in read)) return null;
    return typeof read.at === 'number' && typeof read.to === 'string' ? { at: read.at, to: read.to } : null;
  } catch {
    return null;
  }
};
