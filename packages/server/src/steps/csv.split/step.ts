/** csv.split: a large CSV as parts that can each be read by itself, by reference: nothing is copied, nothing is held. */

import { defineStep, done, failed, type FileRef, fileRef, type OpenFile, problem, z } from '@headgate/core/step';
import {
  columnsOf,
  CsvFault,
  guessSeparator,
  LONGEST,
  recordsOf,
  SEPARATORS,
  type Separator,
} from '../csv.parse/records.ts';
import { placeNeeds } from '../file.read/place.ts';
import { Scan } from './scan.ts';

const MB = 1024 * 1024;
/** Parts of one file. */
const MOST_PARTS = 10_000;

type Cut = { readonly head: number; readonly ends: readonly number[] };

const tooMany = problem('csv.large', `The file would be cut into more than ${MOST_PARTS} parts`, {
  at: { field: 'size' },
  fix: 'Give a larger size.',
});

/** Where the first record ends, and where the parts do. */
const cut = async (file: OpenFile, size: number, header: boolean): Promise<Cut> => {
  const scan = new Scan();
  const ends: number[] = [];
  let head = 0;
  let next = header ? 1 : size;
  for await (const piece of file.read())
    next = scan.pass(piece, next, (at) => {
      if (header && head === 0) head = at;
      else ends.push(at);
      return at + size;
    });
  if (header && head === 0) head = file.size;
  if ((ends.at(-1) ?? head) < file.size) ends.push(file.size);
  return { head, ends };
};

/** The text of the first record. */
const firstRecord = async (
  file: OpenFile,
  end: number,
  separator: Separator | undefined,
): Promise<readonly string[]> => {
  if (end > LONGEST)
    throw new CsvFault(
      problem('csv.quotes', 'The first line of the CSV is longer than 1 MB', { fix: 'A quote may be missing in it.' }),
    );
  for await (const [record] of recordsOf(file.read(0, end), separator)) return record ?? [];
  return [];
};

const separatorOf = async (file: OpenFile, end: number): Promise<Separator> => {
  let text = '';
  const decoder = new TextDecoder();
  for await (const piece of file.read(0, Math.min(end === 0 ? file.size : end, LONGEST))) {
    text += decoder.decode(piece, { stream: true });
    if (text.includes('\n')) break;
  }
  return guessSeparator(/^[^\r\n]*/.exec(text)?.[0] ?? '');
};

export const step = defineStep({
  kind: 'csv.split',
  version: 1,
  title: 'Cut CSV into parts',
  group: 'data',
  summary:
    'Gives references to the parts of a large CSV, each of whole records, to be read one by one in an each block with csv.parse. The file is looked through once, and neither copied nor held in memory.',
  input: z
    .strictObject({
      path: z.string().min(1).max(1000).optional().describe('A file of the project, e.g. exports/{{ input.day }}.csv.'),
      from: fileRef.optional().describe('Or a reference that an earlier step gave, e.g. {{ steps.fetch.body }}.'),
      size: z
        .int()
        .min(1024)
        .max(64 * MB)
        .optional()
        .describe('Bytes of a part, at least; the last may have less. Left out: 4 MB.'),
      header: z
        .boolean()
        .optional()
        .describe('False: the first line holds a record, and no names of columns. Left out: true.'),
      separator: z
        .enum(SEPARATORS)
        .optional()
        .describe('What stands between cells. Left out: what the first line seems to have, e.g. a comma.'),
    })
    .refine(({ path, from }) => (path === undefined) !== (from === undefined), 'either `path` or `from`'),
  output: z
    .strictObject({
      columns: z.array(z.string()).nullable().describe('Names of the columns, for csv.parse; null: without a header.'),
      separator: z.string().describe('What stands between cells, for csv.parse.'),
      parts: z.array(fileRef).describe('The parts in order.'),
    })
    .describe('The parts, and what csv.parse has to know to read each.'),
  needs: (raw) => placeNeeds('read', raw['path']),
  repeatable: () => true,
  run: async ({ path, from, size = 4 * MB, header = true, separator: asked }, can) => {
    const kept = from === undefined ? await can.files.keep(path ?? '') : { value: from };
    if ('problem' in kept) return failed(kept.problem, kept.sent);
    const whole: FileRef = kept.value;
    try {
      const got = await can.files.read(whole, async (file) => {
        const { head, ends } = await cut(file, size, header);
        const separator = asked ?? (await separatorOf(file, head));
        const columns = header ? columnsOf(await firstRecord(file, head, separator)) : null;
        return { head, ends, separator, columns };
      });
      if ('problem' in got) return failed(got.problem, got.sent);
      const { head, ends, separator, columns } = got.value;
      if (ends.length > MOST_PARTS) return failed(tooMany, 'no');
      const start = whole.from ?? 0;
      const parts = ends.map((to, i) => ({ ...whole, from: start + (ends[i - 1] ?? head), to: start + to }));
      return done({ columns, separator, parts });
    } catch (error) {
      if (error instanceof CsvFault) return failed(error.problem, 'no');
      throw error;
    }
  },
});
