/** dedupe: keeps the first of items that are the same, as a whole or by a key. */

import { defineStep, done, failed, listField, listOf, perItem, z } from '@headgate/core/step';
import { canonical } from './canonical.ts';

export const step = defineStep({
  kind: 'dedupe',
  version: 1,
  title: 'Remove duplicates',
  group: 'data',
  summary:
    'Keeps the first of the items that are the same. 1 and "1" are not the same; the order of fields does not matter.',
  pure: true,
  perItem: ['by'],
  input: z.strictObject({
    items: listField('The list. Null counts as an empty one.'),
    by: perItem(
      'What makes two items the same, asked for every item, e.g. {{ item.email }}. Left out: the whole item.',
    ).optional(),
  }),
  output: z.array(z.unknown()).describe('The items kept, in their order.'),
  run: ({ items, by }) => {
    const list = listOf(items, 'items');
    if (!list.ok) return failed(list.problem);
    const seen = new Set<string>();
    const kept = list.value.filter((item, i) => {
      const key = canonical(by === undefined ? item : by(item, i));
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
    return done(kept);
  },
});
