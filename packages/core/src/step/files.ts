/**
 * What a `file` need lends a step: files of the project of its flow, by path. Every use is judged at the moment it happens;
 * content comes and goes in pieces and is never in memory as a whole.
 *
 * FS1 A reference is only as good as the run that holds it: it leads to what this run, one it was made again from, or one
 *     that called it, read or fetched, and to nothing else, whatever its text says.
 */

import { z } from 'zod';
import type { Problem } from '../problem.ts';

/** Content that a run holds: what a file held when it was read, or what a call fetched. It outlives the file, not the run. */
export const fileRef = z
  .strictObject({
    file: z
      .string()
      .regex(/^[A-Za-z0-9_-]{8,80}$/)
      .describe('What it leads to.'),
    size: z.int().min(0).describe('Bytes of all of it.'),
    type: z.string().max(200).describe('Its media type.'),
    path: z.string().optional().describe('The path of the file that it was taken from.'),
    from: z.int().min(0).optional().describe('Only the bytes from here on.'),
    to: z.int().min(0).optional().describe('Only the bytes before this one.'),
  })
  .meta({ description: 'A reference to a file, as steps give it.' });
export type FileRef = z.output<typeof fileRef>;

/** A file by its name. */
export const fileInfo = z.strictObject({
  path: z.string().describe('Its path in the project.'),
  size: z.int().describe('Bytes.'),
  type: z.string().describe('Its media type, as who wrote it says.'),
  text: z.boolean().describe('All of it is UTF-8 text.'),
  version: z.int().describe('Raised by every write.'),
  updated: z.string().describe('When it was written last.'),
});
export type FileInfo = Readonly<z.output<typeof fileInfo>>;

/** Content that may be read now. `read`: the bytes from `from` up to and without `to`, in pieces; as often as is needed. */
export type OpenFile = {
  readonly size: number;
  readonly type: string;
  readonly read: (from?: number, to?: number) => AsyncIterable<Uint8Array>;
};

export type Refused = { readonly problem: Problem; readonly sent: 'no' | 'maybe' };
type Done<T> = Promise<{ readonly value: T } | Refused>;

export type Files = {
  /** Lets `use` read a file, or what a reference leads to. It is broken off when the power is taken back. */
  read<T>(source: string | FileRef, use: (file: OpenFile) => Promise<T>): Done<T>;
  /** A reference to what a file holds now. */
  keep(path: string): Done<FileRef>;
  /** Writes a file whole, in the place of what had its path. `only` `new`: there must be none, or one that holds the same. */
  write(
    path: string,
    content: string | Uint8Array | AsyncIterable<Uint8Array>,
    how?: { readonly type?: string; readonly only?: 'new' },
  ): Done<FileInfo>;
  /** Files below a folder (it ends in /; empty: all of them) in the order of their paths, after the path `after`. */
  list(
    folder: string,
    page?: { readonly after?: string; readonly limit?: number },
  ): Done<{ readonly files: readonly FileInfo[]; readonly more: boolean }>;
  /**
   * A reference to the whole of what this run read, fetched or wrote, for whoever reads its answer: it needs no power, and
   * leads to nothing else. A file by its name is the one that the run wrote, unless it was written over since.
   */
  held(source: FileRef | FileInfo): Done<FileRef>;
  /** False: there was no file of this path. */
  remove(path: string): Done<boolean>;
};

/** For steps and tests that were lent none. */
export const noFiles = (problem: Problem): Files => {
  const refuse = () => Promise.resolve({ problem, sent: 'no' as const });
  return { read: refuse, keep: refuse, write: refuse, list: refuse, held: refuse, remove: refuse };
};
