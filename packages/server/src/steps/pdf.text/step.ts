/** pdf.text: the text of a PDF, page by page. What reads it runs in the jail. */

import { defineStep, done, failed, problem, z } from '@headgate/core/step';
import { fromField, pathField, readBy } from '../archive.pack/inputs.ts';
import { placeNeeds } from '../file.read/place.ts';

/** Characters that become a value. */
const MOST = 4_000_000;
const onePage = z.object({ page: z.number(), text: z.string() });
const told = z.object({ pages: z.number(), info: z.record(z.string(), z.string()) });

export const step = defineStep({
  kind: 'pdf.text',
  version: 1,
  title: 'Text of a PDF',
  group: 'data',
  summary:
    'Gives the text of a PDF, page by page, with its title and author where it names them. Pictures of text are not read; nothing in the file is run, fetched or unpacked.',
  input: z
    .strictObject({
      path: pathField('The PDF, a file of the project, e.g. in/{{ input.number }}.pdf.'),
      from: fromField,
      base64: z.string().optional().describe('Or the PDF itself, as base64.'),
      first: z.int().min(1).max(100_000).optional().describe('The page to begin at. Left out: 1.'),
      pages: z.int().min(1).max(5_000).optional().describe('Pages at most. Left out: 500.'),
    })
    .refine(
      ({ path, from, base64 }) => [path, from, base64].filter((one) => one !== undefined).length === 1,
      'one of `path`, `from` and `base64`',
    ),
  output: z
    .object({
      pages: z.int().describe('Pages of the whole file.'),
      info: z.record(z.string(), z.string()).describe('Title, Author and others, where it names them.'),
      text: z.string().describe('The text of the pages that were read, an empty line between two.'),
      parts: z.array(onePage).describe('The text of each of them, with its number.'),
    })
    .describe('What the pages say.'),
  needs: (raw) => placeNeeds('read', raw['path']),
  repeatable: () => true,
  run: async ({ path, from, base64, first = 1, pages = 500 }, can) => {
    const parts: z.output<typeof onePage>[] = [];
    let length = 0;
    const read = await readBy(can, { path, from, base64 }, (size) => ({
      program: 'pdf',
      input: { size, first, pages, most: MOST },
      take: (value) => {
        const one = onePage.parse(value);
        length += one.text.length;
        parts.push(one);
        return length > MOST || parts.length > pages
          ? { problem: problem('format.crashed', 'The program that read this gave more than was asked'), sent: 'no' }
          : null;
      },
    }));
    if ('problem' in read) return failed(read.problem, read.sent);
    const about = told.parse(read.value);
    return done({ ...about, text: parts.map(({ text }) => text).join('\n\n'), parts });
  },
});
