/**
 * Putting a backup in an empty folder, every file checked against the manifest's hashes.
 *
 * RS1 The folder appears whole or not at all: everything is copied beside it first, then renamed.
 * RS2 Only regular files are read and no link is followed: a backup may have been in other hands (plain-file.ts).
 */

import { createHash } from 'node:crypto';
import { mkdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Result, bad, good, problem } from '@headgate/core';
import { BLOB_LIST, MANIFEST, type Manifest, hashFile, isFree } from './backup.ts';
import { syncPath } from './folder.ts';
import { copyPlain, isFolder, openPlain, partsOf, textOf } from './plain-file.ts';
import { DATABASE, schemaOf } from '../schema/migrate.ts';
import { blobPath, isBlobId } from '../writer/blob-file.ts';

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** What the text of a manifest says, or null when it is not one this release understands. */
const readManifest = (text: string): Manifest | null => {
  let read: Manifest;
  try {
    read = JSON.parse(text) as Manifest; // parse boundary: every member is looked at below
  } catch {
    return null;
  }
  const { database, blobs } = read ?? {};
  const whole =
    read?.headgate === 1 &&
    isCount(read.schema) &&
    isCount(read.runs) &&
    typeof database?.sha256 === 'string' &&
    typeof blobs?.sha256 === 'string' &&
    isCount(blobs.count);
  return whole ? read : null;
};

const LONGEST_LINE = 1_000;
const LARGEST_MANIFEST = 64 * 1024;

async function* linesOf(path: string): AsyncGenerator<string, void, undefined> {
  let rest = '';
  const file = await openPlain(path);
  if (file === null) return;
  try {
    for await (const part of partsOf(file)) {
      const lines = (rest + part.toString('latin1')).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
      if (rest.length > LONGEST_LINE) break;
    }
    if (rest !== '') yield rest;
  } finally {
    await file.close();
  }
}

const damaged = (what: string): Result<never> =>
  bad(
    problem('restore.damaged', `The backup's ${what}`, {
      fix: 'Use another backup, or copy this one again from where it was made',
    }),
  );

const copyAll = async (from: string, to: string): Promise<Result<{ runs: number; blobs: number; schema: number }>> => {
  const text = await textOf(join(from, MANIFEST), LARGEST_MANIFEST);
  if (text === null)
    return bad(
      problem('restore.no_manifest', `${from} holds no ${MANIFEST}: it is no backup, or one that was not finished`, {
        fix: 'Name the folder that headgate backup wrote',
      }),
    );
  const manifest = readManifest(text);
  if (manifest === null) return damaged(`${MANIFEST} is not one this release understands`);

  await mkdir(join(to, 'blobs'), { recursive: true, mode: 0o700 });
  const database = join(to, DATABASE);
  const copied = await copyPlain(join(from, DATABASE), database);
  if (!copied || (await hashFile(database)) !== manifest.database.sha256)
    return damaged('database is missing or was changed');
  const opened = new DatabaseSync(database, { readOnly: true });
  try {
    const schema = schemaOf(opened);
    if (!schema.ok) return schema;
    if (opened.prepare('pragma quick_check').get()?.['quick_check'] !== 'ok')
      return damaged('database is damaged inside');
  } finally {
    opened.close();
  }

  const of = createHash('sha256');
  /** Folders that were seen to be no links. */
  const real = new Set<string>();
  let blobs = 0;
  for await (const line of linesOf(join(from, BLOB_LIST))) {
    of.update(`${line}\n`);
    const [hash = '', id = ''] = line.split('  ');
    if (!isBlobId(id)) return damaged('list of blobs was changed');
    const path = blobPath(join(to, 'blobs'), id);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const source = blobPath(join(from, 'blobs'), id);
    const folders = [join(from, 'blobs'), dirname(source)].filter((folder) => !real.has(folder));
    for (const folder of folders) if (await isFolder(folder)) real.add(folder);
    const there = real.has(dirname(source)) && real.has(join(from, 'blobs')) && (await copyPlain(source, path));
    if (!there || (await hashFile(path)) !== hash) return damaged(`blob ${id} is missing or was changed`);
    await syncPath(path);
    await syncPath(dirname(path));
    blobs += 1;
  }
  if (of.digest('hex') !== manifest.blobs.sha256 || blobs !== manifest.blobs.count)
    return damaged('list of blobs was changed');
  await syncPath(database);
  await syncPath(to);
  return good({ runs: manifest.runs, blobs, schema: manifest.schema });
};

/**
 * Restores the backup in `from` into the folder `into`, which must be missing or empty. The key file it was made with
 * must be in its place before a server is started on it. Problems: `restore.not_empty`, `restore.no_manifest`,
 * `restore.damaged`, `store.newer`.
 */
export const restore = async (
  from: string,
  into: string,
): Promise<Result<{ runs: number; blobs: number; schema: number }>> => {
  if (!(await isFree(into)))
    return bad(
      problem('restore.not_empty', `The folder ${into} is not empty`, {
        fix: 'Name a new folder, or move what is there away',
      }),
    );
  const target = resolve(into);
  await mkdir(dirname(target), { recursive: true });
  const beside = join(dirname(target), `.${basename(target)}.restoring`);
  await rm(beside, { recursive: true, force: true });
  const result = await copyAll(from, beside);
  if (!result.ok) {
    await rm(beside, { recursive: true, force: true });
    return result;
  }
  await rmdir(target).catch(() => undefined);
  await rename(beside, target);
  await syncPath(dirname(target));
  return result;
};
