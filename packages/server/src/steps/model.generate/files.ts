/** Files that go into a question: references that steps gave, read by the run that holds them. */

import { type Can, type FileRef, fileRef, gather, type ModelFile, problem, type Problem, z } from '@headgate/core/step';

/** Bytes of one file that goes in. */
const MOST = 20 * 1024 * 1024;

export const filesField = z
  .array(fileRef)
  .max(20)
  .optional()
  .describe('Pictures, recordings or documents that go in: references, as file.read and http.request give them.');

const tooLarge = problem('file.size', 'A file of more than 20 MB is too large for a model', { at: { field: 'files' } });

/** One file whole. */
export const readOne = async (
  can: Pick<Can, 'files'>,
  source: FileRef,
): Promise<{ readonly file: ModelFile } | { readonly problem: Problem }> => {
  const name = source.path?.split('/').at(-1);
  const got = await can.files.read(source, async (file) => ({
    bytes: file.size > MOST ? undefined : await gather(file.read(), MOST),
    type: file.type,
  }));
  if ('problem' in got) return got;
  const { bytes, type } = got.value;
  if (bytes === undefined) return { problem: tooLarge };
  return { file: { type: 'file', mediaType: type, bytes, ...(name === undefined ? {} : { name }) } };
};

/** All of them, or why one cannot be read. */
export const readFiles = async (
  can: Pick<Can, 'files'>,
  sources: readonly FileRef[],
): Promise<{ readonly files: readonly ModelFile[] } | { readonly problem: Problem }> => {
  const files: ModelFile[] = [];
  for (const source of sources) {
    const read = await readOne(can, source);
    if ('problem' in read) return read;
    files.push(read.file);
  }
  return { files };
};
