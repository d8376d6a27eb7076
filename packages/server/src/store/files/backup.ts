/**
 * A copy of a live store in a folder: `headgate.db`, `blobs/`, `blobs.sha256` (a line a blob) and `manifest.json`,
 * written last. The secret key is not in it: keep that apart, or the copy is worth nothing, or too much.
 *
 * BK1 The database is copied in one step of SQLite's online backup, under one snapshot: it ends however much is being
 *     written meanwhile, and every run acknowledged before it began is in it.
 * BK2 The blobs copied are those the snapshot refers to; none is unlinked meanwhile (the blob lock, shared).
 */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, link, mkdir, open, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync, backup as copyPages } from 'node:sqlite';
import { type Result, bad, good, problem } from '@headgate/core';
import { blobLock } from './blobs.ts';
import { takeFile } from '../lock.ts';
import { syncPath } from './folder.ts';
import { DATABASE, schemaOf } from '../schema/migrate.ts';
import { blobPath } from '../writer/blob-file.ts';

export const MANIFEST = 'manifest.json';
export const BLOB_LIST = 'blobs.sha256';

export type Manifest = {
  readonly headgate: 1;
  readonly made: number;
  readonly schema: number;
  readonly runs: number;
  readonly database: { readonly bytes: number; readonly sha256: string };
  readonly blobs: { readonly count: number; readonly bytes: number; readonly sha256: string };
};

export const hashFile = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path)) hash.update(part);
  return hash.digest('hex');
};

/** True when the folder does not exist or holds nothing. */
export const isFree = async (dir: string): Promise<boolean> => (await readdir(dir).catch(() => [])).length === 0;

const holdBlobs = async (dir: string): Promise<{ release: () => void }> => {
  for (;;) {
    const lock = takeFile(blobLock(dir), 'shared');
    if (lock !== null) return lock;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

const copyBlob = async (from: string, to: string): Promise<void> => {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  // A blob's file never changes, so a second name for it is a copy; another file system needs a real one.
  await link(from, to).catch(async () => {
    await copyFile(from, to);
    await syncPath(to);
  });
};

const copyBlobs = async (copy: DatabaseSync, from: string, target: string): Promise<Manifest['blobs']> => {
  const list = await open(join(target, BLOB_LIST), 'wx', 0o600);
  const of = createHash('sha256');
  let count = 0;
  let bytes = 0;
  try {
    for (const row of copy.prepare('select id from blob order by id').iterate()) {
      const id = String(row['id']);
      const to = blobPath(join(target, 'blobs'), id);
      await copyBlob(blobPath(from, id), to);
      const line = `${await hashFile(to)}  ${id}\n`;
      of.update(line);
      await list.writeFile(line);
      count += 1;
      bytes += (await stat(to)).size;
    }
    await list.sync();
  } finally {
    await list.close();
  }
  return { count, bytes, sha256: of.digest('hex') };
};

/**
 * Copies the store in `dir` to the folder `target`, which must be missing or empty. Works beside a running server, from
 * any process. Problems: `backup.not_empty`, `store.newer`.
 */
export const backupStore = async (
  dir: string,
  target: string,
  now: number,
): Promise<Result<{ runs: number; blobs: number; bytes: number }>> => {
  if (!(await isFree(target)))
    return bad(
      problem('backup.not_empty', `The folder ${target} is not empty`, { fix: 'Name a new folder for each backup' }),
    );
  await mkdir(target, { recursive: true, mode: 0o700 });
  const hold = await holdBlobs(dir);
  try {
    const path = join(target, DATABASE);
    const source = new DatabaseSync(join(dir, DATABASE), { readOnly: true, timeout: 10_000 });
    try {
      await copyPages(source, path, { rate: 0x7fffffff });
    } finally {
      source.close();
    }
    const copy = new DatabaseSync(path);
    let schema: Result<number>;
    let runs: number;
    let blobs: Manifest['blobs'];
    try {
      // Out of WAL mode, so that the copy is one file.
      copy.exec('pragma journal_mode = delete');
      schema = schemaOf(copy);
      if (!schema.ok) return schema;
      runs = Number(copy.prepare('select count(*) as runs from run').get()?.['runs']);
      blobs = await copyBlobs(copy, join(dir, 'blobs'), target);
    } finally {
      copy.close();
    }
    await syncPath(path);
    const database = { bytes: (await stat(path)).size, sha256: await hashFile(path) };
    const manifest: Manifest = { headgate: 1, made: now, schema: schema.value, runs, database, blobs };
    await writeFile(join(target, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flush: true });
    await syncPath(target);
    return good({ runs, blobs: blobs.count, bytes: database.bytes + blobs.bytes });
  } finally {
    hold.release();
  }
};
