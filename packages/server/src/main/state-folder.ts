/**
 * Making the folder of all state, level by level: where none can be made (`/proc/x`), Node's own recursive making never
 * comes back.
 */

import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** Makes the folder (0700) and those above it where they are missing. Throws what the system says. */
export const makeFolder = (dir: string): void => {
  if (existsSync(dir)) return;
  const above = dirname(dir);
  if (above !== dir) makeFolder(above);
  try {
    mkdirSync(dir, { mode: 0o700 });
  } catch (error) {
    // Another process was quicker.
    if (!existsSync(dir)) throw error;
  }
};
