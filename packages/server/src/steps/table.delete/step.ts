/** table.delete: rows of a table, by id or by conditions. Begun again after a crash, it does not do it twice. */

import { conditions, defineStep, done, failed, match, z } from '@headgate/core/step';
import { tableField, tableNeeds } from '../table.find/place.ts';

export const step = defineStep({
  kind: 'table.delete',
  version: 1,
  title: 'Delete rows',
  group: 'data',
  summary: 'Deletes one row of a table by its id, or all that fit the conditions, at most 1000.',
  input: z
    .strictObject({
      table: tableField,
      id: z.string().min(1).max(100).optional().describe('The id of the row.'),
      where: conditions.min(1).optional().describe('Instead of the id: what the rows are like.'),
      match: match.optional(),
    })
    .refine(({ id, where }) => (id === undefined) !== (where === undefined), 'either `id` or `where`'),
  output: z
    .strictObject({
      count: z.int().describe('How many rows there were.'),
    })
    .describe('What was deleted.'),
  needs: (raw) => tableNeeds('write', raw),
  // What it wrote is noted with what it wrote.
  repeatable: () => true,
  run: async ({ table, id, where, match: how }, can) => {
    const which = id === undefined ? { where: where ?? [], ...(how === undefined ? {} : { match: how }) } : { id };
    const got = await can.tables.remove(table, which);
    if ('problem' in got) return failed(got.problem, got.sent);
    return done({ count: got.value });
  },
});
