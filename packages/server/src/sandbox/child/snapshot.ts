/**
 * Makes the memory snapshot that Python starts from, unless it is there and whole. It runs before any code of a user and
 * none of it, so it is not locked: it is the one file of this folder that writes.
 *
 * SN1 The name holds the hash of the bytes and of what they were made from. A file whose bytes are others is removed; one
 *     that was cut off in the making has no such name.
 *
 * Argument: the folder. It says the path and ends with 0 when the snapshot is there.
 */

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { makeSnapshot, readSnapshot, recipe } from './engines/python.ts';

const [, , folder = ''] = process.argv;
const key = createHash('sha256').update(recipe()).digest('hex').slice(0, 16);

/** The snapshot of this recipe; what is older or damaged goes. */
const found = (): string | undefined => {
  let whole: string | undefined;
  for (const name of readdirSync(folder)) {
    if (!/^python-[0-9a-f]{16}-[0-9a-f]{64}\.snapshot$/.test(name)) continue;
    const path = join(folder, name);
    if (whole === undefined && name.startsWith(`python-${key}-`) && readSnapshot(path) !== null) whole = path;
    else rmSync(path, { force: true });
  }
  return whole;
};

const make = async (): Promise<string> => {
  const bytes = await makeSnapshot();
  const hash = createHash('sha256').update(bytes).digest('hex');
  const path = join(folder, `python-${key}-${hash}.snapshot`);
  const part = `${path}.${process.pid}.part`;
  writeFileSync(part, bytes, { mode: 0o600, flush: true });
  renameSync(part, path);
  return path;
};

mkdirSync(folder, { recursive: true, mode: 0o700 });
writeSync(1, `${found() ?? (await make())}\n`);
process.exit(0);
