/**
 * A CSV on its way into a table: which of its columns is which, what its lines mean, and what of them cannot be taken. Nothing
 * is sent from here.
 *
 * IM1 Every line is judged before the first one is sent, so that what is wrong in the last is known before anything is done.
 * IM2 What cannot be taken is told by its line and column; none of its values is.
 */

import { fromText, type RowValues } from '@headgate/core';
import type { ColumnShown } from '../conditions.ts';

/** By the columns of the table: which of the CSV's goes there; null: none. */
export type Mapping = readonly (number | null)[];

/** `line`: as a spreadsheet counts them, from 1. */
export type Line = { readonly line: number; readonly values: RowValues };
export type LineProblem = { readonly line: number; readonly column: string; readonly text: string };

/** Bytes as text: UTF-8, and where they are not, as spreadsheets of Windows write them. */
export const textOf = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
};

const folded = (name: string): string => name.trim().normalize('NFC').toLowerCase();

/** Does the first line hold names of columns? It does when one of them is the table's. */
export const hasHeads = (first: readonly string[], columns: readonly ColumnShown[]): boolean =>
  first.some((cell) => columns.some(({ name }) => folded(name) === folded(cell)));

/** By their names where there are names, else in their order. */
export const guessed = (first: readonly string[], columns: readonly ColumnShown[], heads: boolean): Mapping =>
  columns.map(({ name }, index) => {
    if (!heads) return index < first.length ? index : null;
    const found = first.findIndex((cell) => folded(cell) === folded(name));
    return found < 0 ? null : found;
  });

export type Judged = {
  readonly lines: readonly Line[];
  readonly problems: readonly LineProblem[];
  readonly wrong: number;
};

/** Problems that are told; more are counted. */
const TOLD = 100;

type Words = { readonly needed: string; readonly twice: (line: number) => string };

/** The rows that the lines are. `unique`: also those columns of the table that the lines are upserted by. */
export class Judge {
  readonly #columns: readonly ColumnShown[];
  readonly #mapping: Mapping;
  readonly #words: Words;
  readonly #seen: readonly (Map<string, number> | null)[];
  readonly #lines: Line[] = [];
  readonly #problems: LineProblem[] = [];
  #wrong = 0;

  constructor(columns: readonly ColumnShown[], mapping: Mapping, words: Words) {
    this.#columns = columns;
    this.#mapping = mapping;
    this.#words = words;
    this.#seen = columns.map(({ unique }) => (unique === true ? new Map<string, number>() : null));
  }

  add(cells: readonly string[], line: number): void {
    const values: Record<string, unknown> = {};
    let good = true;
    const wrong = (column: string, text: string): void => {
      good = false;
      if (this.#problems.length < TOLD) this.#problems.push({ line, column, text });
    };
    this.#columns.forEach((column, index) => {
      const from = this.#mapping[index] ?? null;
      if (from === null) {
        if (column.required === true && column.default === undefined) wrong(column.name, this.#words.needed);
        return;
      }
      const text = cells[from] ?? '';
      const read = fromText({ ...column, id: '' }, text);
      if (!read.ok) return wrong(column.name, read.problem.fix ?? read.problem.text);
      if (read.value === null) {
        // What is empty gets the default, where there is one.
        if (column.required === true && column.default === undefined) wrong(column.name, this.#words.needed);
        return;
      }
      const seen = this.#seen[index] ?? null;
      if (seen !== null) {
        const same = JSON.stringify(read.value);
        const before = seen.get(same);
        if (before !== undefined) return wrong(column.name, this.#words.twice(before));
        seen.set(same, line);
      }
      values[column.name] = read.value;
    });
    if (good) this.#lines.push({ line, values });
    else this.#wrong += 1;
  }

  end(): Judged {
    return { lines: this.#lines, problems: this.#problems, wrong: this.#wrong };
  }
}

/** Rows of one call at most, and characters of their JSON: far below what a body may have. */
const ROWS = 1_000;
const CHARACTERS = 500_000;

/** Lines in portions that one call takes. */
export const batches = (lines: readonly Line[]): Line[][] => {
  const done: Line[][] = [];
  let some: Line[] = [];
  let size = 0;
  for (const line of lines) {
    const more = JSON.stringify(line.values).length;
    if (some.length >= ROWS || (some.length > 0 && size + more > CHARACTERS)) {
      done.push(some);
      some = [];
      size = 0;
    }
    some.push(line);
    size += more;
  }
  if (some.length > 0) done.push(some);
  return done;
};
