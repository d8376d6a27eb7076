/**
 * Finding rows: conditions and an order become one statement of fixed words; columns go in by ids that the store made, and
 * values as values. Every look goes along an index, a bounded stretch at a time, so that others get their turn between two.
 *
 * OF1 No text of a caller becomes part of a statement (rows INJ-01, TQ1).
 */

import { type RawBuilder, sql } from 'kysely';
import { type Cell, type Column, good, type Result, sortedBy, type Test, testsOf } from '@headgate/core';
import type { Ground } from '../ground.ts';
import type { RowPage, TableQuery, TableRow } from '../own-table.ts';
import { readRows } from './own-cells.ts';

/** Rows that one statement looks through. */
const STRETCH = 2_000;
/** So many rows at most of which a condition is one: then those are looked at, instead of all in their order. */
const FEW = 2_000;

type Place = { readonly workspace: string; readonly table: string };

const whole = sql`coalesce(c.body, c.txt)`;

/** Of a cell whose row is known: the `+` keeps the database from going through all cells of the column instead. */
const NUMBER = sql`+c.num`;

const sameAs = ({ num, txt, body }: Cell, number: RawBuilder<unknown>): RawBuilder<unknown> => {
  if (num !== null) return sql`${number} = ${num}`;
  return body === null ? sql`+c.txt = ${txt} and c.body is null` : sql`+c.txt = ${txt} and c.body = ${body}`;
};

const either = (parts: readonly RawBuilder<unknown>[]): RawBuilder<unknown> =>
  parts.length === 0 ? sql`1 = 0` : sql`(${sql.join(parts, sql` or `)})`;

const escaped = (text: string): string => text.replaceAll(/[\\%_]/g, (one) => `\\${one}`);

/** What a cell `c` is like for a condition to hold. */
const like = ({ is, cells }: Test, number: RawBuilder<unknown> = NUMBER): RawBuilder<unknown> => {
  const [cell] = cells;
  if (cell === undefined) return is === 'in' ? sql`1 = 0` : sql`1 = 1`;
  const text = cell.body ?? cell.txt;
  const side = cell.num === null ? whole : number;
  const value = cell.num ?? text;
  switch (is) {
    case 'lt':
      return sql`${side} < ${value}`;
    case 'lte':
      return sql`${side} <= ${value}`;
    case 'gt':
      return sql`${side} > ${value}`;
    case 'gte':
      return sql`${side} >= ${value}`;
    case 'contains':
      return sql`${whole} like ${`%${escaped(text ?? '')}%`} escape '\\'`;
    case 'starts':
      return sql`substr(${whole}, 1, ${[...(text ?? '')].length}) = ${text}`;
    case 'eq':
    case 'ne':
    case 'in':
    case 'empty':
    case 'filled':
      return either(cells.map((one) => sql`(${sameAs(one, number)})`));
  }
};

/** Does the condition hold for the row `at`? */
const holds = ({ table }: Place, at: RawBuilder<unknown>, test: Test): RawBuilder<unknown> => {
  const cell = sql`exists (select 1 from own_cell c where c.tbl = ${table} and c.at = ${at} and c.col = ${test.column.id} and ${like(test)})`;
  return test.is === 'ne' || test.is === 'empty' ? sql`not ${cell}` : cell;
};

/** Do they hold, all or one of them? */
export const allHold = (
  place: Place,
  at: RawBuilder<unknown>,
  tests: readonly Test[],
  match: 'all' | 'any' = 'all',
): RawBuilder<unknown> => {
  if (tests.length === 0) return sql`1 = 1`;
  return sql`(${sql.join(
    tests.map((test) => holds(place, at, test)),
    match === 'all' ? sql` and ` : sql` or `,
  )})`;
};

/** Where a page goes on: after this value of the sorted column (null: among rows without one), after this row. */
type Mark = { readonly v: number | string | null; readonly n: number };
const START: Mark = { v: null, n: 0 };

const cursorOf = ({ v, n }: Mark, empty: boolean): string =>
  Buffer.from(JSON.stringify([empty ? 1 : 0, v, n])).toString('base64url');

const readCursor = (text: string | undefined): { readonly mark: Mark; readonly empty: boolean } | undefined => {
  if (text === undefined) return undefined;
  try {
    const read: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (!Array.isArray(read) || read.length !== 3) return undefined;
    const [empty, v, n] = read as readonly unknown[];
    if (!Number.isSafeInteger(n) || (v !== null && typeof v !== 'string' && typeof v !== 'number')) return undefined;
    return { mark: { v, n: Number(n) }, empty: empty === 1 };
  } catch {
    return undefined;
  }
};

type Found = { readonly at: number; readonly v: number | string | null };

type Way = {
  /** The rows of one stretch after a mark. */
  readonly stretch: (after: Mark, length: number) => RawBuilder<Found>;
  readonly order: RawBuilder<unknown>;
};

/** In the order of a column: those that have a value in it. */
const byColumn = ({ table }: Place, column: Column, down: boolean, began: boolean): Way => {
  const numeric = column.type === 'number' || column.type === 'boolean' || column.type === 'date-time';
  const field = numeric ? sql`s.num` : sql`s.txt`;
  const order = down ? sql`v desc, at desc` : sql`v, at`;
  const than = down ? sql`<` : sql`>`;
  return {
    order,
    stretch: (mark, length) => {
      const after = began || mark !== START ? sql`and (${field}, s.at) ${than} (${mark.v}, ${mark.n})` : sql``;
      return sql<Found>`select s.at as at, ${field} as v from own_cell s where s.tbl = ${table} and s.col = ${column.id} and ${field} is not null ${after} order by ${order} limit ${length}`;
    },
  };
};

/** In the order they were added: all, or those without a value in a column. */
const byAge = ({ workspace, table }: Place, without: Column | null): Way => ({
  order: sql`at`,
  stretch: (mark, length) => {
    const none =
      without === null
        ? sql``
        : sql`and not exists (select 1 from own_cell e where e.tbl = ${table} and e.at = r.n and e.col = ${without.id})`;
    return sql<Found>`select r.n as at, null as v from own_row r where r.workspace = ${workspace} and r.tbl = ${table} and r.n > ${mark.n} ${none} order by r.n limit ${length}`;
  },
});

const breath = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

type Look = {
  readonly db: Ground['db'];
  readonly place: Place;
  readonly tests: readonly Test[];
  readonly match: 'all' | 'any';
};

/** Goes along a way until so many rows were found, or it ends. */
const walk = async ({ db, place, tests, match }: Look, way: Way, from: Mark, most: number): Promise<Found[]> => {
  const found: Found[] = [];
  let mark = from;
  for (;;) {
    const left = most - found.length;
    if (tests.length === 0) {
      found.push(...(await way.stretch(mark, left).execute(db)).rows);
      return found;
    }
    const good = allHold(place, sql`b.at`, tests, match);
    const stretch = way.stretch(mark, STRETCH);
    const { rows } =
      await sql<Found>`select b.at as at, b.v as v from (${stretch}) b where ${good} order by ${way.order} limit ${left}`.execute(
        db,
      );
    found.push(...rows);
    if (found.length >= most) return found;
    const end =
      await sql<Found>`select * from (${stretch}) order by ${way.order} limit 1 offset ${STRETCH - 1}`.execute(db);
    const [last] = end.rows;
    if (last === undefined) return found;
    mark = { v: last.v, n: last.at };
    await breath();
  }
};

/** The rows that a condition alone leaves, when they are few: found by the index of its column. */
const fewOf = async ({ db, place: { table }, tests, match }: Look): Promise<RawBuilder<unknown> | null> => {
  if (match === 'any') return null;
  for (const test of tests) {
    const { is, column, cells } = test;
    const numeric = cells.every(({ num }) => num !== null);
    if (is !== 'eq' && is !== 'in' && !(numeric && ['lt', 'lte', 'gt', 'gte'].includes(is))) continue;
    const near = numeric ? like(test, sql`c.num`) : either(cells.map(({ txt }) => sql`c.txt = ${txt}`));
    const some = sql`select c.at as at from own_cell c where c.tbl = ${table} and c.col = ${column.id} and ${near} limit ${FEW + 1}`;
    const { rows } = await sql<{ many: number }>`select count(*) as many from (${some})`.execute(db);
    if ((rows[0]?.many ?? 0) <= FEW) return some;
  }
  return null;
};

/** Those few, in an order, after a mark: sorted in memory. */
const amongFew = async (
  { db, place, tests, match }: Look,
  few: RawBuilder<unknown>,
  { column, down, empty }: { column: Column | null; down: boolean; empty: boolean },
  began: boolean,
  mark: Mark,
  most: number,
): Promise<Found[]> => {
  const { table } = place;
  const good = allHold(place, sql`f.at`, tests, match);
  if (column === null || empty) {
    const none =
      column === null
        ? sql``
        : sql`and not exists (select 1 from own_cell e where e.tbl = ${table} and e.at = f.at and e.col = ${column.id})`;
    return (
      await sql<Found>`select f.at as at, null as v from (${few}) f where f.at > ${mark.n} ${none} and ${good} order by f.at limit ${most}`.execute(
        db,
      )
    ).rows;
  }
  const value = sql`coalesce(s.num, s.txt)`;
  const than = down ? sql`<` : sql`>`;
  const after = began ? sql`and (${value}, s.at) ${than} (${mark.v}, ${mark.n})` : sql``;
  const order = down ? sql`v desc, at desc` : sql`v, at`;
  return (
    await sql<Found>`select s.at as at, ${value} as v from (${few}) f cross join own_cell s where s.tbl = ${table} and s.at = f.at and s.col = ${column.id} ${after} and ${good} order by ${order} limit ${most}`.execute(
      db,
    )
  ).rows;
};

/** One page of the rows of a table. */
export const findRows = async (
  db: Ground['db'],
  workspace: string,
  table: TableRow,
  { where = [], match = 'all', sort, limit, cursor }: TableQuery,
): Promise<Result<RowPage>> => {
  const tests = testsOf(table.columns, where);
  if (!tests.ok) return tests;
  const sorted = sort === undefined ? null : sortedBy(table.columns, sort.column);
  if (sorted !== null && !sorted.ok) return sorted;
  const column = sorted === null ? null : sorted.value;
  const down = sort?.order === 'desc';
  const place = { workspace, table: table.id };
  const look: Look = { db, place, tests: tests.value, match };
  const at = readCursor(cursor);
  const most = limit + 1;
  const few = await fewOf(look);

  const part = (empty: boolean, began: boolean, mark: Mark, many: number): Promise<Found[]> => {
    if (few !== null) return amongFew(look, few, { column, down, empty }, began, mark, many);
    const way = column === null || empty ? byAge(place, column) : byColumn(place, column, down, began);
    return walk(look, way, mark, many);
  };
  const found: { readonly at: number; readonly v: number | string | null; readonly empty: boolean }[] = [];
  const began = at !== undefined;
  if (column === null || at?.empty !== true)
    for (const one of await part(false, began && column !== null, at?.mark ?? START, most))
      found.push({ ...one, empty: false });
  if (column !== null && found.length < most) {
    const from = at?.empty === true ? at.mark : START;
    for (const one of await part(true, false, from, most - found.length)) found.push({ ...one, empty: true });
  }
  const rows = found.slice(0, limit);
  const last = found.length > limit ? rows.at(-1) : undefined;
  return good({
    rows: await rowsAt(
      db,
      workspace,
      table,
      rows.map((one) => one.at),
    ),
    next: last === undefined ? null : cursorOf({ v: last.v, n: last.at }, last.empty),
  });
};

/** Lists of these lengths, so that there are few different statements. */
const LENGTHS = [1, 10, 50, 100, 250, 1_000];
const padded = (numbers: readonly number[]): number[] => {
  const length = LENGTHS.find((one) => one >= numbers.length) ?? numbers.length;
  return [...numbers, ...Array.from({ length: length - numbers.length }, () => 0)];
};

/** Rows by their numbers, with their cells, in this order. */
export const rowsAt = async (
  db: Ground['db'],
  workspace: string,
  { id, columns }: Pick<TableRow, 'id' | 'columns'>,
  numbers: readonly number[],
) => {
  if (numbers.length === 0) return [];
  const some = padded(numbers);
  const heads = await db
    .selectFrom('own_row')
    .select(['n', 'id', 'version', 'created', 'updated'])
    .where('workspace', '=', workspace)
    .where('tbl', '=', id)
    .where('n', 'in', some)
    .execute();
  const cells = await db
    .selectFrom('own_cell')
    .select(['at', 'col', 'num', 'txt', 'body', 'box'])
    .where('workspace', '=', workspace)
    .where('tbl', '=', id)
    .where('at', 'in', some)
    .execute();
  const byNumber = new Map(heads.map((head) => [head.n, head]));
  const inOrder = numbers.flatMap((n) => byNumber.get(n) ?? []);
  return readRows(id, columns, inOrder, cells);
};
