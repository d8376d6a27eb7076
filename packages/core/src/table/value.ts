/**
 * What a cell holds: the value that a caller gives or gets, and the form it is kept in.
 *
 * TV1 A value is of its column's type or is refused; nothing is guessed. Only a text from outside (a CSV, a cell that
 *     somebody typed) is read as what its column holds, by `fromText`.
 * TV2 An empty text is an empty cell, and an empty cell reads as null.
 */

import { problem, type Problem, type Result } from '../problem.ts';
import { typeOf } from '../flow/text/shown.ts';
import type { Column } from './column.ts';
import { TABLE_LIMITS } from './limits.ts';

/** As it is kept. `num`, `txt`: what sorts and is compared; `body`: all of it, where `txt` is only its beginning. */
export type Cell = { readonly num: number | null; readonly txt: string | null; readonly body: string | null };

/** Characters of a text that are sorted by. */
export const SORTED = 200;

const numeric = (num: number): Cell => ({ num, txt: null, body: null });
const textual = (text: string): Cell =>
  text.length <= SORTED ? { num: null, txt: text, body: null } : { num: null, txt: beginning(text), body: text };

/** Never cut between the two halves of a character. */
const beginning = (text: string): string => {
  const cut = text.slice(0, SORTED);
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
};

const DATE = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)?)?$/;

/** Milliseconds since 1970; without an offset, UTC. */
const timeOf = (text: string): number | undefined => {
  if (!DATE.test(text)) return undefined;
  const day = text.slice(0, 10);
  const rest = text.length === 10 ? 'T00:00:00Z' : `T${text.slice(11)}${/(?:Z|[+-]\d\d:\d\d)$/.test(text) ? '' : 'Z'}`;
  const at = Date.parse(`${day}${rest}`);
  // A 31st of February would read as one of March.
  return Number.isNaN(at) || new Date(`${day}T00:00:00Z`).toISOString().slice(0, 10) !== day ? undefined : at;
};

const EXPECTED: Readonly<Record<Column['type'], string>> = {
  text: `a text of at most ${TABLE_LIMITS.text} characters`,
  number: 'a number',
  boolean: 'true or false',
  'date-time': 'a date and time such as 2026-03-01T09:30:00Z',
  json: `JSON of at most ${TABLE_LIMITS.json} characters`,
  choice: 'one of its choices',
};

/** The Problem of a value that its column does not take; it does not quote the value. */
export const badValue = (column: Column, value: unknown): Problem =>
  problem(
    'table.value',
    `The column “${column.name}” takes ${EXPECTED[column.type]}, got ${typeOf(value)}`,
    column.choices === undefined ? {} : { fix: `Choices: ${column.choices.join(', ').slice(0, 300)}.` },
  );

/** A value in the form it is kept in; null: an empty cell. Problem `table.value`. */
export const cellOf = (column: Column, value: unknown): Result<Cell | null> => {
  if (value === null || value === undefined || value === '') return { ok: true, value: null };
  const cell = kept(column, value);
  return cell === undefined ? { ok: false, problem: badValue(column, value) } : { ok: true, value: cell };
};

const kept = ({ type, choices }: Column, value: unknown): Cell | undefined => {
  switch (type) {
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? numeric(value) : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? numeric(value ? 1 : 0) : undefined;
    case 'date-time': {
      const at = typeof value === 'string' ? timeOf(value) : undefined;
      return at === undefined ? undefined : numeric(at);
    }
    case 'choice':
      return typeof value === 'string' && choices?.includes(value) === true ? textual(value) : undefined;
    case 'text':
      return typeof value === 'string' && value.length <= TABLE_LIMITS.text && !value.includes('\u0000')
        ? textual(value.toWellFormed())
        : undefined;
    case 'json': {
      const text = JSON.stringify(value);
      return text !== undefined && text.length <= TABLE_LIMITS.json ? { num: null, txt: null, body: text } : undefined;
    }
  }
};

/** What a kept cell reads as. */
export const valueOf = ({ type }: Pick<Column, 'type'>, { num, txt, body }: Cell): unknown => {
  switch (type) {
    case 'number':
      return num;
    case 'boolean':
      return num === 1;
    case 'date-time':
      return num === null ? null : new Date(num).toISOString();
    case 'json':
      return body === null ? null : (JSON.parse(body) as unknown);
    case 'text':
    case 'choice':
      return body ?? txt;
  }
};

const TRUE: ReadonlySet<string> = new Set(['true', 'yes', '1', 'x']);
const FALSE: ReadonlySet<string> = new Set(['false', 'no', '0']);

/** A text that somebody typed, or that stands in a CSV, as the value that its column holds. Problem `table.value`. */
export const fromText = (column: Column, text: string): Result<unknown> => {
  const plain = text.trim();
  if (plain === '') return { ok: true, value: null };
  const read = readText(column, text, plain);
  const cell = read === undefined ? null : cellOf(column, read);
  if (cell === null) return { ok: false, problem: badValue(column, text) };
  return cell.ok ? { ok: true, value: read } : cell;
};

const readText = ({ type }: Column, text: string, plain: string): unknown => {
  switch (type) {
    case 'number':
      return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : undefined;
    case 'boolean':
      return TRUE.has(plain.toLowerCase()) ? true : FALSE.has(plain.toLowerCase()) ? false : undefined;
    case 'json':
      try {
        return JSON.parse(plain) as unknown;
      } catch {
        return undefined;
      }
    case 'date-time':
    case 'choice':
      return plain;
    case 'text':
      return text;
  }
};

/** A value as text, for a cell that is edited and for a CSV; `fromText` reads it back. */
export const toText = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
};
