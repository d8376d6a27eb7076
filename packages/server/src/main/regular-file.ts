/**
 * Reading a file that somebody named. Only regular files are read, and only so much: a pipe without a writer, a terminal
 * or /dev/zero would keep a command waiting, or eat all memory.
 */

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { bad, good, problem, type Result } from '@headgate/core';

/** The longest file a command reads whole; what is in it has narrower bounds of its own. */
const MOST = 64 * 1024 * 1024;

/** Opening a pipe must not wait for its other side. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

const refuse = (path: string, why: string, fix = 'Give the path of a file that exists.'): Result<never> =>
  bad(problem('file.unreadable', `${path} cannot be read (${why})`, { fix }));

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';

/** The bytes of a regular file of at most `most` bytes. Problem: `file.unreadable`. */
export const readRegular = (path: string, most = MOST): Result<Buffer> => {
  let file: number;
  try {
    file = openSync(path, FLAGS);
  } catch (error) {
    return refuse(path, codeOf(error));
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) return refuse(path, 'not a regular file');
    if (stat.size > most)
      return refuse(path, `more than ${most / 1024 / 1024} MB`, 'Keep large content in files of its own.');
    const bytes = Buffer.alloc(stat.size);
    let length = 0;
    // It may have become shorter since it was looked at.
    for (let got = -1; got !== 0 && length < bytes.length; length += got)
      got = readSync(file, bytes, length, bytes.length - length, length);
    return good(bytes.subarray(0, length));
  } catch (error) {
    return refuse(path, codeOf(error));
  } finally {
    closeSync(file);
  }
};
