/**
 * Where a blob's file lies, and writing one at once (the journal worker's way; blobs.ts streams).
 *
 * BF1 A name in place means a whole, synced file: it is written under another name, synced, renamed, and the folder synced.
 */

import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder, syncFolder } from '../files/folder.ts';
import { frameSealer } from '../vault-seal/frames.ts';
import type { BlobWrite } from './messages.ts';

const ID = /^[A-Za-z0-9_-]{8,80}$/;

/** True for what may be the id of a blob: it becomes a file's name. */
export const isBlobId = (id: string): boolean => ID.test(id);

/** The folder's name of a blob: two hex digits of the id's hash, so that any kind of id spreads evenly. */
export const shardOf = (id: string): string => createHash('sha256').update(id).digest('hex').slice(0, 2);

/** The path of a blob's file under the folder of blobs. Throws on an id that is none: ids never come from outside. */
export const blobPath = (blobs: string, id: string): string => {
  if (!isBlobId(id)) throw new Error('a blob id has 8 to 80 letters, digits, - or _');
  return join(blobs, shardOf(id), id);
};

export const TEMPORARY = '.part';

/** Seals and writes a blob, durable when it returns. Throws what the file system throws. */
export const writeBlobFile = (blobs: string, key: Uint8Array, blob: BlobWrite): void => {
  const path = blobPath(blobs, blob.id);
  makeFolder(dirname(path));
  const temporary = `${path}${TEMPORARY}`;
  const sealer = frameSealer(key, blob.workspace, blob.id);
  const file = openSync(temporary, 'w', 0o600);
  try {
    const put = (bytes: Uint8Array): void => {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    };
    put(sealer.head);
    for (const frame of sealer.push(blob.bytes ?? new Uint8Array(0))) put(frame);
    put(sealer.end());
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  syncFolder(dirname(path));
};
