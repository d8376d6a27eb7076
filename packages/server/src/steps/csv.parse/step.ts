/**
 * csv.parse: the records of CSV as objects, or sums over them. It reads as the bytes come, so that sums over a file of any
 * size need no more memory than over a small one.
 */

import {
  defineStep,
  done,
  failed,
  fileRef,
  notBoolean,
  type Outcome,
  perItem,
  type PerItem,
  problem,
  type Problem,
  z,
} from '@headgate/core/step';
import { placeNeeds } from '../file.read/place.ts';
import { columnsOf, CsvFault, recordsOf, SEPARATORS } from './records.ts';
import { OPERATIONS, Totals } from './totals.ts';

/** What becomes a value at most; a larger one is split, or summed. */
const MOST_CELLS = 500_000;
const MOST_GROUPS = 10_000;
const NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;

const input = z
  .strictObject({
    text: z.string().optional().describe('The CSV itself, e.g. {{ steps.fetch.body }}.'),
    path: z
      .string()
      .min(1)
      .max(1000)
      .optional()
      .describe('Or a file of the project, e.g. invoices/{{ input.month }}.csv.'),
    from: fileRef
      .optional()
      .describe('Or a reference: a part of csv.split, e.g. {{ item }}, or a file that an earlier step gave.'),
    columns: z
      .array(z.string().min(1).max(200))
      .max(5000)
      .optional()
      .describe('Names of the columns, where the first line holds none, e.g. {{ steps.split.columns }}.'),
    separator: z
      .enum(SEPARATORS)
      .optional()
      .describe('What stands between cells. Left out: what the first line seems to have, e.g. a comma.'),
    numbers: z
      .array(z.string())
      .max(5000)
      .optional()
      .describe('Columns that hold numbers; an empty cell of them is null. All others are texts.'),
    where: perItem(
      'Which records count, asked for each, e.g. {{ item.country === "FR" }}: true or false. Left out: all.',
    ).optional(),
    groupBy: perItem('What totals are grouped by, e.g. {{ item.country }}: a text or a number.').optional(),
    totals: z
      .record(
        z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,99}$/, 'a field name: a letter, then letters, digits or _'),
        z.strictObject({
          op: z.enum(OPERATIONS).describe('count, sum, min or max; all of them pass over null.'),
          of: perItem(
            'The value of a record, e.g. {{ item.amount }}. Left out: the record itself, for count.',
          ).optional(),
        }),
      )
      .optional()
      .describe(
        'Sums instead of records: for each name what is counted or summed. A file of any size is read for them.',
      ),
  })
  .refine(
    ({ text, path, from }) => [text, path, from].filter((one) => one !== undefined).length === 1,
    'one of `text`, `path` and `from`',
  );
type Input = z.output<typeof input>;

/** Cells as the object that expressions see. */
const shaper = (columns: readonly string[], numbers: ReadonlySet<string>) => {
  const isNumber = columns.map((name) => numbers.has(name));
  return (cells: readonly string[], row: number): Record<string, unknown> =>
    Object.fromEntries(
      columns.map((name, i) => {
        const cell = cells[i] ?? '';
        if (isNumber[i] !== true) return [name, cell];
        if (cell.trim() === '') return [name, null];
        if (!NUMBER.test(cell)) throw new CsvFault(noNumber(name, row));
        return [name, Number(cell)];
      }),
    );
};

const noNumber = (name: string, row: number): Problem =>
  problem('csv.number', `Record ${row} holds no number in the column ${name}.`, {
    at: { field: 'numbers' },
    fix: 'Leave the column out of `numbers`, and convert it where it is used.',
  });

const tooMany = problem('csv.large', `More than ${MOST_CELLS} cells are no value`, {
  at: { field: 'totals' },
  fix: 'Say `totals`, or cut the file with csv.split and read each part in an each block.',
});

const isKey = (key: unknown): key is string | number => typeof key === 'string' || typeof key === 'number';

/** Takes records one by one; `end` is what the step gives. */
type Taker = {
  readonly take: (item: Record<string, unknown>, row: number) => Problem | null;
  readonly end: () => unknown;
};

const summing = ({ totals = {}, groupBy }: Input): Taker => {
  const groups = new Map<string | number, Totals>();
  const all = new Totals(totals);
  const groupOf = (by: PerItem, item: unknown, row: number): Totals | Problem => {
    const key = by(item, row);
    if (!isKey(key))
      return problem('aggregate.group', `Record ${row} gives neither a text nor a number to group by.`, {
        at: { field: 'groupBy' },
      });
    const known = groups.get(key);
    if (known !== undefined) return known;
    if (groups.size >= MOST_GROUPS)
      return problem('csv.large', `More than ${MOST_GROUPS} groups`, {
        at: { field: 'groupBy' },
        fix: 'Group by something that fewer records differ in.',
      });
    const made = new Totals(totals);
    groups.set(key, made);
    return made;
  };
  return {
    take: (item, row) => {
      const group = groupBy === undefined ? all : groupOf(groupBy, item, row);
      return group instanceof Totals ? group.add(item, row) : group;
    },
    end: () => (groupBy === undefined ? all.value : [...groups].map(([group, of]) => ({ group, ...of.value }))),
  };
};

const keeping = (): Taker => {
  const kept: Record<string, unknown>[] = [];
  let cells = 0;
  return {
    take: (item) => {
      cells += Object.keys(item).length;
      if (cells > MOST_CELLS) return tooMany;
      kept.push(item);
      return null;
    },
    end: () => kept,
  };
};

const parsed = async (pieces: AsyncIterable<Uint8Array>, given: Input): Promise<Outcome> => {
  const taker = given.totals === undefined ? keeping() : summing(given);
  const numbers = new Set(given.numbers ?? []);
  let shape = given.columns === undefined ? null : shaper(columnsOf(given.columns), numbers);
  let row = 0;
  for await (const records of recordsOf(pieces, given.separator))
    for (const cells of records) {
      if (shape === null) {
        shape = shaper(columnsOf(cells), numbers);
        continue;
      }
      const item = shape(cells, row + 1);
      const counts = given.where === undefined ? true : given.where(item, row);
      if (counts !== true && counts !== false) return failed(notBoolean(counts, 'where', row), 'no');
      row += 1;
      const why = counts ? taker.take(item, row) : null;
      if (why !== null) return failed(why, 'no');
    }
  return done(taker.end());
};

const oneText = async function* (text: string): AsyncGenerator<Uint8Array, void, undefined> {
  yield new TextEncoder().encode(text);
};

export const step = defineStep({
  kind: 'csv.parse',
  version: 1,
  title: 'Read CSV',
  group: 'data',
  summary:
    'Gives the records of CSV as a list of objects, one a line, by the names of their columns; or, with totals, sums over them, for which a file of any size is read in little memory.',
  perItem: ['where', 'groupBy', 'totals.*.of'],
  input,
  output: z
    .unknown()
    .describe('A list of objects; with totals one object, and with groupBy a list of such objects with `group`.'),
  needs: (raw) => placeNeeds('read', raw['path']),
  repeatable: () => true,
  run: async (given, can) => {
    try {
      if (given.text !== undefined) return await parsed(oneText(given.text), given);
      const got = await can.files.read(given.from ?? given.path ?? '', (file) => parsed(file.read(), given));
      return 'problem' in got ? failed(got.problem, got.sent) : got.value;
    } catch (error) {
      if (error instanceof CsvFault) return failed(error.problem, 'no');
      throw error;
    }
  },
});
