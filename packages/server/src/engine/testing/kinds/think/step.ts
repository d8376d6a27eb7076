/** A step kind that uses what budgets count, as a call of a model does: for tests of budgets. */

import { defineStep, done, failed, problem, using, z } from '@headgate/core/step';

export const step = defineStep({
  kind: 'think',
  version: 1,
  title: 'Think',
  group: 'data',
  summary: 'Uses the tokens and money that it is told to.',
  input: z.strictObject({
    most: z.int(),
    tokens: z.int(),
    money: z.int().optional(),
    fails: z.boolean().optional(),
  }),
  output: z.unknown(),
  usage: (input) => ({ tokens: input.most, money: input.money ?? 0 }),
  run: async ({ tokens, money = 0, fails }) => {
    await new Promise((resolve) => setImmediate(resolve));
    const outcome =
      fails === true ? failed(problem('think.wrong', 'It thought wrong', { retry: 'yes' })) : done({ tokens });
    return using({ tokens, money }, outcome);
  },
});
