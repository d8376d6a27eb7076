/** table.find: the rows of a table that are like what is asked, sorted, a page at a time. */

import { conditions, defineStep, done, failed, match, order, ownRow, TABLE_LIMITS, z } from '@headgate/core/step';
import { tableField, tableNeeds } from './place.ts';

export const step = defineStep({
  kind: 'table.find',
  version: 1,
  title: 'Find rows',
  group: 'data',
  summary: 'Gives the rows of a table that fit all conditions, or one of them, in the order that is asked for.',
  input: z.strictObject({
    table: tableField,
    where: conditions
      .optional()
      .describe(
        'What the rows must be like, e.g. [{"column": "plan", "is": "eq", "value": "paid"}]. Left out: all of them.',
      ),
    match: match.optional(),
    sort: order.optional(),
    limit: z.int().min(1).max(TABLE_LIMITS.page).optional().describe('At most so many. Left out: 100.'),
    cursor: z.string().max(3000).nullable().optional().describe('Go on with the next page: `next` of the one before.'),
  }),
  output: z
    .strictObject({
      rows: z.array(ownRow).describe('The rows: `values` by the names of their columns.'),
      next: z.string().nullable().describe('What `cursor` takes for the next page; null: these were the last.'),
    })
    .describe('The rows, and how to go on.'),
  needs: (raw) => tableNeeds('read', raw),
  repeatable: () => true,
  run: async ({ table, cursor, where, match: how, sort, limit }, can) => {
    const got = await can.tables.find(table, {
      ...(where === undefined ? {} : { where }),
      ...(how === undefined ? {} : { match: how }),
      ...(sort === undefined
        ? {}
        : { sort: { column: sort.column, ...(sort.order === undefined ? {} : { order: sort.order }) } }),
      ...(limit === undefined ? {} : { limit }),
      ...(cursor === undefined || cursor === null ? {} : { cursor }),
    });
    return 'problem' in got ? failed(got.problem, got.sent) : done(got.value);
  },
});
