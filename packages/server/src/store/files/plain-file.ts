/**
 * Files of a backup, which may have been anywhere: regular ones alone are opened, and no link is followed, so that a
 * backup cannot make whoever restores it read another file, wait for a pipe or copy /dev/zero.
 */

import { constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';

const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Opens a regular file; null for anything else, or nothing. */
export const openPlain = async (path: string): Promise<FileHandle | null> => {
  const file = await open(path, FLAGS).catch(() => null);
  if (file === null) return null;
  if ((await file.stat()).isFile()) return file;
  await file.close();
  return null;
};

/** Is this a folder itself, and no link to one? */
export const isFolder = async (path: string): Promise<boolean> =>
  (await lstat(path).catch(() => null))?.isDirectory() === true;

const PART = 256 * 1024;

/** What is in a file, part by part; each is overwritten by the next. */
export async function* partsOf(file: FileHandle): AsyncGenerator<Buffer, void, undefined> {
  const buffer = Buffer.alloc(PART);
  for (let at = 0; ; ) {
    const { bytesRead } = await file.read(buffer, 0, PART, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Copies a regular file to a new one; false where there is none. */
export const copyPlain = async (from: string, to: string): Promise<boolean> => {
  const source = await openPlain(from);
  if (source === null) return false;
  const target = await open(to, 'wx', 0o600);
  try {
    for await (const part of partsOf(source)) await target.writeFile(part);
    return true;
  } finally {
    await target.close();
    await source.close();
  }
};

/** The text of a regular file of at most so many bytes; null where there is none. */
export const textOf = async (path: string, most: number): Promise<string | null> => {
  const file = await openPlain(path);
  if (file === null) return null;
  try {
    return (await file.stat()).size > most ? null : await file.readFile('utf8');
  } finally {
    await file.close();
  }
};
