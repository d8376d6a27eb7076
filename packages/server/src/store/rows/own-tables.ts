/**
 * Tables of one workspace: what there is of them, and their columns. Their rows are own-rows.ts's.
 *
 * OT1 A column is found by its name and kept under an id: renamed, its cells stay where they are.
 * OT2 What a column asks of cells holds for those that are there, too, or the column is not changed.
 */

import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import {
  cellOf,
  type Column,
  columnNamed,
  type ColumnSpec,
  good,
  judgeColumns,
  problem,
  type Result,
  TABLE_LIMITS,
} from '@headgate/core';
import type { Ground } from '../ground.ts';
import type { TableRow, TableStore } from '../own-table.ts';
import type { OwnTables } from '../schema/own-tables.ts';
import { CELL, cellRows, sameness, SQL_SIZE, writeCells } from './own-cells.ts';
import { change, type Change, must, type OwnGround, refuse, type Trx } from './own-ground.ts';

type Definitions = Pick<
  TableStore,
  'list' | 'get' | 'named' | 'create' | 'rename' | 'remove' | 'addColumn' | 'changeColumn' | 'removeColumn'
>;

export const tableOf = ({
  workspace: _tenant,
  columns,
  made: _made,
  ...row
}: Selectable<OwnTables['own_table']>): TableRow => ({
  ...row,
  columns: JSON.parse(columns) as readonly Column[], // written below
});

const taken = (name: string) =>
  problem('table.taken', `The project has a table “${name}” already`, { fix: 'Give it another name.' });

/** A row of the table as it is now, within a transaction. */
export const tableNow = async (trx: Trx, workspace: string, project: string, id: string) =>
  trx
    .selectFrom('own_table')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('project', '=', project)
    .where('id', '=', id)
    .executeTakeFirst();

/** Rows of a table that are looked through at once. */
const PORTION = 500;

/** Rows that go at once: their cells lie all over the indexes, so that each costs several pages. */
const GONE = 200;

/** Deletes some rows of a table that is gone. False: there were none. */
export const dropRowsIn = async (trx: Trx, workspace: string, table: string): Promise<boolean> => {
  const some = trx
    .selectFrom('own_row')
    .select('n')
    .where('workspace', '=', workspace)
    .where('tbl', '=', table)
    .orderBy('n')
    .limit(GONE);
  await trx
    .deleteFrom('own_cell')
    .where('workspace', '=', workspace)
    .where('tbl', '=', table)
    .where('at', 'in', some)
    .execute();
  const gone = await trx.deleteFrom('own_row').where('n', 'in', some).executeTakeFirst();
  return gone.numDeletedRows > 0n;
};

/** An optional member that is set to its own absence is no member. */
const plain = <T extends object>(value: T): T =>
  Object.fromEntries(
    Object.entries(value).filter(([, one]) => one !== undefined && one !== false && one !== null),
  ) as T;

export const ownTablesOf = (ground: Ground, own: OwnGround, workspace: string): Definitions => {
  const { db } = ground;
  const one = async (project: string, column: 'id' | 'name', value: string): Promise<TableRow | null> => {
    const row = await db
      .selectFrom('own_table')
      .selectAll()
      .where('workspace', '=', workspace)
      .where('project', '=', project)
      .where(column, '=', value)
      .executeTakeFirst();
    return row === undefined ? null : tableOf(row);
  };

  const isTaken = async (trx: Trx, project: string, name: string): Promise<boolean> =>
    (await trx
      .selectFrom('own_table')
      .select('id')
      .where('workspace', '=', workspace)
      .where('project', '=', project)
      .where('name', '=', name)
      .executeTakeFirst()) !== undefined;

  /** Changes the columns of a table; `work` gives the new ones. */
  const alter = (
    project: string,
    id: string,
    at: number,
    work: (row: TableRow & { made: number }, by: Change) => Promise<{ columns: readonly Column[]; made?: number }>,
  ): Promise<Result<TableRow> | null> =>
    change(ground, own, workspace, undefined, async (by) => {
      const row = await tableNow(by.trx, workspace, project, id);
      if (row === undefined) return null;
      let bytes = 0;
      const grow = (more: number): void => {
        bytes += more;
        by.grow(more);
      };
      const { columns, made = row.made } = await work({ ...tableOf(row), made: row.made }, { ...by, grow });
      must(judged(columns));
      const next = await by.trx
        .updateTable('own_table')
        .set({
          columns: JSON.stringify(columns),
          made,
          version: row.version + 1,
          updated: at,
          bytes: row.bytes + bytes,
        })
        .where('workspace', '=', workspace)
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirstOrThrow();
      return tableOf(next);
    });

  /** Puts the default into the rows without a value in a column. Without a default, one such row refuses it. */
  const fill = async ({ trx, grow }: Change, table: TableRow, column: Column): Promise<void> => {
    const cell = must(cellOf(column, column.default));
    for (;;) {
      const without = await sql<{ n: number; id: string }>`select r.n as n, r.id as id from own_row r
        where r.workspace = ${workspace} and r.tbl = ${table.id}
        and not exists (select 1 from own_cell c where c.tbl = r.tbl and c.at = r.n and c.col = ${column.id})
        limit ${PORTION}`.execute(trx);
      if (without.rows.length === 0) return;
      if (cell === null)
        return refuse(
          problem('table.required', `Rows of the table have nothing in the column “${column.name}”`, {
            fix: 'Give it a default, or fill those cells first.',
          }),
        );
      const cells = without.rows.flatMap(({ n, id }) =>
        cellRows(own.seal, { workspace, table: table.id, row: id, at: n }, new Map([[column, cell]])),
      );
      grow(await writeCells(trx, table.columns, cells));
    }
  };

  /** Says of each cell of a column what it has in common with its equals, so that no two can. */
  const makeUnique = async (trx: Trx, table: TableRow, column: Column): Promise<void> => {
    let after = 0;
    for (;;) {
      const cells = await trx
        .selectFrom('own_cell')
        .select(['at', 'num', 'txt', 'body'])
        .where('workspace', '=', workspace)
        .where('tbl', '=', table.id)
        .where('col', '=', column.id)
        .where('at', '>', after)
        .orderBy('at')
        .limit(PORTION)
        .execute();
      if (cells.length === 0) return;
      for (const cell of cells) {
        const uniq = sameness(cell);
        const same = await trx
          .selectFrom('own_cell')
          .select('at')
          .where('tbl', '=', table.id)
          .where('col', '=', column.id)
          .where('uniq', '=', uniq)
          .executeTakeFirst();
        if (same !== undefined)
          refuse(
            problem('table.unique', `Rows of the table have the same in the column “${column.name}”`, {
              fix: 'Change one of them first.',
            }),
          );
        await cellAt(trx, table.id, column.id, cell.at).set({ uniq }).execute();
        after = cell.at;
      }
    }
  };

  const cellAt = (trx: Trx, tbl: string, col: string, at: number) =>
    trx
      .updateTable('own_cell')
      .where('workspace', '=', workspace)
      .where('tbl', '=', tbl)
      .where('col', '=', col)
      .where('at', '=', at);

  return {
    list: async (project) =>
      (
        await db
          .selectFrom('own_table')
          .selectAll()
          .where('workspace', '=', workspace)
          .where('project', '=', project)
          .orderBy('name')
          .execute()
      ).map(tableOf),
    get: (project, id) => one(project, 'id', id),
    named: (project, name) => one(project, 'name', name),
    create: ({ id, project, name, columns: specs, by, at }) =>
      change(ground, own, workspace, undefined, async ({ trx }) => {
        const there = await trx
          .selectFrom('project')
          .select('id')
          .where('workspace', '=', workspace)
          .where('id', '=', project)
          .executeTakeFirst();
        if (there === undefined) return null;
        if (await isTaken(trx, project, name)) refuse(taken(name));
        const { many } = await trx
          .selectFrom('own_table')
          .select(({ fn }) => fn.countAll<number>().as('many'))
          .where('workspace', '=', workspace)
          .where('project', '=', project)
          .executeTakeFirstOrThrow();
        if (many >= TABLE_LIMITS.tables)
          refuse(problem('table.many', `A project has ${TABLE_LIMITS.tables} tables at most`));
        const columns = specs.map((spec, index) => plain({ ...spec, id: `c${index + 1}` }));
        must(judged(columns));
        const row = {
          ...{ id, workspace, project, name, by, created: at, updated: at },
          ...{ columns: JSON.stringify(columns), made: columns.length, rows: 0, bytes: 0, version: 1 },
        };
        await trx.insertInto('own_table').values(row).execute();
        return tableOf(row);
      }),
    rename: (project, id, name, at) =>
      change(ground, own, workspace, undefined, async ({ trx }) => {
        const row = await tableNow(trx, workspace, project, id);
        if (row === undefined) return null;
        if (row.name !== name && (await isTaken(trx, project, name))) refuse(taken(name));
        const next = { ...row, name, version: row.version + 1, updated: at };
        await trx
          .updateTable('own_table')
          .set({ name, version: next.version, updated: at })
          .where('workspace', '=', workspace)
          .where('id', '=', id)
          .execute();
        return tableOf(next);
      }),
    remove: async (project, id) => {
      const done = await change(ground, own, workspace, undefined, async ({ trx, grow }) => {
        const row = await tableNow(trx, workspace, project, id);
        if (row === undefined) return null;
        await trx.deleteFrom('own_table').where('workspace', '=', workspace).where('id', '=', id).execute();
        grow(-row.bytes);
        return true;
      });
      if (done === null) return false;
      own.lost({ workspace, table: id });
      return true;
    },
    addColumn: (project, id, spec, at) =>
      alter(project, id, at, async (table, by) => {
        const column: Column = plain({ ...spec, id: `c${table.made + 1}` });
        const columns = [...table.columns, column];
        must(judged(columns));
        if (column.required === true) await fill(by, { ...table, columns }, column);
        return { columns, made: table.made + 1 };
      }),
    changeColumn: (project, id, name, wish, at) =>
      alter(project, id, at, async (table, by) => {
        const before = must(columnNamed(table.columns, name));
        const column: Column = plain({ ...before, ...wish });
        const columns = table.columns.map((each) => (each.id === before.id ? column : each));
        must(judged(columns));
        if (column.required === true && before.required !== true) await fill(by, { ...table, columns }, column);
        if (column.unique === true && before.unique !== true) await makeUnique(by.trx, table, column);
        if (column.unique !== true && before.unique === true)
          await by.trx
            .updateTable('own_cell')
            .set({ uniq: null })
            .where('workspace', '=', workspace)
            .where('tbl', '=', id)
            .where('col', '=', column.id)
            .execute();
        return { columns };
      }),
    removeColumn: (project, id, name, at) =>
      alter(project, id, at, async (table, { trx, grow }) => {
        const column = must(columnNamed(table.columns, name));
        const gone = await sizeOfColumn(trx, workspace, id, column.id);
        await trx
          .deleteFrom('own_cell')
          .where('workspace', '=', workspace)
          .where('tbl', '=', id)
          .where('col', '=', column.id)
          .execute();
        grow(-gone);
        return { columns: table.columns.filter((each) => each.id !== column.id) };
      }),
  };
};

const judged = (columns: readonly ColumnSpec[]): Result<null> => {
  const why = judgeColumns(columns);
  return why === null ? good(null) : { ok: false, problem: why };
};

const sizeOfColumn = async (trx: Trx, workspace: string, table: string, column: string): Promise<number> => {
  const { rows } = await sql<{ size: number | null }>`select sum(${CELL} + ${SQL_SIZE}) as size from own_cell
    where workspace = ${workspace} and tbl = ${table} and col = ${column}`.execute(trx);
  return rows[0]?.size ?? 0;
};
