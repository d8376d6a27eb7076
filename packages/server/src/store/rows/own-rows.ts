/**
 * Rows of the tables of one workspace: found, added, changed and taken away; each call is one transaction, and all of it or
 * nothing.
 *
 * OR1 Who looks first and writes then does both in the same transaction: fifty who upsert the same at once make one row.
 */

import { sql } from 'kysely';
import {
  cellsOf,
  type Column,
  columnNamed,
  isPlain,
  problem,
  type RowValues,
  TABLE_LIMITS,
  testsOf,
} from '@headgate/core';
import type { Ground } from '../ground.ts';
import type { Still, TableRow, TableStore, Written } from '../own-table.ts';
import { cellRows, dropCells, ROW, sameness, writeCells } from './own-cells.ts';
import { allHold, findRows, rowsAt } from './own-find.ts';
import { change, type Change, must, type OwnGround, refuse, type Trx } from './own-ground.ts';
import { tableNow, tableOf } from './own-tables.ts';

type Rows = Pick<TableStore, 'find' | 'rows' | 'add' | 'change' | 'removeRows'>;
type Head = { readonly n: number; readonly id: string; readonly version: number };

export const ownRowsOf = (ground: Ground, own: OwnGround, workspace: string, get: TableStore['get']): Rows => {
  const { db } = ground;

  /** One transaction about a table as it is then. Its counts follow. */
  const write = (
    project: string,
    id: string,
    effect: Parameters<typeof change>[3],
    work: (table: TableRow, by: Change, came: (rows: number) => void) => Promise<Written>,
  ) =>
    change(ground, own, workspace, effect, async (by) => {
      const row = await tableNow(by.trx, workspace, project, id);
      if (row === undefined) return null;
      let bytes = 0;
      let rows = 0;
      const grow = (more: number): void => {
        bytes += more;
        by.grow(more);
      };
      const done = await work(tableOf(row), { ...by, grow }, (more) => {
        rows += more;
      });
      if (row.rows + rows > TABLE_LIMITS.rows && rows > 0)
        refuse(
          problem('table.rows', `A table has ${TABLE_LIMITS.rows} rows at most`, {
            fix: 'Delete rows that are no longer needed, or begin another table.',
          }),
        );
      if (bytes !== 0 || rows !== 0)
        await by.trx
          .updateTable('own_table')
          .set({ rows: row.rows + rows, bytes: row.bytes + bytes })
          .where('workspace', '=', workspace)
          .where('id', '=', id)
          .execute();
      return done;
    });

  const headOf = async (trx: Trx, table: string, id: string): Promise<Head | undefined> =>
    trx
      .selectFrom('own_row')
      .select(['n', 'id', 'version'])
      .where('workspace', '=', workspace)
      .where('tbl', '=', table)
      .where('id', '=', id)
      .executeTakeFirst();

  /** Is the row still like that? */
  const isStill = async (trx: Trx, table: TableRow, at: number, still: Still | undefined): Promise<boolean> => {
    if (still === undefined || still.where.length === 0) return true;
    const tests = must(testsOf(table.columns, still.where));
    const good = allHold({ workspace, table: table.id }, sql`${at}`, tests, still.match);
    const { rows } = await sql<{ yes: number }>`select 1 as yes where ${good}`.execute(trx);
    return rows.length > 0;
  };

  /** The row that has the same in these columns; null: none has. */
  const matching = async (
    trx: Trx,
    table: TableRow,
    columns: readonly Column[],
    values: RowValues,
  ): Promise<Head | null> => {
    const where = columns.map(({ name }) => ({ column: name, is: 'eq' as const, value: values[name] }));
    for (const { column, value } of where)
      if (value === undefined || value === null || value === '')
        refuse(problem('table.match', `A row that is upserted by “${column}” needs a value for it`));
    const tests = must(testsOf(table.columns, where));
    const [first] = tests;
    const cell = first?.cells[0];
    if (first === undefined || cell === undefined) return null;
    // By the index of the first column; the others are looked at where it leads.
    const near =
      first.column.unique === true
        ? sql`m.uniq = ${sameness(cell)}`
        : cell.num === null
          ? sql`m.txt = ${cell.txt}`
          : sql`m.num = ${cell.num}`;
    const good = allHold({ workspace, table: table.id }, sql`m.at`, tests);
    const { rows } = await sql<Head>`select r.n as n, r.id as id, r.version as version
      from own_cell m join own_row r on r.n = m.at
      where m.workspace = ${workspace} and m.tbl = ${table.id} and m.col = ${first.column.id} and ${near} and ${good}
      limit 2`.execute(trx);
    if (rows.length > 1)
      refuse(
        problem('table.match', 'More than one row has the same in the columns to upsert by', {
          fix: 'Make one of those columns unique, or upsert by more of them.',
        }),
      );
    return rows[0] ?? null;
  };

  const matchColumns = ({ columns }: TableRow, names: readonly string[]): Column[] =>
    names.map((name) => {
      const column = must(columnNamed(columns, name));
      if (!isPlain(column)) refuse(problem('table.match', `Rows are not found by “${name}”: it is sealed, or JSON`));
      return column;
    });

  /** Writes some cells of a row that is there. */
  const rewrite = async (
    table: TableRow,
    { trx, grow }: Change,
    head: Head,
    values: RowValues,
    at: number,
    by: string,
  ): Promise<void> => {
    const cells = must(cellsOf(table.columns, values, 'change'));
    if (cells.size === 0) return;
    const place = { workspace, table: table.id, row: head.id, at: head.n };
    grow(-(await dropCells(trx, place, [...cells.keys()])));
    grow(await writeCells(trx, table.columns, cellRows(own.seal, place, cells)));
    await trx
      .updateTable('own_row')
      .set({ version: head.version + 1, updated: at, by })
      .where('workspace', '=', workspace)
      .where('n', '=', head.n)
      .execute();
  };

  const insert = async (
    table: TableRow,
    { trx, grow }: Change,
    rows: readonly { readonly id: string; readonly values: RowValues }[],
    at: number,
    by: string,
  ): Promise<void> => {
    for (let from = 0; from < rows.length; from += AT_ONCE) {
      const some = rows.slice(from, from + AT_ONCE);
      const read = some.map(({ values }) => must(cellsOf(table.columns, values, 'new')));
      const made = await trx
        .insertInto('own_row')
        .values(
          some.map(({ id }) => ({
            ...{ id, workspace, tbl: table.id, version: 1 },
            ...{ by, created: at, updated: at },
          })),
        )
        .returning(['n', 'id'])
        .execute();
      const numbers = new Map(made.map(({ n, id }) => [id, n]));
      const cells = some.flatMap(({ id }, index) =>
        cellRows(own.seal, { workspace, table: table.id, row: id, at: numbers.get(id) ?? 0 }, read[index] ?? new Map()),
      );
      grow(some.length * ROW + (await writeCells(trx, table.columns, cells)));
    }
  };

  return {
    find: async (project, id, query) => {
      const table = await get(project, id);
      return table === null ? null : findRows(db, workspace, table, query);
    },
    rows: async (project, id, ids) => {
      const table = await get(project, id);
      if (table === null || ids.length === 0) return [];
      const heads = await db
        .selectFrom('own_row')
        .select(['n', 'id'])
        .where('workspace', '=', workspace)
        .where('tbl', '=', id)
        .where('id', 'in', ids)
        .execute();
      const numbers = new Map(heads.map((head) => [head.id, head.n]));
      return rowsAt(
        db,
        workspace,
        table,
        ids.flatMap((one) => numbers.get(one) ?? []),
      );
    },
    add: (project, id, rows, { by, at, effect, match = [] }) =>
      write(project, id, effect, async (table, inside, came) => {
        const columns = matchColumns(table, match);
        if (columns.length === 0) {
          await insert(table, inside, rows, at, by);
          came(rows.length);
          return { rows: rows.map((row) => ({ id: row.id, made: true })) };
        }
        const written: { id: string; made: boolean }[] = [];
        for (const row of rows) {
          const known = await matching(inside.trx, table, columns, row.values);
          if (known === null) {
            await insert(table, inside, [row], at, by);
            came(1);
          } else await rewrite(table, inside, known, row.values, at, by);
          written.push({ id: known?.id ?? row.id, made: known === null });
        }
        return { rows: written };
      }),
    change: (project, id, changes, { by, at, effect, still }) =>
      write(project, id, effect, async (table, inside) => {
        const written: { id: string; made: boolean }[] = [];
        for (const { id: row, values, version } of changes) {
          const head = await headOf(inside.trx, table.id, row);
          if (head === undefined) return refuse(problem('row.missing', 'There is no such row in the table'));
          if (version !== undefined && version !== head.version)
            refuse(problem('row.stale', 'The row was changed meanwhile', { fix: 'Look at it again, then change it.' }));
          if (!(await isStill(inside.trx, table, head.n, still))) continue;
          await rewrite(table, inside, head, values, at, by);
          written.push({ id: row, made: false });
        }
        return { rows: written };
      }),
    removeRows: (project, id, ids, { effect, still }) =>
      write(project, id, effect, async (table, { trx, grow }, came) => {
        const written: { id: string; made: boolean }[] = [];
        for (const row of ids) {
          const head = await headOf(trx, table.id, row);
          if (head === undefined || !(await isStill(trx, table, head.n, still))) continue;
          grow(-ROW - (await dropCells(trx, { workspace, table: table.id, at: head.n })));
          await trx.deleteFrom('own_row').where('workspace', '=', workspace).where('n', '=', head.n).execute();
          came(-1);
          written.push({ id: row, made: false });
        }
        return { rows: written };
      }),
  };
};

/** Rows of one statement. */
const AT_ONCE = 100;
