/** json.write: a value as JSON, or a list a value a line: as a text, or into a file. */

import { defineStep, failed, fileInfo, listOf, z } from '@headgate/core/step';
import { pathField, textOut } from '../archive.pack/inputs.ts';
import { placeNeeds } from '../file.read/place.ts';

export const step = defineStep({
  kind: 'json.write',
  version: 1,
  title: 'Write JSON',
  group: 'data',
  summary:
    'Makes JSON of a value, or of a list one line a value, and gives it as a text, or writes it to a file of the project.',
  input: z.strictObject({
    value: z.unknown().describe('The value, e.g. {{ steps.orders }}.'),
    lines: z.boolean().optional().describe('True: `value` is a list, and each item becomes a line (JSON Lines).'),
    indent: z.int().min(0).max(8).optional().describe('Spaces of each level; for people to read. Left out: none.'),
    path: pathField('A file of the project to write it to. Left out: the text is the value of the step.'),
  }),
  output: z.union([z.string(), fileInfo]).describe('The JSON, or the file it was written to.'),
  needs: (raw) => placeNeeds('write', raw['path']),
  repeatable: () => true,
  run: async ({ value, lines = false, indent = 0, path }, can) => {
    if (!lines) return textOut(can, JSON.stringify(value ?? null, null, indent), { path, type: 'application/json' });
    const list = listOf(value, 'value');
    if (!list.ok) return failed(list.problem, 'no');
    const text = list.value.map((one) => `${JSON.stringify(one ?? null)}\n`).join('');
    return textOut(can, text, { path, type: 'application/x-ndjson' });
  },
});
