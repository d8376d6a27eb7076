/** table.get: one row of a table, by its id or by what is in one of its columns. */

import { defineStep, done, failed, ownRow, problem, z } from '@headgate/core/step';
import { tableField, tableNeeds } from '../table.find/place.ts';

const many = problem('table.match', 'More than one row has this in the column', {
  fix: 'Ask by a column that is unique, or use table.find.',
});

export const step = defineStep({
  kind: 'table.get',
  version: 1,
  title: 'Get a row',
  group: 'data',
  summary: 'Gives one row of a table, or null where there is none: by its id, or by the value of a column.',
  input: z
    .strictObject({
      table: tableField,
      id: z.string().min(1).max(100).optional().describe('The id of the row.'),
      column: z.string().min(1).max(100).optional().describe('Instead of the id: a column, best one that is unique.'),
      value: z.unknown().optional().describe('With a column: what the row has in it.'),
    })
    .refine(
      ({ id, column, value }) => (id === undefined) === (column !== undefined && value !== undefined),
      'either `id`, or `column` and `value`',
    ),
  output: ownRow.nullable().describe('The row; null: there is none.'),
  needs: (raw) => tableNeeds('read', raw),
  repeatable: () => true,
  run: async ({ table, id, column, value }, can) => {
    if (id !== undefined) {
      const got = await can.tables.get(table, id);
      return 'problem' in got ? failed(got.problem, got.sent) : done(got.value);
    }
    const where = [{ column: column ?? '', is: 'eq' as const, value }];
    const got = await can.tables.find(table, { where, limit: 2 });
    if ('problem' in got) return failed(got.problem, got.sent);
    return got.value.rows.length > 1 ? failed(many, 'no') : done(got.value.rows[0] ?? null);
  },
});
