/** each: runs the steps it holds once per item of a list. The engine goes through the items; these are its settings. */

import { defineBlock, eachWith, z } from '@headgate/core/step';

const { over, concurrency, onItem, steps, result } = eachWith.shape;

export const step = defineBlock({
  kind: 'each',
  version: 1,
  title: 'For each item',
  group: 'flow',
  summary:
    'Runs the steps in it once for every item of a list, several items at a time. Inner steps see item, index and all steps outside. Its value is the list of results, in the order of the items.',
  block: 'each',
  input: z.strictObject({
    over: over.describe(
      'The list, e.g. {{ steps.fetch.body }}. Null counts as an empty one; anything else that is no list is a Problem.',
    ),
    concurrency: concurrency.describe('How many items are under way at the same time. Left out: 4.'),
    onItem: onItem.describe(
      'What a Problem of one item does. stop (or left out): the whole block has that Problem. collect: {problem} stands at the place of the item, and the others go on.',
    ),
    steps: steps.describe('The steps to run for each item.'),
    result: result.describe(
      'The result of an item, e.g. {{ steps.price.body.amount }}. Left out: the value of the last step.',
    ),
  }),
  output: z.array(z.unknown()).describe('The results, in the order of the items.'),
});
