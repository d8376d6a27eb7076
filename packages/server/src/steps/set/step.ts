/** set: gives a value a name, so that later steps read it from one place. */

import { defineStep, done, z } from '@headgate/core/step';

export const step = defineStep({
  kind: 'set',
  version: 1,
  title: 'Set a value',
  group: 'data',
  summary: 'Builds a value from what came before. Later steps read it as steps.ID.',
  pure: true,
  input: z.strictObject({
    value: z
      .unknown()
      .describe('The value: a text, a number, a list or an object; every text in it may hold expressions.'),
  }),
  output: z.unknown().describe('The value.'),
  run: ({ value }) => done(value),
});
