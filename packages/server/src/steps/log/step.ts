/** log: a line in the run's journal, for people. It passes nothing on and changes nothing. */

import { defineStep, done, z } from '@headgate/core/step';

export const step = defineStep({
  kind: 'log',
  version: 1,
  title: 'Log',
  group: 'flow',
  summary: 'Writes a line into the journal of the run.',
  pure: true,
  input: z.strictObject({
    text: z.string().max(10_000).describe('The line, e.g. {{ steps.fetch.body.length }} orders fetched.'),
    level: z
      .enum(['debug', 'info', 'warn', 'error'])
      .optional()
      .describe('How grave it is: debug, info, warn or error. Left out: info.'),
    data: z.unknown().optional().describe('A value to keep beside the line.'),
  }),
  output: z.null().describe('Null.'),
  run: ({ text, level = 'info', data }, can) => {
    if (data === undefined) can.log(level, text);
    else can.log(level, text, data);
    return done(null);
  },
});
