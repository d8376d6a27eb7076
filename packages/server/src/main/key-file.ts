/** Files that hold an API key: made new, readable by their owner alone. */

import { unlinkSync, writeFileSync } from 'node:fs';
import { bad, good, problem, type Result } from '@headgate/core';

/** Writes a key to a new file (0600). Problems: `file.exists`, `file.unwritable`. */
export const writeKeyFile = (path: string, plain: string): Result<string> => {
  try {
    writeFileSync(path, `${plain}\n`, { mode: 0o600, flag: 'wx' });
    return good(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    if (code === 'EEXIST')
      return bad(
        problem('file.exists', `${path} exists already`, {
          fix: 'Give the name of a new file: a key is never written over another file.',
        }),
      );
    return bad(problem('file.unwritable', `${path} cannot be written (${code})`, { fix: 'Give another file.' }));
  }
};

/** Takes back a file that `writeKeyFile` made, because its key came to nothing. */
export const dropKeyFile = (path: string): void => unlinkSync(path);
