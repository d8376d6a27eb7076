/**
 * What content a run holds: what it, one it was made again from, or one that called it, read, fetched or wrote.
 *
 * RC1 Nothing is held by what a text says: each answer is looked up, and only in the run's own workspace (row FS-10).
 */

import type { FileInfo } from '@headgate/core';
import type { FileRow } from '../store/file.ts';
import type { RunRow, Store } from '../store/ports.ts';

type Space = Pick<ReturnType<Store['in']>, 'files' | 'runs'>;
type Base = Pick<RunRow, 'id' | 'project' | 'parent' | 'rerunOf'>;

/** Runs that called, or were made again, this far back. */
const FAR = 32;

/** The ids of the runs whose content is this one's too, itself first. */
async function* lineOf(space: Space, base: Base): AsyncGenerator<string, void, undefined> {
  let at: Pick<RunRow, 'id' | 'parent' | 'rerunOf'> | null = base;
  for (let far = 0; at !== null && far < FAR; far += 1) {
    yield at.id;
    const before: string | null = at.parent ?? at.rerunOf;
    at = before === null ? null : await space.runs.get(before);
  }
}

/** The run of the line that holds the blob; null: none does. */
export const holderOf = async (space: Space, base: Base, blob: string): Promise<string | null> => {
  for await (const run of lineOf(space, base)) if (await space.files.isOf(run, blob)) return run;
  return null;
};

/** The file that a run of the line wrote, as it wrote it; null: there is none, or it was written over since. */
export const writtenBy = async (space: Space, base: Base, { path, version }: FileInfo): Promise<FileRow | null> => {
  const row = await space.files.at(base.project, path);
  if (row === null || row.version !== version) return null;
  for await (const run of lineOf(space, base)) if (row.by === `run:${run}`) return row;
  return null;
};
