/**
 * spreadsheet.read: the rows of a sheet of an .xlsx workbook, as objects by the names in its first row, or as lists. What
 * reads it runs in the jail; no formula is computed: what a cell last showed is its value.
 */

import { defineStep, done, failed, type Problem, problem, type Refused, z } from '@headgate/core/step';
import { fromField, pathField, readBy } from '../archive.pack/inputs.ts';
import { columnsOf } from '../csv.parse/records.ts';
import { placeNeeds } from '../file.read/place.ts';

/** What becomes a value at most. */
const MOST_CELLS = 500_000;
const batch = z.array(z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])));
type Cell = z.output<typeof batch>[number][number];
const told = z.object({ names: z.array(z.string()), name: z.string() });

const tooMany: Problem = problem('sheet.large', `More than ${MOST_CELLS} cells are no value`, {
  at: { field: 'rows' },
  fix: 'Read it part by part, with `row` and `rows`.',
});

export const step = defineStep({
  kind: 'spreadsheet.read',
  version: 1,
  title: 'Read a spreadsheet',
  group: 'data',
  summary:
    'Gives the rows of a sheet of an .xlsx workbook: as objects by the names in its first row, or as lists of cells. Numbers, true and false, and texts stay what they are; dates are texts such as 2026-03-31. Formulas are not computed: their last value is read.',
  input: z
    .strictObject({
      path: pathField('The workbook, a file of the project, e.g. in/{{ input.month }}.xlsx.'),
      from: fromField,
      base64: z.string().optional().describe('Or the workbook itself, as base64.'),
      sheet: z
        .union([z.string().min(1).max(100), z.int().min(1).max(1000)])
        .optional()
        .describe('The name of the sheet, or its place, from 1. Left out: the first.'),
      header: z
        .boolean()
        .optional()
        .describe('False: no row holds names, and rows are lists of cells. Left out: true.'),
      row: z
        .int()
        .min(1)
        .max(1_048_576)
        .optional()
        .describe('The row to begin at: that of the names where there are some. Left out: 1.'),
      rows: z.int().min(1).max(1_048_576).optional().describe('Rows at most. Left out: all.'),
    })
    .refine(
      ({ path, from, base64 }) => [path, from, base64].filter((one) => one !== undefined).length === 1,
      'one of `path`, `from` and `base64`',
    ),
  output: z
    .object({
      sheets: z.array(z.string()).describe('The names of all sheets.'),
      sheet: z.string().describe('The name of the one that was read.'),
      columns: z.array(z.string()).describe('The names of its columns; empty without a row of names.'),
      rows: z.array(z.unknown()).describe('Its rows that are not empty.'),
    })
    .describe('What the sheet holds.'),
  needs: (raw) => placeNeeds('read', raw['path']),
  repeatable: () => true,
  run: async ({ path, from, base64, sheet, header = true, row = 1, rows = 1_048_576 }, can) => {
    let columns: readonly string[] | null = header ? null : [];
    const kept: unknown[] = [];
    let cells = 0;
    const keep = (one: readonly Cell[]): void => {
      if (columns === null) {
        columns = columnsOf(one.map((cell, i) => (cell === null || cell === '' ? `column_${i + 1}` : String(cell))));
        return;
      }
      cells += header ? columns.length : one.length;
      kept.push(header ? Object.fromEntries(columns.map((name, i) => [name, one[i] ?? null])) : one);
    };
    const read = await readBy(can, { path, from, base64 }, (size) => ({
      program: 'sheet',
      input: { do: 'read', size, sheet: sheet ?? null, from: row, rows: rows + (header ? 1 : 0) },
      take: (value): Refused | null => {
        for (const one of batch.parse(value)) keep(one);
        return cells > MOST_CELLS ? { problem: tooMany, sent: 'no' } : null;
      },
    }));
    if ('problem' in read) return failed(read.problem, read.sent);
    const { names, name } = told.parse(read.value);
    return done({ sheets: names, sheet: name, columns: columns ?? [], rows: kept });
  },
});
