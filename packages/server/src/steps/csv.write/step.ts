/** csv.write: a list of objects as CSV: as a text, or into a file. Writing and quoting is papaparse's. */

import { defineStep, done, failed, fileInfo, kindOf, listField, listOf, problem, z } from '@headgate/core/step';
import { columnsOf, SEPARATORS } from '../csv.parse/records.ts';
import { placeNeeds } from '../file.read/place.ts';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value in a cell: what is no text, number or truth is written as JSON. */
const cellOf = (value: unknown): string | number | boolean =>
  value === null || value === undefined
    ? ''
    : typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? value
      : JSON.stringify(value);

/** What spreadsheets take for a formula, which may call out or start something. */
const FORMULA = /^[=+\-@\t\r].*$/s;
const A_NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

export const step = defineStep({
  kind: 'csv.write',
  version: 1,
  title: 'Write CSV',
  group: 'data',
  summary:
    'Makes CSV of a list of objects, one a line, and gives it as a text, or writes it to a file of the project. A text that a spreadsheet would take for a formula gets a quote before it.',
  input: z.strictObject({
    items: listField('The objects, e.g. {{ steps.parts }}. Null counts as an empty list.'),
    columns: z
      .array(z.string().min(1).max(200))
      .max(5000)
      .optional()
      .describe(
        'The columns, in order. Left out: every field that an object has, in the order in which they first appear.',
      ),
    header: z.boolean().optional().describe('False: no line with the names of the columns. Left out: true.'),
    separator: z.enum(SEPARATORS).optional().describe('What stands between cells. Left out: a comma.'),
    formulas: z
      .boolean()
      .optional()
      .describe('True: texts are written as they are, also those that a spreadsheet would run as a formula.'),
    path: z
      .string()
      .min(1)
      .max(1000)
      .optional()
      .describe(
        'A file of the project to write it to, e.g. out/{{ input.day }}.csv. Left out: the text is the value of the step.',
      ),
  }),
  output: z.union([z.string(), fileInfo]).describe('The CSV, or the file it was written to.'),
  needs: (raw) => placeNeeds('write', raw['path']),
  repeatable: () => true,
  run: async ({ items, columns, header = true, separator = ',', formulas = false, path }, can) => {
    const list = listOf(items, 'items');
    if (!list.ok) return failed(list.problem, 'no');
    const odd = list.value.findIndex((item) => !isRecord(item));
    if (odd >= 0)
      return failed(
        problem('csv.item', `Item ${odd} (counted from 0) is ${kindOf(list.value[odd])}; an object was expected.`, {
          at: { field: 'items' },
          fix: 'Make objects of the items first, e.g. {{ steps.list.map(n => ({ name: n })) }}.',
        }),
        'no',
      );
    const records = list.value.filter(isRecord);
    const fields = columns ?? [...new Set(records.flatMap((record) => Object.keys(record)))];
    const safe = (value: unknown): string | number | boolean => {
      const cell = cellOf(value);
      return formulas || typeof cell !== 'string' || !FORMULA.test(cell) || A_NUMBER.test(cell) ? cell : `'${cell}`;
    };
    const data = records.map((record) => fields.map((name) => safe(Object.hasOwn(record, name) ? record[name] : null)));
    const { default: Papa } = await import('papaparse');
    const text = Papa.unparse(
      { fields: header ? columnsOf(fields).map(safe).map(String) : fields, data },
      { delimiter: separator, newline: '\r\n', header },
    );
    if (path === undefined) return done(text);
    const made = await can.files.write(path, text, { type: 'text/csv' });
    return 'problem' in made ? failed(made.problem, made.sent) : done(made.value);
  },
});
