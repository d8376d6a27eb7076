/** merge: where branches meet again. What it waits for is the step's own `join`; this only names the value. */

import { defineStep, done, z } from '@headgate/core/step';

export const step = defineStep({
  kind: 'merge',
  version: 1,
  title: 'Merge branches',
  group: 'flow',
  summary:
    'Goes on when the branches wired to it have ended: all of them, at least one (`"join": "any"`), or as soon as one has (`"join": "first"`). A branch that was skipped reads as null.',
  pure: true,
  input: z.strictObject({
    value: z.unknown().describe('The value to go on with, e.g. {{ steps.small ?? steps.large }}.'),
  }),
  output: z.unknown().describe('The value.'),
  run: ({ value }) => done(value),
});
