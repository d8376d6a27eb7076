/** xml.parse: an XML document as values. What reads it runs in the jail; document types are refused. */

import { defineStep, done, failed, z } from '@headgate/core/step';
import { ONE_SOURCE, oneSource, readBy, textFields } from '../archive.pack/inputs.ts';
import { placeNeeds } from '../file.read/place.ts';

export const step = defineStep({
  kind: 'xml.parse',
  version: 1,
  title: 'Read XML',
  group: 'data',
  summary:
    'Gives what an XML document holds: elements as fields by their names, attributes as fields that begin with @, an element of text alone as that text, elements that come several times as a list. Document types and entities of their own are refused.',
  input: z
    .strictObject({
      ...textFields('XML', '{{ steps.fetch.body }}'),
      lists: z
        .array(z.string().min(1).max(200))
        .max(1000)
        .optional()
        .describe('Names of elements that are always a list, also where there is one, e.g. ["item"].'),
      depth: z.int().min(1).max(500).optional().describe('How deep elements may be nested. Left out: 100.'),
      elements: z.int().min(1).max(90_000).optional().describe('Elements at most. Left out: 50000.'),
    })
    .refine(oneSource, ONE_SOURCE),
  output: z
    .unknown()
    .describe('An object with the one field of the root element, e.g. {feed: {"@lang": "en", entry: [ … ]}}.'),
  needs: (raw) => placeNeeds('read', raw['path']),
  repeatable: () => true,
  run: async ({ text, path, from, lists = [], depth = 100, elements = 50_000 }, can) => {
    const read = await readBy(can, { text, path, from }, (size) => ({
      program: 'xml',
      input: { size, lists, depth, elements },
    }));
    return 'problem' in read ? failed(read.problem, read.sent) : done(read.value);
  },
});
