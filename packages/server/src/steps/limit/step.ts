/** limit: a part of a list, counted from its start or its end. */

import { defineStep, done, failed, listField, listOf, z } from '@headgate/core/step';

export const step = defineStep({
  kind: 'limit',
  version: 1,
  title: 'Limit a list',
  group: 'data',
  summary: 'Keeps so many items from the start or the end of a list, in their order.',
  pure: true,
  input: z.strictObject({
    items: listField('The list. Null counts as an empty one.'),
    count: z.int().min(0).describe('How many items to keep at most.'),
    offset: z.int().min(0).optional().describe('How many items to pass over first. Left out: 0.'),
    from: z.enum(['start', 'end']).optional().describe('Where to begin counting. Left out: start.'),
  }),
  output: z.array(z.unknown()).describe('The items kept.'),
  run: ({ items, count, offset = 0, from }) => {
    const list = listOf(items, 'items');
    if (!list.ok) return failed(list.problem);
    if (from !== 'end') return done(list.value.slice(offset, offset + count));
    const end = Math.max(list.value.length - offset, 0);
    return done(list.value.slice(Math.max(end - count, 0), end));
  },
});
