/** One call of the API and a way to print its answer: what most commands at a running server are. */

import type { Problem } from '@headgate/core';
import type { Client } from '../client.ts';
import { complain, DONE, FAILED, pretty, print } from '../say.ts';

export type Where = { readonly client: Client; readonly json: boolean };

export type Row = Readonly<Record<string, unknown>>;

/** What is not there says to a program all that may be said; somebody at a shell typed a name, or is in another workspace. */
const withNext = (one: Problem): Problem =>
  one.code !== 'missing' || one.fix !== undefined
    ? one
    : { ...one, fix: 'Give the id, as the list command of its kind shows it; a key sees its own workspace alone.' };

/** Prints Problems; answers the exit code. */
export const refused = (problems: readonly Problem[], json: boolean): number => {
  complain(problems.map(withNext), json);
  return FAILED;
};

/** One call; prints its answer as `show` says (as JSON when that is wanted), or the Problems. Answers the exit code. */
export const ask = async (
  w: Where,
  method: string,
  path: string,
  body: unknown,
  show: (value: Row) => string,
): Promise<number> => {
  const answer = await w.client.call(method, path, body);
  if (!answer.ok) return refused(answer.problems, w.json);
  print(w.json ? pretty(answer.value) : show(rowOf(answer.value)));
  return DONE;
};

export const rowOf = (value: unknown): Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Row) : {};

/** A list in an answer, as rows. */
export const rowsOf = (value: unknown, name: string): readonly Row[] => {
  const list = rowOf(value)[name];
  return Array.isArray(list) ? list.map(rowOf) : [];
};

const cell = (value: unknown): string =>
  value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);

/** Rows as columns that line up, under their names. */
export const table = (rows: readonly Row[], columns: readonly string[]): string => {
  const lines = [columns, ...rows.map((row) => columns.map((name) => cell(row[name])))];
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((text, i) => text.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

/** A page of a list, and how to go on when there is more. */
export const pageOf =
  (name: string, columns: readonly string[]) =>
  (value: Row): string => {
    const more = typeof value['next'] === 'string' ? `\nmore: --cursor ${value['next']}` : '';
    return table(rowsOf(value, name), columns) + more;
  };

/** The query of a list: what was given, as `?a=1&b=2`. */
export const query = (given: Readonly<Record<string, string | number | undefined>>): string => {
  const made = new URLSearchParams();
  for (const [name, value] of Object.entries(given)) if (value !== undefined) made.set(name, String(value));
  return made.size === 0 ? '' : `?${made.toString()}`;
};

export const id = encodeURIComponent;
