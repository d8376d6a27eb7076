/** Tables of projects as the store keeps them, as types. Rows come with their sealed cells closed: nobody here opens one. */

import type { Column, ColumnChange, ColumnSpec, Condition, Result, RowValues } from '@headgate/core';

export type TableRow = {
  readonly id: string;
  readonly project: string;
  readonly name: string;
  readonly columns: readonly Column[];
  /** How many rows it has. */
  readonly rows: number;
  /** What it counts for the quota of its workspace. */
  readonly bytes: number;
  /** Raised by every change of what it is; not by those of its rows. */
  readonly version: number;
  readonly by: string;
  readonly created: number;
  readonly updated: number;
};

/** A cell that is sealed: what it opens by, and what is sealed. */
export type SealedCell = { readonly column: string; readonly name: string; readonly box: Uint8Array };

export type DataRow = {
  readonly id: string;
  readonly version: number;
  readonly created: number;
  readonly updated: number;
  /** By the names of columns; null where a cell is empty, and where it is sealed. */
  readonly values: RowValues;
  readonly sealed: readonly SealedCell[];
};

export type TableQuery = {
  readonly where?: readonly Condition[];
  readonly match?: 'all' | 'any';
  readonly sort?: { readonly column: string; readonly order?: 'asc' | 'desc' };
  readonly limit: number;
  /** The `next` of the page before; one that is none reads as the beginning. */
  readonly cursor?: string;
};
export type RowPage = { readonly rows: readonly DataRow[]; readonly next: string | null };

/** The key of what a step does. In the transaction of what it did it is noted, with the answer, so that it happens once. */
export type Effect = { readonly run: string; readonly key: string };
export type By = { readonly by: string; readonly at: number; readonly effect?: Effect };

/** What was written: the rows by id, in the order they were given. `made`: it is new. */
export type Written = { readonly rows: readonly { readonly id: string; readonly made: boolean }[] };

/** Only rows that are still like that. */
export type Still = { readonly where: readonly Condition[]; readonly match?: 'all' | 'any' };

/** The tables of one workspace. Null: no such table. Problems are those of values, columns and limits. */
export type TableStore = {
  list(project: string): Promise<TableRow[]>;
  get(project: string, id: string): Promise<TableRow | null>;
  named(project: string, name: string): Promise<TableRow | null>;
  create(t: {
    id: string;
    project: string;
    name: string;
    columns: readonly ColumnSpec[];
    by: string;
    at: number;
  }): Promise<Result<TableRow> | null>;
  rename(project: string, id: string, name: string, at: number): Promise<Result<TableRow> | null>;
  /** With all its rows. */
  remove(project: string, id: string): Promise<boolean>;
  /** Rows that are there get the default where the column is required. */
  addColumn(project: string, id: string, column: ColumnSpec, at: number): Promise<Result<TableRow> | null>;
  changeColumn(
    project: string,
    id: string,
    name: string,
    change: ColumnChange,
    at: number,
  ): Promise<Result<TableRow> | null>;
  /** With what its cells held. */
  removeColumn(project: string, id: string, name: string, at: number): Promise<Result<TableRow> | null>;

  find(project: string, id: string, query: TableQuery): Promise<Result<RowPage> | null>;
  /** Those of these rows that are there, in this order. */
  rows(project: string, id: string, ids: readonly string[]): Promise<readonly DataRow[]>;
  /** All or none. `match`: columns by which a row is found that is changed instead of another one being added. */
  add(
    project: string,
    id: string,
    rows: readonly { readonly id: string; readonly values: RowValues }[],
    how: By & { readonly match?: readonly string[] },
  ): Promise<Result<Written> | null>;
  /** All or none, but for rows that are not `still` like that. `version`: the one that the row must have. */
  change(
    project: string,
    id: string,
    changes: readonly { readonly id: string; readonly values: RowValues; readonly version?: number }[],
    how: By & { readonly still?: Still },
  ): Promise<Result<Written> | null>;
  /** What is not there is not told of. */
  removeRows(
    project: string,
    id: string,
    ids: readonly string[],
    how: By & { readonly still?: Still },
  ): Promise<Result<Written> | null>;
};
