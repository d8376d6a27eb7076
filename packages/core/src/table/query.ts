/**
 * What is asked of a table: conditions, an order, a page. All of it is data: a column is found by its name among those that
 * there are, an operator is a word of a list, and a value is a value. No text of a caller becomes part of a statement.
 *
 * TQ1 A sealed column, and one of JSON, is asked about emptiness alone.
 */

import { z } from 'zod';
import { problem, type Result } from '../problem.ts';
import { type Column, columnNamed, isPlain } from './column.ts';
import { badValue, type Cell, cellOf } from './value.ts';

export const OPERATORS = ['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'contains', 'starts', 'in', 'empty', 'filled'] as const;
export type Operator = (typeof OPERATORS)[number];

export const condition = z
  .strictObject({
    column: z.string().max(100).describe('The name of a column.'),
    is: z
      .enum(OPERATORS)
      .describe(
        'eq, ne, lt, lte, gt, gte: compared with `value`; contains (whatever the case of a to z), starts: a text in it; in: one of the list `value`; empty, filled: without a value.',
      ),
    value: z.unknown().optional().describe('What it is compared with, of the type of the column.'),
  })
  .meta({ id: 'TableCondition' });
export type Condition = Readonly<z.output<typeof condition>>;

export const conditions = z.array(condition).max(20).describe('What the rows must be like.');
export const match = z
  .enum(['all', 'any'])
  .describe('all: every condition holds; any: one of them is enough. Left out: all.');
export const order = z
  .strictObject({
    column: z.string().max(100).describe('The name of a column.'),
    order: z.enum(['asc', 'desc']).optional().describe('asc: the least first; desc: the most first. Left out: asc.'),
  })
  .describe('By which column; rows whose cell in it is empty come last. Left out: in the order they were added.');

/** A condition whose column was found and whose values are of its type. */
export type Test = { readonly column: Column; readonly is: Operator; readonly cells: readonly Cell[] };

const TEXTS: ReadonlySet<Operator> = new Set(['contains', 'starts']);
const ORDERED: ReadonlySet<Operator> = new Set(['lt', 'lte', 'gt', 'gte']);
/** Of a text that is looked for. */
const LONGEST = 200;
const MOST_VALUES = 200;

/** Reads conditions. Problems `table.column`, `table.filter`, `table.value`. */
export const testsOf = (columns: readonly Column[], where: readonly Condition[]): Result<readonly Test[]> => {
  const tests: Test[] = [];
  for (const one of where) {
    const test = testOf(columns, one);
    if (!test.ok) return test;
    tests.push(test.value);
  }
  return { ok: true, value: tests };
};

const wrong = (text: string): Result<never> => ({ ok: false, problem: problem('table.filter', text) });

const testOf = (columns: readonly Column[], { column: name, is, value }: Condition): Result<Test> => {
  const found = columnNamed(columns, name);
  if (!found.ok) return found;
  const column = found.value;
  if (is === 'empty' || is === 'filled')
    return value === undefined ? { ok: true, value: { column, is, cells: [] } } : wrong(`“${is}” takes no value`);
  if (!isPlain(column))
    return wrong(
      `The column “${name}” is ${column.sealed === true ? 'sealed' : 'JSON'}: it can be asked for empty and filled alone`,
    );
  if (TEXTS.has(is)) {
    if (column.type !== 'text' && column.type !== 'choice') return wrong(`“${is}” is for texts; “${name}” is none`);
    if (typeof value !== 'string' || value === '' || value.length > LONGEST || value.includes('\u0000'))
      return wrong(`“${is}” takes a text of 1 to ${LONGEST} characters`);
    return { ok: true, value: { column, is, cells: [{ num: null, txt: value.toWellFormed(), body: null }] } };
  }
  if (ORDERED.has(is) && column.type === 'boolean') return wrong(`“${is}” is not for true and false`);
  const values = is === 'in' ? value : [value];
  if (!Array.isArray(values) || values.length > MOST_VALUES)
    return wrong(`“in” takes a list of ${MOST_VALUES} at most`);
  const cells: Cell[] = [];
  for (const each of values as readonly unknown[]) {
    // What a choice can no longer be is still compared with.
    const cell = cellOf(column.type === 'choice' ? { ...column, type: 'text' } : column, each);
    if (!cell.ok) return cell;
    if (cell.value === null) return { ok: false, problem: badValue(column, each) };
    cells.push(cell.value);
  }
  return { ok: true, value: { column, is, cells } };
};

/** The column a table is sorted by. Problems `table.column`, `table.filter`. */
export const sortedBy = (columns: readonly Column[], name: string): Result<Column> => {
  const found = columnNamed(columns, name);
  if (!found.ok || isPlain(found.value)) return found;
  return wrong(`A column that is ${found.value.sealed === true ? 'sealed' : 'JSON'} is not sorted by`);
};
