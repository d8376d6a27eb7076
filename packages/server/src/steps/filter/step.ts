/** filter: keeps the items that a condition holds for, in their order. */

import { defineStep, done, failed, listField, listOf, notBoolean, perItem, z } from '@headgate/core/step';

export const step = defineStep({
  kind: 'filter',
  version: 1,
  title: 'Filter a list',
  group: 'data',
  summary: 'Keeps the items for which the condition holds.',
  pure: true,
  perItem: ['where'],
  input: z.strictObject({
    items: listField('The list. Null counts as an empty one.'),
    where: perItem(
      'The condition, asked for every item, e.g. {{ item.price > 10 }}: it must give true or false. It sees item and index.',
    ),
  }),
  output: z.array(z.unknown()).describe('The items kept.'),
  run: ({ items, where }) => {
    const list = listOf(items, 'items');
    if (!list.ok) return failed(list.problem);
    const kept: unknown[] = [];
    for (let i = 0; i < list.value.length; i += 1) {
      const item = list.value[i];
      const answer = where(item, i);
      if (answer === true) kept.push(item);
      else if (answer !== false) return failed(notBoolean(answer, 'where', i));
    }
    return done(kept);
  },
});
