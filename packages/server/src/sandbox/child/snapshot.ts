/**
 * Makes the memory snapshot that Python starts from, unless it is there and whole. It runs before any code of a user and
 * none of it, so it is not locked: it is the one file of this folder that writes.
 *
 * SN1 A snapshot is used only when its bytes are those that were written: beside it lies their hash, and a run cut off in
 *     between leaves no file of its name.
 *
 * Argument: the path of the snapshot. It says nothing and ends with 0 when the snapshot is there.
 */

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeSnapshot } from './engines/python.ts';

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const whole = (path: string): boolean => {
  try {
    return hashOf(readFileSync(path)) === readFileSync(`${path}.sha256`, 'utf8').trim();
  } catch {
    return false;
  }
};

/** Under its name only when all of it is there. */
const put = (path: string, bytes: Uint8Array | string): void => {
  const part = `${path}.${process.pid}.part`;
  writeFileSync(part, bytes, { mode: 0o600, flush: true });
  renameSync(part, path);
};

const [, , path = ''] = process.argv;
if (!whole(path)) {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const bytes = await makeSnapshot();
  put(path, bytes);
  put(`${path}.sha256`, hashOf(bytes));
}
process.exit(0);
