/** file.read: what a file of the project holds, or a reference to it, which costs nothing however large it is. */

import {
  defineStep,
  done,
  failed,
  fileRef,
  gather,
  type OpenFile,
  type Problem,
  problem,
  readValues,
  textOf,
  toBase64,
  z,
} from '@headgate/core/step';
import { placeNeeds } from './place.ts';

/** Bytes that become a value; a larger file is handed on as a reference. */
const MOST = 8 * 1024 * 1024;

const tooLarge = problem('file.size', 'A file of more than 8 MB is no value', {
  at: { field: 'as' },
  fix: 'Take it as a reference, and read it with csv.split, csv.parse or code that reads a part of it.',
});
const noText = problem('file.text', 'The file is no text in UTF-8', {
  at: { field: 'as' },
  fix: 'Take it as base64, or as a reference.',
});
const noJson = problem('file.json', 'The file is no JSON', { at: { field: 'as' }, fix: 'Take it as a text.' });

const readAs = async (
  file: OpenFile,
  as: 'text' | 'json' | 'base64',
): Promise<{ value: unknown } | { wrong: Problem }> => {
  const bytes = file.size > MOST ? undefined : await gather(file.read(), MOST);
  if (bytes === undefined) return { wrong: tooLarge };
  if (as === 'base64') return { value: toBase64(bytes) };
  const text = textOf(bytes);
  if (text === undefined) return { wrong: noText };
  if (as === 'text') return { value: text };
  const read = readValues(text, 'The file');
  if (read === undefined) return { wrong: noJson };
  return read.ok ? { value: read.value } : { wrong: read.problem };
};

export const step = defineStep({
  kind: 'file.read',
  version: 1,
  title: 'Read a file',
  group: 'data',
  summary:
    'Gives what a file of the project holds: as a text, as JSON, as base64, or as a reference that later steps read from. A reference keeps what the file holds now, whatever becomes of the file.',
  input: z
    .strictObject({
      path: z
        .string()
        .min(1)
        .max(1000)
        .optional()
        .describe(
          'Its path, e.g. invoices/{{ input.month }}.csv. Writing the folder plainly lets the power be lent for that folder alone.',
        ),
      from: fileRef
        .optional()
        .describe('Instead of a path: a reference that an earlier step gave, e.g. {{ steps.fetch.body }}.'),
      as: z
        .enum(['text', 'json', 'base64', 'reference'])
        .optional()
        .describe('What to give. Left out: text. All but a reference: of a file of 8 MB at most.'),
    })
    .refine(({ path, from }) => (path === undefined) !== (from === undefined), 'either `path` or `from`'),
  output: z.unknown().describe('A text, what the JSON says, base64, or {file, size, type, path}.'),
  needs: (raw) => placeNeeds('read', raw['path']),
  repeatable: () => true,
  run: async ({ path, from, as = 'text' }, can) => {
    if (as === 'reference') {
      if (from !== undefined) return done(from);
      const kept = await can.files.keep(path ?? '');
      return 'problem' in kept ? failed(kept.problem, kept.sent) : done(kept.value);
    }
    const got = await can.files.read(from ?? path ?? '', (file) => readAs(file, as));
    if ('problem' in got) return failed(got.problem, got.sent);
    return 'wrong' in got.value ? failed(got.value.wrong, 'no') : done(got.value.value);
  },
});
