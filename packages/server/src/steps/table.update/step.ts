/** table.update: rows of a table, by id or by conditions. Begun again after a crash, it does not do it twice. */

import { conditions, defineStep, done, failed, match, ownRow, rowValues, z } from '@headgate/core/step';
import { tableField, tableNeeds } from '../table.find/place.ts';

export const step = defineStep({
  kind: 'table.update',
  version: 1,
  title: 'Change rows',
  group: 'data',
  summary: 'Changes one row of a table by its id, or all that fit the conditions, at most 1000.',
  input: z
    .strictObject({
      table: tableField,
      id: z.string().min(1).max(100).optional().describe('The id of the row.'),
      where: conditions.min(1).optional().describe('Instead of the id: what the rows are like.'),
      match: match.optional(),
      values: rowValues.describe(
        'What is changed, by the names of columns. What is not named stays; null empties a cell.',
      ),
    })
    .refine(({ id, where }) => (id === undefined) !== (where === undefined), 'either `id` or `where`'),
  output: z
    .strictObject({
      count: z.int().describe('How many rows there were.'),
      rows: z.array(ownRow).describe('The rows as they are now.'),
    })
    .describe('What was changed.'),
  needs: (raw) => tableNeeds('write', raw),
  // What it wrote is noted with what it wrote.
  repeatable: () => true,
  run: async ({ table, id, where, match: how, values }, can) => {
    const which = id === undefined ? { where: where ?? [], ...(how === undefined ? {} : { match: how }) } : { id };
    const got = await can.tables.change(table, which, values);
    if ('problem' in got) return failed(got.problem, got.sent);
    return done({ count: got.value.length, rows: got.value });
  },
});
