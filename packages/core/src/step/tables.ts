/**
 * What a `data` need lends a step: tables of the project of its flow, and values by key. Every use is judged at the moment it
 * happens.
 *
 * ST1 What a step writes is written once, however often the step is begun: a step writes once, and its write is noted under
 *     the key of its instance.
 */

import type { Problem } from '../problem.ts';
import type { KeyEntry } from '../table/key.ts';
import type { Condition } from '../table/query.ts';
import type { OwnRow, RowValues } from '../table/row.ts';
import type { Refused } from './files.ts';

type Done<T> = Promise<{ readonly value: T } | Refused>;

/** Rows by id, or those that are like that. */
export type Which = { readonly id: string } | { readonly where: readonly Condition[]; readonly match?: 'all' | 'any' };

export type FindRows = {
  readonly where?: readonly Condition[];
  readonly match?: 'all' | 'any';
  readonly sort?: { readonly column: string; readonly order?: 'asc' | 'desc' };
  readonly limit?: number;
  readonly cursor?: string;
};

/** `made`: it was added; else it was there and was changed. */
export type PutRow = OwnRow & { readonly made: boolean };

export type StepTables = {
  find(table: string, query: FindRows): Done<{ readonly rows: readonly OwnRow[]; readonly next: string | null }>;
  /** Null: there is no such row. */
  get(table: string, id: string): Done<OwnRow | null>;
  /** All or none. `by`: columns by which a row is found that is changed instead. */
  add(table: string, rows: readonly RowValues[], by?: readonly string[]): Done<readonly PutRow[]>;
  /** The rows as they are then. */
  change(table: string, which: Which, values: RowValues): Done<readonly OwnRow[]>;
  /** How many there were. */
  remove(table: string, which: Which): Done<number>;
};

export type KeyValue = KeyEntry & { readonly value: unknown };

export type StepValues = {
  /** Null: there is nothing under this key. */
  get(store: string, key: string): Done<KeyValue | null>;
  /** `ttl`: milliseconds that it lasts. `only` `new`: nothing may be there. */
  set(
    store: string,
    key: string,
    value: unknown,
    how: { readonly ttl?: number; readonly only?: 'new' },
  ): Done<KeyEntry>;
  remove(store: string, key: string): Done<boolean>;
  /** Adds to a number, which begins at 0; `ttl` counts for one that begins. */
  increment(
    store: string,
    key: string,
    by: number,
    how: { readonly ttl?: number },
  ): Done<KeyEntry & { readonly value: number }>;
  list(
    store: string,
    page: { readonly prefix?: string; readonly after?: string; readonly limit?: number },
  ): Done<{ readonly entries: readonly KeyEntry[]; readonly more: boolean }>;
};

/** For steps and tests that were lent none. */
export const noTables = (problem: Problem): StepTables => {
  const refuse = () => Promise.resolve({ problem, sent: 'no' as const });
  return { find: refuse, get: refuse, add: refuse, change: refuse, remove: refuse };
};
export const noValues = (problem: Problem): StepValues => {
  const refuse = () => Promise.resolve({ problem, sent: 'no' as const });
  return { get: refuse, set: refuse, remove: refuse, increment: refuse, list: refuse };
};
