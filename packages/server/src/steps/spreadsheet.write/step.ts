/** spreadsheet.write: lists of objects as an .xlsx workbook, a sheet each: into a file, or as base64. */

import {
  type Can,
  defineStep,
  done,
  failed,
  fileInfo,
  kindOf,
  listField,
  listOf,
  type Problem,
  problem,
  z,
} from '@headgate/core/step';
import { pathField, writtenBy } from '../archive.pack/inputs.ts';
import { columnsOf } from '../csv.parse/records.ts';
import { placeNeeds } from '../file.read/place.ts';

const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
/** Cells of one workbook: they go to the jail at once. */
const MOST_CELLS = 2_000_000;

/** As spreadsheets have it: no longer than 31, without []:*?/\, not in quotes. */
const sheetName = z
  .string()
  .regex(
    /^(?!')[^[\]:*?/\\]{1,31}(?<!')$/,
    'a name of 1 to 31 characters without [ ] : * ? / \\ that does not begin or end in a quote',
  );
const names = z.array(z.string().min(1).max(200)).max(5000);
const about = {
  items: listField(
    'The rows: objects, e.g. {{ steps.orders }}, or lists of cells. Null counts as an empty list.',
  ).optional(),
  columns: names
    .optional()
    .describe(
      'The columns, in order. Left out: every field that an object has, in the order in which they first appear.',
    ),
  dates: names.optional().describe('Columns that hold dates, as texts such as 2026-03-31 or 2026-03-31T12:00:00.'),
};
const oneSheet = z.strictObject({ name: sheetName.describe('The name of the sheet.'), ...about });

type Asked = {
  readonly name: string;
  readonly items?: unknown;
  readonly columns?: readonly string[] | undefined;
  readonly dates?: readonly string[] | undefined;
};
type Cell = string | number | boolean | null;
type Sheet = {
  readonly name: string;
  readonly columns: readonly string[];
  readonly header: boolean;
  readonly rows: readonly (readonly Cell[])[];
  readonly dates: readonly boolean[];
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value in a cell: what is no text, number or truth is written as JSON. */
const cellOf = (value: unknown): Cell =>
  value === null || value === undefined
    ? null
    : typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? value
      : JSON.stringify(value);

const sheetOf = (
  { name, items, columns, dates = [] }: Asked,
  header: boolean,
): { readonly sheet: Sheet } | { readonly wrong: Problem } => {
  const list = listOf(items, 'items');
  if (!list.ok) return { wrong: list.problem };
  const isLists = list.value.length > 0 && list.value.every((item) => Array.isArray(item));
  const odd = isLists ? -1 : list.value.findIndex((item) => !isRecord(item));
  if (odd >= 0)
    return {
      wrong: problem(
        'sheet.item',
        `Item ${odd} (counted from 0) of ${name} is ${kindOf(list.value[odd])}; an object was expected, or lists throughout`,
        {
          at: { field: 'items' },
          fix: 'Make objects of the items first, e.g. {{ steps.list.map(n => ({ name: n })) }}.',
        },
      ),
    };
  const records = list.value.filter(isRecord);
  const lists = isLists ? (list.value as readonly (readonly unknown[])[]) : [];
  const fields = columns ?? (isLists ? [] : [...new Set(records.flatMap((record) => Object.keys(record)))]);
  const rows = isLists
    ? lists.map((row) => row.map(cellOf))
    : records.map((record) => fields.map((field) => cellOf(Object.hasOwn(record, field) ? record[field] : null)));
  const dated = new Set(dates);
  const unknown = dates.find((one) => !fields.includes(one));
  if (unknown !== undefined)
    return {
      wrong: problem('sheet.date', `${name} has no column ${JSON.stringify(unknown)}`, { at: { field: 'dates' } }),
    };
  const heads = header && fields.length > 0;
  return {
    sheet: {
      name,
      columns: heads ? columnsOf(fields) : fields,
      header: heads,
      rows,
      dates: fields.map((field) => dated.has(field)),
    },
  };
};

export const step = defineStep({
  kind: 'spreadsheet.write',
  version: 1,
  title: 'Write a spreadsheet',
  group: 'data',
  summary:
    'Makes an .xlsx workbook of one or several lists, a sheet each: numbers, true and false and dates as what they are, texts as texts, which no program takes for a formula. The first row holds the names, stands fast and is bold.',
  input: z
    .strictObject({
      ...about,
      name: sheetName.optional().describe('The name of the sheet. Left out: Sheet1.'),
      sheets: z
        .array(oneSheet)
        .min(1)
        .max(100)
        .optional()
        .describe('Instead of `items`: several sheets, each with `name` and `items`.'),
      header: z.boolean().optional().describe('False: no row with the names of the columns. Left out: true.'),
      path: pathField(
        'The file of the project to write it to, e.g. out/{{ input.day }}.xlsx. Left out: it comes back as base64.',
      ),
    })
    .refine(({ items, sheets }) => (items === undefined) !== (sheets === undefined), 'either `items` or `sheets`'),
  output: z
    .union([fileInfo, z.string()])
    .describe('The file it was written to, or, without `path`, the workbook as base64.'),
  needs: (raw) => placeNeeds('write', raw['path']),
  repeatable: () => true,
  run: async ({ items, columns, dates, name = 'Sheet1', sheets, header = true, path }, can: Can) => {
    const made: Sheet[] = [];
    for (const asked of sheets ?? [{ name, items, columns, dates }]) {
      const one = sheetOf(asked, header);
      if ('wrong' in one) return failed(one.wrong, 'no');
      made.push(one.sheet);
    }
    const same = made.find(
      ({ name: mine }, i) => made.findIndex((other) => other.name.toLowerCase() === mine.toLowerCase()) < i,
    );
    if (same !== undefined)
      return failed(
        problem('sheet.name', `Two sheets are called ${JSON.stringify(same.name)}`, { at: { field: 'sheets' } }),
        'no',
      );
    const cells = made.reduce((sum, { rows }) => sum + rows.reduce((all, row) => all + row.length, 0), 0);
    if (cells > MOST_CELLS)
      return failed(
        problem('sheet.large', `A workbook takes ${MOST_CELLS} cells at most`, {
          at: { field: 'items' },
          fix: 'Write several workbooks, or CSV.',
        }),
        'no',
      );
    const written = await writtenBy(can, { path, type: TYPE }, (write) =>
      can.formats.run({ program: 'sheet', input: { do: 'write', sheets: made }, write }),
    );
    return 'problem' in written ? failed(written.problem, written.sent) : done(written.file);
  },
});
