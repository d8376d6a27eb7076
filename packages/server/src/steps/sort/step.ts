/** sort: orders a list by a key per item. Items with equal keys keep their order. */

import { defineStep, done, failed, kindOf, listField, listOf, perItem, problem, z } from '@headgate/core/step';
import { misfit, ordered } from './order.ts';

const NAMES = { number: 'a number', string: 'a text', boolean: 'true or false' } as const;

export const step = defineStep({
  kind: 'sort',
  version: 1,
  title: 'Sort a list',
  group: 'data',
  summary:
    'Orders a list by a number, a text (by code point, so ISO dates sort by time) or true and false. Items with equal keys keep their order; null comes last.',
  pure: true,
  perItem: ['by'],
  input: z.strictObject({
    items: listField('The list. Null counts as an empty one.'),
    by: perItem('What to sort by, asked for every item, e.g. {{ item.price }}. Left out: the item itself.').optional(),
    order: z.enum(['up', 'down']).optional().describe('up (smallest first) or down. Left out: up.'),
  }),
  output: z.array(z.unknown()).describe('The items in order.'),
  run: ({ items, by, order }) => {
    const list = listOf(items, 'items');
    if (!list.ok) return failed(list.problem);
    const keys = by === undefined ? list.value : list.value.map((item, i) => by(item, i));
    const wrong = misfit(keys);
    if (wrong === undefined) return done(ordered(keys, order === 'down').map((i) => list.value[i]));
    const kind = kindOf(keys[wrong.index]);
    const field = by === undefined ? 'items' : 'by';
    return failed(
      problem(
        'sort.mixed',
        wrong.kind === undefined
          ? `Item ${wrong.index} (counted from 0) gives ${kind} to sort by; a number, a text, true or false, or null was expected.`
          : `Item ${wrong.index} (counted from 0) gives ${kind} to sort by; those before it gave ${NAMES[wrong.kind]}.`,
        {
          at: { field },
          fix:
            wrong.kind === undefined
              ? 'Sort by one field of the items, e.g. {{ item.name }}.'
              : 'Make the keys one kind, e.g. {{ Number(item.price) }} or {{ String(item.id) }}.',
        },
      ),
    );
  },
});
