/**
 * The values of a row, read by the columns of its table.
 *
 * TR1 An unknown column is refused, as every unknown field is.
 */

import { z } from 'zod';
import { problem, type Result } from '../problem.ts';
import { type Column, columnNamed } from './column.ts';
import { type Cell, cellOf } from './value.ts';

export const rowValues = z.record(z.string().max(100), z.unknown()).describe('Values by the names of their columns.');
export type RowValues = Readonly<Record<string, unknown>>;

/** A row as steps and the API give it. */
export const ownRow = z
  .strictObject({
    id: z.string().describe('Its id.'),
    version: z.int().describe('Raised by every change of it.'),
    created: z.iso.datetime().describe('When it was added.'),
    updated: z.iso.datetime().describe('When it was changed last.'),
    values: rowValues,
  })
  .meta({ id: 'TableRow' });
export type OwnRow = Readonly<z.output<typeof ownRow>>;

export type Cells = ReadonlyMap<Column, Cell | null>;

/**
 * The cells that values stand for. `new`: all of them, with defaults in place of what was left out; `change`: those that were
 * named. Problems `table.column`, `table.value`, `table.required`.
 */
export const cellsOf = (columns: readonly Column[], values: RowValues, as: 'new' | 'change'): Result<Cells> => {
  const cells = new Map<Column, Cell | null>();
  for (const [name, value] of Object.entries(values)) {
    const column = columnNamed(columns, name);
    if (!column.ok) return column;
    const cell = cellOf(column.value, value);
    if (!cell.ok) return cell;
    cells.set(column.value, cell.value);
  }
  for (const column of columns) {
    if (as === 'new' && !cells.has(column)) {
      const cell = cellOf(column, column.default);
      if (!cell.ok) return cell;
      cells.set(column, cell.value);
    }
    if (column.required === true && cells.get(column) === null)
      return {
        ok: false,
        problem: problem('table.required', `The column “${column.name}” may not be empty`),
      };
  }
  return { ok: true, value: cells };
};
