/** html.extract: fields out of a page by CSS selectors. What reads HTML runs in the jail; nothing of the page is run or fetched. */

import { defineStep, done, failed, z } from '@headgate/core/step';
import { ONE_SOURCE, oneSource, readBy, textFields } from '../archive.pack/inputs.ts';
import { placeNeeds } from '../file.read/place.ts';

const selector = z.string().min(1).max(1000);
const field = z.strictObject({
  select: selector.optional().describe('A CSS selector, e.g. h1.title. Left out, with `each`: the element itself.'),
  attribute: z.string().min(1).max(100).optional().describe('Its attribute, e.g. href. Left out: its text.'),
  html: z.boolean().optional().describe('True: the HTML within it instead of its text.'),
  all: z.boolean().optional().describe('True: the list of all that the selector finds. Left out: the first, or null.'),
});

export const step = defineStep({
  kind: 'html.extract',
  version: 1,
  title: 'Take fields out of HTML',
  group: 'data',
  summary:
    'Reads HTML as a browser does, without running or fetching anything of it, and gives texts, attributes and lists by CSS selectors: of the page, or of each element that a selector finds.',
  input: z
    .strictObject({
      ...textFields('HTML', '{{ steps.page.body }}'),
      each: selector
        .optional()
        .describe('A selector: the fields are taken from each element it finds, and a list is given, e.g. table tr.'),
      fields: z
        .record(z.string().min(1).max(100), field)
        .describe(
          'For each name what is taken, e.g. {"title": {"select": "h1"}, "links": {"select": "a", "attribute": "href", "all": true}}.',
        ),
    })
    .refine(oneSource, ONE_SOURCE),
  output: z.unknown().describe('An object by the names of `fields`; with `each` a list of such objects.'),
  needs: (raw) => placeNeeds('read', raw['path']),
  repeatable: () => true,
  run: async ({ text, path, from, each, fields }, can) => {
    const read = await readBy(can, { text, path, from }, (size) => ({
      program: 'html',
      input: {
        size,
        each: each ?? null,
        fields: Object.entries(fields).map(([name, { select, attribute, html, all }]) => ({
          name,
          select: select ?? null,
          get: attribute !== undefined ? 'attribute' : html === true ? 'html' : 'text',
          attribute: attribute?.toLowerCase() ?? '',
          all: all ?? false,
        })),
      },
    }));
    return 'problem' in read ? failed(read.problem, read.sent) : done(read.value);
  },
});
