/** if: chooses one of two ways. It never guesses a truth from a text, a number or a list. */

import { defineStep, done, failed, notBoolean, z } from '@headgate/core/step';

const YES = done(true, 'true');
const NO = done(false, 'false');

export const step = defineStep({
  kind: 'if',
  version: 1,
  title: 'If',
  group: 'flow',
  summary: 'Goes on by the port true or by the port false. Anything but true or false is a Problem.',
  pure: true,
  ports: ['true', 'false'],
  input: z.strictObject({
    when: z.unknown().describe('The condition, e.g. {{ input.total > 100 }}: it must give true or false.'),
  }),
  output: z.boolean().describe('The answer of the condition.'),
  run: ({ when }) => (when === true ? YES : when === false ? NO : failed(notBoolean(when, 'when'))),
});
