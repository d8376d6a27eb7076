/** split: cuts a list into lists, or a text into texts. */

import { defineStep, done, failed, kindOf, listField, listOf, problem, z } from '@headgate/core/step';

/** Pieces of at most `size` code points: a character outside the basic plane is never cut in two. */
const pieces = (text: string, size: number): string[] => {
  const made: string[] = [];
  let start = 0;
  let count = 0;
  for (let i = 0; i < text.length; ) {
    i += (text.codePointAt(i) ?? 0) > 0xffff ? 2 : 1;
    count += 1;
    if (count < size && i < text.length) continue;
    made.push(text.slice(start, i));
    start = i;
    count = 0;
  }
  return made;
};

export const step = defineStep({
  kind: 'split',
  version: 1,
  title: 'Split a list or a text',
  group: 'data',
  summary: 'Cuts a list into lists of a size, or a text into texts: of a size, at a separator, or else into lines.',
  pure: true,
  input: z
    .strictObject({
      items: listField('The list to cut. Null counts as an empty one. Either this or text is given.').optional(),
      text: z.string().nullable().optional().describe('The text to cut. Null counts as no text.'),
      size: z.int().min(1).optional().describe('The most items, or characters, of a part. A list always needs it.'),
      by: z
        .string()
        .min(1)
        .max(1000)
        .optional()
        .describe('The separator a text is cut at; it is left out of the parts. Left out, as size is: line ends.'),
    })
    .refine((input) => (input.items === undefined) !== (input.text === undefined), 'exactly one of `items` and `text`')
    .refine(
      (input) => input.items === undefined || (input.size !== undefined && input.by === undefined),
      'a list to be split by `size`',
    )
    .refine((input) => input.size === undefined || input.by === undefined, 'either `size` or `by`'),
  output: z
    .union([z.array(z.string()), z.array(z.array(z.unknown()))])
    .describe('The parts, in order. All but the last of a size are full.'),
  run: ({ items, text, size, by }) => {
    if (text !== undefined) {
      if (text === null || text === '') return done([]);
      return done(size !== undefined ? pieces(text, size) : text.split(by ?? /\r\n|\n|\r/));
    }
    const list = listOf(items, 'items');
    if (!list.ok) return failed(list.problem);
    if (size === undefined)
      return failed(
        problem('split.size', `\`size\` must be a number; it is ${kindOf(size)}.`, { at: { field: 'size' } }),
      );
    const parts: unknown[][] = [];
    for (let i = 0; i < list.value.length; i += size) parts.push(list.value.slice(i, i + size));
    return done(parts);
  },
});
