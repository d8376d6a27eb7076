/** stop: ends the run as failed, with a Problem the author worded. Branches under way are dropped. */

import { defineStep, problem, z } from '@headgate/core/step';

export const step = defineStep({
  kind: 'stop',
  version: 1,
  title: 'Stop with a problem',
  group: 'flow',
  summary: 'Ends the run at once as failed, with the code and the text given here.',
  pure: true,
  input: z.strictObject({
    problem: z
      .string()
      .max(100)
      .regex(/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$/, 'a code of lower-case words joined by dots, e.g. name.empty')
      .describe('The code callers tell problems apart by: lower-case words joined by dots, e.g. name.empty.'),
    text: z.string().min(1).max(10_000).describe('What went wrong, in words for the person who reads it.'),
  }),
  output: z.never().describe('Nothing: the run ends here.'),
  run: (input) => ({ kind: 'stop', problem: problem(input.problem, input.text) }),
});
