/**
 * Rows out of a file: a CSV whose columns are chosen, a JSON list, a list in `rows` as `evals.json` has it, or a line of JSON a
 * row. Nothing is sent from here.
 */

import { EVAL_LIMITS, isObject, readCells } from '@headgate/core';
import { type DraftRow, PARTS, type Part, readValue, rowId, showValue } from './rows.ts';

/** Of a file that is looked at here: rows of a dataset are a megabyte, and a file may say it at greater length. */
export const LARGEST = 8 * 1024 ** 2;
const MOST_CELLS = 100 * EVAL_LIMITS.rows;

export type Cells = { readonly heads: readonly string[]; readonly lines: readonly (readonly string[])[] };
export type FileRead =
  | { readonly is: 'cells'; readonly cells: Cells }
  | { readonly is: 'rows'; readonly rows: readonly Readonly<Record<Part, string>>[] }
  | { readonly is: 'nothing'; readonly why: 'json' | 'list' | 'cells' | 'none' };

/** Which column of a CSV goes where; `rest` as the input: an object of all columns that go nowhere else. */
export type Mapping = Readonly<Record<Part, number | null | 'rest'>>;

export const textOf = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
};

const said = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Of a list: what has an `input` is a row, and what has none is an input. */
const rowOf = (value: unknown): Readonly<Record<Part, string>> =>
  isObject(value) && Object.hasOwn(value, 'input')
    ? {
        name: said(value['name']),
        input: showValue(value['input']),
        expected: showValue(value['expected']),
        criteria: said(value['criteria']),
      }
    : { name: '', input: showValue(value), expected: '', criteria: '' };

const listed = (value: unknown): FileRead => {
  const list = isObject(value) ? value['rows'] : value;
  if (!Array.isArray(list)) return { is: 'nothing', why: 'list' };
  return list.length === 0 ? { is: 'nothing', why: 'none' } : { is: 'rows', rows: list.map(rowOf) };
};

/** By the first sign of it: JSON begins with a brace or a bracket, and a CSV does not. */
export const readFile = (text: string): FileRead => {
  const plain = text.replace(/^\uFEFF/, '').trim();
  if (plain === '') return { is: 'nothing', why: 'none' };
  if (/^[[{]/.test(plain)) {
    try {
      return listed(JSON.parse(plain));
    } catch {
      try {
        return listed(
          plain
            .split('\n')
            .filter((line) => line.trim() !== '')
            .map((line) => JSON.parse(line) as unknown),
        );
      } catch {
        return { is: 'nothing', why: 'json' };
      }
    }
  }
  const cells = readCells(text, MOST_CELLS);
  if (cells === null) return { is: 'nothing', why: 'cells' };
  const [heads, ...lines] = cells;
  if (heads === undefined || lines.length === 0) return { is: 'nothing', why: 'none' };
  return { is: 'cells', cells: { heads, lines } };
};

/** By the names of the columns. Without a column `input`, what is left is the input. */
export const guessed = ({ heads }: Cells): Mapping => {
  const at = (part: Part): number | null => {
    const found = heads.findIndex((head) => head.trim().toLowerCase() === part);
    return found < 0 ? null : found;
  };
  return { name: at('name'), input: at('input') ?? 'rest', expected: at('expected'), criteria: at('criteria') };
};

const restOf = ({ heads }: Cells, line: readonly string[], taken: ReadonlySet<unknown>): string =>
  showValue(
    Object.fromEntries(
      heads.flatMap((head, index) => {
        if (taken.has(index) || head.trim() === '') return [];
        const cell = line[index] ?? '';
        const read = readValue(cell);
        return [[head.trim(), read.ok && read.value !== undefined ? read.value : cell] as const];
      }),
    ),
  );

export const mapped = (cells: Cells, by: Mapping): readonly Readonly<Record<Part, string>>[] => {
  const taken = new Set(PARTS.map((part) => by[part]));
  return cells.lines.map((line) => {
    const of = (part: Part): string => {
      const from = by[part];
      return from === 'rest' ? restOf(cells, line, taken) : from === null ? '' : (line[from] ?? '');
    };
    return { name: of('name'), input: of('input'), expected: of('expected'), criteria: of('criteria') };
  });
};

/** As rows of the grid: those without a name are given one. `word`: what rows are called. */
export const named = (
  rows: readonly Readonly<Record<Part, string>>[],
  beside: readonly DraftRow[],
  word: string,
): DraftRow[] => {
  const names = new Set([...beside, ...rows].map(({ name }) => name.trim()));
  let number = beside.length;
  const free = (): string => {
    do number += 1;
    while (names.has(`${word} ${number}`));
    return `${word} ${number}`;
  };
  return rows.map((row) => ({ ...row, id: rowId(), name: row.name.trim() === '' ? free() : row.name }));
};
