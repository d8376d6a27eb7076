/** repeat: runs the steps it holds until a condition holds. The engine takes the turns; these are its settings. */

import { defineBlock, repeatWith, z } from '@headgate/core/step';

const { until, max, steps, result } = repeatWith.shape;

export const step = defineBlock({
  kind: 'repeat',
  version: 1,
  title: 'Repeat until',
  group: 'flow',
  summary:
    'Runs the steps in it turn after turn until the condition holds, at most `max` times. Its value is the result of the last turn.',
  block: 'repeat',
  input: z.strictObject({
    until: until.describe(
      'The condition, asked after each turn, e.g. {{ steps.poll.body.ready }}: it must give true or false. It sees the steps of the turn just ended.',
    ),
    max: max.describe('The most turns.'),
    steps: steps.describe('The steps of a turn. index counts the turns from 0.'),
    result: result.describe('The result of a turn. Left out: the value of the last step.'),
  }),
  output: z.unknown().describe('The result of the last turn.'),
});
