/** The cells of rows: written in the form that sorts and compares, or sealed; and read back as values. */

import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { type Cell, type Cells, type Column, problem, valueOf } from '@headgate/core';
import type { DataRow, SealedCell } from '../own-table.ts';
import type { OwnTables } from '../schema/own-tables.ts';
import { cellName } from '../sealed-names.ts';
import { refuse, type Trx } from './own-ground.ts';
import type { Seal } from './own-seal.ts';

type CellRow = OwnTables['own_cell'];

/** What a cell and a row count for beside what they hold. */
export const CELL = 24;
export const ROW = 120;

const sizeOf = ({ txt, body, box }: Pick<CellRow, 'txt' | 'body' | 'box'>): number =>
  CELL + Buffer.byteLength(txt ?? '') + Buffer.byteLength(body ?? '') + (box?.length ?? 0);

/** The same within a statement, without `CELL`. */
export const SQL_SIZE = sql`coalesce(octet_length(txt), 0) + coalesce(octet_length(body), 0) + coalesce(octet_length(box), 0)`;

/** What two equal cells of a column have in common: the text itself, or what stands for a long one. */
export const sameness = ({ num, txt, body }: Cell): string => {
  if (num !== null) return `n${num}`;
  const text = body ?? txt ?? '';
  return text.length <= 100 ? `t${text}` : `h${createHash('sha256').update(text).digest('hex')}`;
};

export type CellPlace = {
  readonly workspace: string;
  readonly table: string;
  readonly row: string;
  readonly at: number;
};

/** The rows of cells to write; empty ones have none. */
export const cellRows = (seal: Seal, place: CellPlace, cells: Cells): CellRow[] => {
  const rows: CellRow[] = [];
  for (const [column, cell] of cells) {
    if (cell === null) continue;
    const ground = { workspace: place.workspace, tbl: place.table, at: place.at, col: column.id };
    if (column.sealed === true) {
      const name = cellName(place.table, column.id, place.row);
      const box = seal(place.workspace, name, valueOf(column, cell));
      rows.push({ ...ground, num: null, txt: null, body: null, box, uniq: null });
    } else rows.push({ ...ground, ...cell, box: null, uniq: column.unique === true ? sameness(cell) : null });
  }
  return rows;
};

/** Cells of one statement: nine values each, far below what a statement may have. */
const AT_ONCE = 200;

/** Writes cells. What would be there twice in a unique column ends the transaction: `table.unique`. Gives their bytes. */
export const writeCells = async (trx: Trx, columns: readonly Column[], rows: readonly CellRow[]): Promise<number> => {
  await judgeUnique(trx, columns, rows);
  for (let from = 0; from < rows.length; from += AT_ONCE)
    await trx
      .insertInto('own_cell')
      .values(rows.slice(from, from + AT_ONCE))
      .execute();
  return rows.reduce((sum, row) => sum + sizeOf(row), 0);
};

const judgeUnique = async (trx: Trx, columns: readonly Column[], rows: readonly CellRow[]): Promise<void> => {
  const wanted = new Map<string, Set<string>>();
  for (const { col, uniq } of rows) {
    if (uniq === null) continue;
    const known = wanted.get(col);
    if (known?.has(uniq) === true) twice(columns, col);
    if (known === undefined) wanted.set(col, new Set([uniq]));
    else known.add(uniq);
  }
  for (const [col, texts] of wanted) {
    const all = [...texts];
    for (let from = 0; from < all.length; from += AT_ONCE) {
      const there = await trx
        .selectFrom('own_cell')
        .select('at')
        .where('tbl', '=', rows[0]?.tbl ?? '')
        .where('col', '=', col)
        .where('uniq', 'in', all.slice(from, from + AT_ONCE))
        .executeTakeFirst();
      if (there !== undefined) twice(columns, col);
    }
  }
};

const twice = (columns: readonly Column[], id: string): never =>
  refuse(
    problem(
      'table.unique',
      `Another row has the same in the column “${columns.find((one) => one.id === id)?.name ?? ''}”, which is unique`,
      { fix: 'Give it another value, or upsert by this column.' },
    ),
  );

/** Takes cells of a row away; those of these columns, or all. Gives the bytes that went. */
export const dropCells = async (
  trx: Trx,
  { workspace, table, at }: Pick<CellPlace, 'workspace' | 'table' | 'at'>,
  columns?: readonly Column[],
): Promise<number> => {
  let query = trx
    .deleteFrom('own_cell')
    .where('workspace', '=', workspace)
    .where('tbl', '=', table)
    .where('at', '=', at);
  if (columns !== undefined)
    query = query.where(
      'col',
      'in',
      columns.map((one) => one.id),
    );
  const gone = await query.returning(['txt', 'body', 'box']).execute();
  return gone.reduce((sum, row) => sum + sizeOf(row), 0);
};

type RowHead = { readonly n: number; readonly id: string; version: number; created: number; updated: number };

/** Rows with the values of their cells, in the order of `heads`. */
export const readRows = (
  table: string,
  columns: readonly Column[],
  heads: readonly RowHead[],
  cells: readonly Pick<CellRow, 'at' | 'col' | 'num' | 'txt' | 'body' | 'box'>[],
): DataRow[] => {
  const byRow = new Map<number, Map<string, (typeof cells)[number]>>();
  for (const cell of cells) {
    const known = byRow.get(cell.at);
    if (known === undefined) byRow.set(cell.at, new Map([[cell.col, cell]]));
    else known.set(cell.col, cell);
  }
  return heads.map(({ n, id, version, created, updated }) => {
    const of = byRow.get(n);
    const sealed: SealedCell[] = [];
    const values = columns.map(({ id: col, name, type }): [string, unknown] => {
      const cell = of?.get(col);
      if (cell === undefined) return [name, null];
      if (cell.box === null) return [name, valueOf({ type }, cell)];
      sealed.push({ column: name, name: cellName(table, col, id), box: cell.box });
      return [name, null];
    });
    return { id, version, created, updated, values: Object.fromEntries(values), sealed };
  });
};
