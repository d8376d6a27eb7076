/** The bytes of sealed content, as the door to files reads them: whole, or the part that a reference names. */

import { type FileRef, type OpenContent, type OpenFile, type Problem, problem, type Result } from '@headgate/core';
import type { OpenBlob } from '../store/vault-open/blob.ts';
import { FileFault } from './disk-files.ts';

/** Opens sealed content for reading in pieces. */
export type StreamBlob = (workspace: string, id: string) => Promise<Result<OpenBlob>>;

export type Content = { readonly blob: string; readonly size: number };

export const DAMAGED = problem(
  'file.damaged',
  'What this file holds does not open: it was changed, cut off or sealed with another key',
  {
    fix: 'Restore it from a backup made with the same secret key, or write the file again.',
  },
);

/** Blobs are nothing that a flow knows of. */
const shownAs = (why: Problem): Problem => (why.code.startsWith('blob.') ? DAMAGED : why);

/** The bytes of content, from `from` up to and without `to`. */
export const readContent = async (
  stream: StreamBlob,
  workspace: string,
  { blob, size }: Content,
  from: number,
  to: number,
): Promise<Result<OpenContent>> => {
  const opened = await stream(workspace, blob);
  if (!opened.ok) return { ok: false, problem: shownAs(opened.problem) };
  if (opened.value.size !== size) {
    await opened.value.close();
    return { ok: false, problem: DAMAGED };
  }
  return { ok: true, value: { bytes: opened.value.stream(from, to), close: opened.value.close } };
};

/** The part that a reference names. */
export const partOf = (whole: OpenFile, { from = 0, to = whole.size }: FileRef): OpenFile => {
  const start = Math.min(from, whole.size);
  const end = Math.min(Math.max(start, to), whole.size);
  if (start === 0 && end === whole.size) return whole;
  return {
    size: end - start,
    type: whole.type,
    read: (first = 0, last = end - start) =>
      whole.read(Math.min(end, start + Math.max(0, first)), Math.min(end, start + Math.max(0, last))),
  };
};

export const sizeOf = async (stream: StreamBlob, workspace: string, blob: string): Promise<number> => {
  const opened = await stream(workspace, blob);
  if (!opened.ok) throw new FileFault(shownAs(opened.problem));
  await opened.value.close();
  return opened.value.size;
};
