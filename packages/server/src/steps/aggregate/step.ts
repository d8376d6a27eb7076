/** aggregate: counts, sums and the like over a list, as a whole or per group. */

import { defineStep, done, failed, kindOf, listField, listOf, perItem, problem, z } from '@headgate/core/step';
import { foldValues, OPERATIONS } from './fold.ts';

type GroupKey = string | number | boolean | null;

const isKey = (value: unknown): value is GroupKey =>
  value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

export const step = defineStep({
  kind: 'aggregate',
  version: 1,
  title: 'Aggregate a list',
  group: 'data',
  summary:
    'Counts, sums, averages and the like. Without groupBy it gives one object with the fields named here; with it, a list of such objects, each with its `group`, in the order in which the groups first appear.',
  pure: true,
  perItem: ['groupBy', 'fields.*.of'],
  input: z.strictObject({
    items: listField('The list. Null counts as an empty one.'),
    groupBy: perItem(
      'What the items are grouped by, asked for every item, e.g. {{ item.country }}: a text, a number, true, false or null.',
    ).optional(),
    fields: z
      .record(
        z
          .string()
          .max(100)
          .regex(/^[A-Za-z][A-Za-z0-9_]*$/, 'a field name: a letter, then letters, digits or _')
          .refine(
            (name) => name !== 'group',
            'another field name than `group`, which holds what the items are grouped by',
          ),
        z.strictObject({
          op: z
            .enum(OPERATIONS)
            .describe(
              'count, sum, avg, min, max, first, last, list (all values) or join (one text). All but first, last and list pass over null; sum of nothing is 0, avg, min and max of nothing are null.',
            ),
          of: perItem(
            'The value of an item, e.g. {{ item.price }}. Left out: the item itself; count then counts every item.',
          ).optional(),
          separator: z
            .string()
            .max(100)
            .optional()
            .describe('What join puts between two texts. Left out: a comma and a blank.'),
        }),
      )
      .describe('The fields of the result: for each name what is counted, summed and so on.'),
  }),
  output: z
    .union([z.record(z.string(), z.unknown()), z.array(z.record(z.string(), z.unknown()))])
    .describe('One object, or with groupBy a list of objects with `group`.'),
  run: ({ items, groupBy, fields }) => {
    const list = listOf(items, 'items');
    if (!list.ok) return failed(list.problem);
    const groups = new Map<GroupKey, number[]>();
    if (groupBy === undefined) groups.set(null, [...list.value.keys()]);
    else {
      for (let i = 0; i < list.value.length; i += 1) {
        const key = groupBy(list.value[i], i) ?? null;
        if (!isKey(key)) {
          return failed(
            problem(
              'aggregate.group',
              `Item ${i} (counted from 0) gives ${kindOf(key)} to group by; a text, a number, true, false or null was expected.`,
              {
                at: { field: 'groupBy' },
                fix: 'Group by one field of the items, e.g. {{ item.country }}.',
              },
            ),
          );
        }
        const group = groups.get(key);
        if (group === undefined) groups.set(key, [i]);
        else group.push(i);
      }
    }
    const made: Record<string, unknown>[] = [];
    for (const [group, indexes] of groups) {
      const row: [string, unknown][] = groupBy === undefined ? [] : [['group', group]];
      for (const [name, { op, of, separator = ', ' }] of Object.entries(fields)) {
        const values = indexes.map((index) => ({
          index,
          value: of === undefined ? list.value[index] : of(list.value[index], index),
        }));
        const folded = foldValues(name, op, values, of !== undefined, separator);
        if ('problem' in folded) return failed(folded.problem);
        row.push([name, folded.value]);
      }
      made.push(Object.fromEntries(row));
    }
    return done(groupBy === undefined ? made[0] : made);
  },
});
