/**
 * Blobs: values too large for the journal, sealed in files of their own (writer/blob-file.ts says where, and
 * vault-seal/frames.ts how). This file streams them in, unlinks them, and collects litter: files that no row knows,
 * left by a crash between writing and committing.
 *
 * BL1 Unlinking needs the blob lock exclusively and does not wait for it: while a backup, of this process or another,
 *     copies files, they stay, and are collected later.
 */

import { randomUUID } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Kysely } from 'kysely';
import { takeFile } from '../lock.ts';
import { makeFolder, syncPath } from './folder.ts';
import type { Store } from '../ports.ts';
import type { Tables } from '../schema/tables.ts';
import { frameSealer } from '../vault-seal/frames.ts';
import { TEMPORARY, blobPath, isBlobId } from '../writer/blob-file.ts';
import type { Writer } from '../writer/writer.ts';

/** Litter younger than this is left: it may belong to another process's group that has not committed yet. */
const LITTER_AGE = 60 * 60 * 1000;

/** The id of a new blob: 32 hex digits, random. */
export const newBlobId = (): string => randomUUID().replaceAll('-', '');

export const blobLock = (dir: string): string => join(dir, 'blobs.lock');

export type Blobs = Store['blobs'] & {
  readonly unlink: (ids: readonly string[]) => Promise<void>;
  /** Removes files without a row, older than an hour; returns how many. */
  readonly collect: () => Promise<number>;
};

type Parts = {
  dir: string;
  blobs: string;
  key: (workspace: string) => Uint8Array;
  db: Kysely<Tables>;
  writer: Writer;
  clock: () => number;
};

export const blobsOf = ({ dir, blobs, key, db, writer, clock }: Parts): Blobs => {
  /** Ids of sinks that are being written: their files have no row yet. */
  const writing = new Set<string>();

  const sink: Blobs['sink'] = (workspace, run) => {
    const id = newBlobId();
    writing.add(id);
    const path = blobPath(blobs, id);
    const temporary = `${path}${TEMPORARY}`;
    const sealer = frameSealer(key(workspace), workspace, id);
    let size = 0;
    const started = (async () => {
      makeFolder(dirname(path));
      const file = await open(temporary, 'wx', 0o600);
      await file.writeFile(sealer.head);
      return file;
    })();
    started.catch(() => undefined);
    return {
      write: async (chunk) => {
        const file = await started;
        size += chunk.length;
        for (const frame of sealer.push(chunk)) await file.writeFile(frame);
      },
      end: async () => {
        const file = await started;
        await file.writeFile(sealer.end());
        await file.sync();
        await file.close();
        await rename(temporary, path);
        await syncPath(dirname(path));
        // Its row goes into the group now gathering: no later group than the one that will refer to it.
        writer.blob({ id, workspace, run, size, created: clock(), bytes: null });
        writing.delete(id);
        return { id, size };
      },
      abort: async () => {
        const file = await started.catch(() => null);
        await file?.close();
        await rm(temporary, { force: true });
        writing.delete(id);
      },
    };
  };

  // One at a time within this process, or one unlinking would find the other's lock and leave its files behind.
  let turn: Promise<void> = Promise.resolve();
  const unlink = (ids: readonly string[]): Promise<void> => {
    if (ids.length === 0) return Promise.resolve();
    const mine = turn.then(async () => {
      const lock = takeFile(blobLock(dir), 'exclusive');
      if (lock === null) return;
      try {
        for (const id of ids) await rm(blobPath(blobs, id), { force: true });
      } finally {
        lock.release();
      }
    });
    turn = mine.catch(() => undefined);
    return mine;
  };

  const litterIn = async (folder: string): Promise<string[]> => {
    const names = await readdir(folder);
    // Whatever this process had under way when the folder was read is committed, or still in `writing`, after this.
    await writer.barrier(writer.durable() + writer.pending());
    const found: string[] = [];
    for (const name of names) {
      const id = name.endsWith(TEMPORARY) ? name.slice(0, -TEMPORARY.length) : name;
      if (!isBlobId(id) || writing.has(id)) continue;
      const known =
        name === id && (await db.selectFrom('blob').select('id').where('id', '=', id).executeTakeFirst()) !== undefined;
      if (known) continue;
      const age = await stat(join(folder, name)).then(
        (of) => clock() - of.mtimeMs,
        () => 0,
      );
      if (age > LITTER_AGE) found.push(join(folder, name));
    }
    return found;
  };

  return {
    sink,
    path: (id) => blobPath(blobs, id),
    unlink,
    collect: async () => {
      const lock = takeFile(blobLock(dir), 'exclusive');
      if (lock === null) return 0;
      let count = 0;
      try {
        for (const shard of await readdir(blobs)) {
          for (const path of await litterIn(join(blobs, shard))) {
            await rm(path, { force: true });
            count += 1;
          }
        }
      } finally {
        lock.release();
      }
      return count;
    },
  };
};
