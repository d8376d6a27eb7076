/**
 * The columns of a table: what they are called, what they hold, and which of that is kept sealed.
 *
 * It knows no rows and no database. A column has an id of its own, which nobody chooses: renaming one moves nothing.
 *
 * TC1 A sealed column is neither sorted by, nor looked through, nor unique: whoever holds the database learns of it whether a
 *     cell is empty, and about how long it is.
 */

import { z } from 'zod';
import { problem, type Problem, type Result } from '../problem.ts';
import { TABLE_LIMITS } from './limits.ts';
import { cellOf } from './value.ts';

export const COLUMN_TYPES = ['text', 'number', 'boolean', 'date-time', 'json', 'choice'] as const;
export type ColumnType = (typeof COLUMN_TYPES)[number];

/** The name of a table, as a power names it. */
export const TABLE_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,99}$/;
export const TABLE_NAME_IS = 'a letter, then letters, digits, _ and -, at most 100';

export const tableName = z.string().regex(TABLE_NAME, TABLE_NAME_IS);

// oxlint-disable-next-line no-control-regex -- they are what has to be refused
const COLUMN_NAME = /^(?!\s)(?!.*\s$)(?!__proto__$)[^\u0000-\u001f\u007f]{1,100}$/;

export const columnName = z
  .string()
  .regex(COLUMN_NAME, '1 to 100 characters, none of them a control character, without a blank at either end');

/** A column as it is asked for. */
export const columnSpec = z
  .strictObject({
    name: columnName.describe('Its name, unlike those of the others'),
    type: z.enum(COLUMN_TYPES).describe('What its cells hold'),
    required: z.boolean().optional().describe('No row without it'),
    unique: z.boolean().optional().describe('No two rows with the same; rows are found by it when they are upserted'),
    sealed: z
      .boolean()
      .optional()
      .describe('Its cells are encrypted in the database: they cannot be sorted by, looked through, or be unique'),
    default: z.unknown().optional().describe('What a row that is added without it gets'),
    choices: z.array(z.string().min(1).max(200)).min(1).max(100).optional().describe('What a choice can be'),
  })
  .meta({ id: 'ColumnSpec' });
export type ColumnSpec = Readonly<z.output<typeof columnSpec>>;

/** A column of a table. `id`: what its cells are kept under. */
export type Column = ColumnSpec & { readonly id: string };

/** What of a column can be changed. Its type and whether it is sealed cannot: its cells would have to be opened. */
export const columnChange = z
  .strictObject({
    name: columnName.optional(),
    required: z.boolean().optional(),
    unique: z.boolean().optional(),
    default: z.unknown().optional(),
    choices: columnSpec.shape.choices,
  })
  .meta({ id: 'ColumnChange' });
export type ColumnChange = Readonly<z.output<typeof columnChange>>;

const wrong = (name: string, text: string, fix?: string): Problem =>
  problem('table.column', `The column “${name}” ${text}`, fix === undefined ? {} : { fix });

/** Can a column be like that? Null: yes. */
export const judgeColumn = (spec: ColumnSpec): Problem | null => {
  const { name, type, sealed, unique, choices } = spec;
  if ((type === 'choice') !== (choices !== undefined))
    return type === 'choice'
      ? wrong(name, 'is a choice and says of what', 'Give it `choices`, a list of texts.')
      : wrong(name, `is a ${type}: only a choice has choices`);
  if (choices !== undefined && new Set(choices).size < choices.length)
    return wrong(name, 'has one of its choices twice');
  if (unique === true && (type === 'json' || type === 'boolean'))
    return wrong(name, `is a ${type}, which cannot be unique`);
  if (unique === true && sealed === true)
    return wrong(name, 'cannot be both sealed and unique', 'Leave out one of the two: what is sealed is not compared.');
  const given = spec.default === undefined ? null : cellOf({ ...spec, id: 'c0' }, spec.default);
  return given === null || given.ok ? null : given.problem;
};

const folded = (name: string): string => name.normalize('NFC').toLowerCase();

/** Can a table have these columns together? */
export const judgeColumns = (columns: readonly ColumnSpec[]): Problem | null => {
  if (columns.length > TABLE_LIMITS.columns)
    return problem('table.column', `A table has ${TABLE_LIMITS.columns} columns at most`);
  const seen = new Set<string>();
  for (const column of columns) {
    const why = judgeColumn(column);
    if (why !== null) return why;
    if (seen.has(folded(column.name))) return wrong(column.name, 'is there twice');
    seen.add(folded(column.name));
  }
  return null;
};

/** The column of a name, or a Problem that says which there are. */
export const columnNamed = (columns: readonly Column[], name: string): Result<Column> => {
  const found = columns.find((one) => one.name === name);
  if (found !== undefined) return { ok: true, value: found };
  const names = columns.map((one) => one.name).join(', ');
  return {
    ok: false,
    problem: problem('table.column', `The table has no column “${name.slice(0, 100)}”`, {
      fix: names === '' ? 'It has none yet.' : `Columns: ${names}.`,
    }),
  };
};

/** May this column be sorted by and looked through? */
export const isPlain = ({ type, sealed }: ColumnSpec): boolean => type !== 'json' && sealed !== true;
