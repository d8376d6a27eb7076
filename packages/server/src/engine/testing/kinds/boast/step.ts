/** A step kind that declares no use and says that it used something: for tests of budgets. */

import { defineStep, done, using, z } from '@headgate/core/step';

export const step = defineStep({
  kind: 'boast',
  version: 1,
  title: 'Boast',
  group: 'data',
  summary: 'Says that it used a million tokens.',
  input: z.strictObject({}),
  output: z.unknown(),
  run: () => Promise.resolve(using({ tokens: 1_000_000, money: -5 }, done('said'))),
});
