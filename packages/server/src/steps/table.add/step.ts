/** table.add: rows that are added to a table. Begun again after a crash, it does not do it twice. */

import { defineStep, done, failed, ownRow, rowValues, TABLE_LIMITS, z } from '@headgate/core/step';
import { tableField, tableNeeds } from '../table.find/place.ts';

export const step = defineStep({
  kind: 'table.add',
  version: 1,
  title: 'Add rows',
  group: 'data',
  summary: 'Adds one row to a table, or several: all of them or, where one does not fit, none.',
  input: z
    .strictObject({
      table: tableField,
      values: rowValues.optional().describe('The row, by the names of its columns.'),
      rows: z
        .array(rowValues)
        .max(TABLE_LIMITS.atOnce)
        .optional()
        .describe('Instead of values: several rows, at most 1000.'),
    })
    .refine(({ values, rows }) => (values === undefined) !== (rows === undefined), 'either `values` or `rows`'),
  output: z
    .strictObject({
      rows: z
        .array(ownRow.extend({ made: z.boolean().describe('It was added; else it was there.') }))
        .describe('The rows.'),
      row: ownRow
        .extend({ made: z.boolean().describe('It was added; else it was there.') })
        .nullable()
        .describe('The first of them.'),
    })
    .describe('The rows as they are now.'),
  needs: (raw) => tableNeeds('write', raw),
  // What it wrote is noted with what it wrote.
  repeatable: () => true,
  run: async ({ table, values, rows }, can) => {
    const asked = rows ?? (values === undefined ? [] : [values]);
    const got = await can.tables.add(table, asked);
    if ('problem' in got) return failed(got.problem, got.sent);
    return done({ rows: got.value, row: got.value[0] ?? null });
  },
});
