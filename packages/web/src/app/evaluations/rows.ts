/**
 * The rows of a dataset as they are written in the grid, and read from it.
 *
 * RO1 What is read of what was shown of a value is that value.
 * RO2 What begins as JSON and is none is told, and is never taken as a text.
 */

import type { EvalRow } from '@headgate/core';

export const PARTS = ['name', 'input', 'expected', 'criteria'] as const;
export type Part = (typeof PARTS)[number];

/** A row as it is typed; `id` is the page's own. */
export type DraftRow = Readonly<Record<Part, string>> & { readonly id: string };

/** What is wrong with a cell. */
export type CellFault = 'json' | 'unnamed' | 'twice' | 'long';

const LONGEST = { name: 200, criteria: 10_000 } as const;

let made = 0;
export const rowId = (): string => `r${(made += 1)}`;

export type Reading = { readonly ok: true; readonly value: unknown } | { readonly ok: false };

/** JSON where it is JSON, else a text as it stands; undefined: nothing is written there. */
export const readValue = (text: string): Reading => {
  const plain = text.trim();
  if (plain === '') return { ok: true, value: undefined };
  try {
    return { ok: true, value: JSON.parse(plain) as unknown };
  } catch {
    return /^[{["]/.test(plain) ? { ok: false } : { ok: true, value: text };
  }
};

/** A text stands bare where it would be read as itself. */
export const showValue = (value: unknown): string => {
  if (value === undefined) return '';
  if (typeof value !== 'string') return JSON.stringify(value);
  const read = readValue(value);
  // A field of lines knows no carriage return.
  return read.ok && read.value === value && !value.includes('\r') ? value : JSON.stringify(value);
};

export const draftOf = ({ name, input, expected, criteria }: EvalRow): DraftRow => ({
  id: rowId(),
  name,
  input: showValue(input),
  expected: showValue(expected),
  criteria: criteria ?? '',
});

/** A name that no row has. `word`: what rows are called. */
export const freeName = (rows: readonly DraftRow[], word: string, from = rows.length + 1): string => {
  const names = new Set(rows.map(({ name }) => name.trim()));
  let number = from;
  while (names.has(`${word} ${number}`)) number += 1;
  return `${word} ${number}`;
};

export const emptyRow = (rows: readonly DraftRow[], word: string): DraftRow => ({
  id: rowId(),
  name: freeName(rows, word),
  input: '{}',
  expected: '',
  criteria: '',
});

/** Is it as it was made, but for its name? */
export const isEmpty = ({ input, expected, criteria }: DraftRow): boolean =>
  ['', '{}', 'null'].includes(input.trim()) && expected.trim() === '' && criteria.trim() === '';

export type Fault = { readonly row: string; readonly part: Part; readonly fault: CellFault };

export const faultsOf = (rows: readonly DraftRow[]): readonly Fault[] => {
  const names = new Set<string>();
  const found: Fault[] = [];
  for (const row of rows) {
    const tell = (part: Part, fault: CellFault): void => void found.push({ row: row.id, part, fault });
    const name = row.name.trim();
    if (name === '') tell('name', 'unnamed');
    else if (name.length > LONGEST.name) tell('name', 'long');
    else if (names.has(name)) tell('name', 'twice');
    names.add(name);
    if (!readValue(row.input).ok) tell('input', 'json');
    if (!readValue(row.expected).ok) tell('expected', 'json');
    if (row.criteria.length > LONGEST.criteria) tell('criteria', 'long');
  }
  return found;
};

/** Rows as the engine takes them; of rows without a fault. */
export const rowsOf = (drafts: readonly DraftRow[]): EvalRow[] =>
  drafts.map((draft) => {
    const [input, expected] = [readValue(draft.input), readValue(draft.expected)];
    const criteria = draft.criteria.trim();
    return {
      name: draft.name.trim(),
      // A flow that is given nothing is given an empty object, as everywhere.
      input: input.ok && input.value !== undefined ? input.value : {},
      ...(expected.ok && expected.value !== undefined ? { expected: expected.value } : {}),
      ...(criteria === '' ? {} : { criteria }),
    };
  });
