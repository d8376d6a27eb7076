/**
 * `headgate secret …`: the secrets of a running server.
 *
 * SC1 A value comes from standard input or a file, never from a word of the command, and is printed nowhere.
 */

import { bad, good, problem, type Result } from '@headgate/core';
import { readText, standardInput } from '../files.ts';
import { MISUSED, note } from '../say.ts';
import { ask, id, query, refused, rowsOf, table, type Where } from './ask.ts';

type Wish = {
  readonly kind: string;
  readonly origin: readonly string[];
  readonly environment?: string;
  readonly valueFile: string;
};

/** The fields of a credential, or why the text holds none. */
const fieldsIn = (text: string, kind: string): Result<object> => {
  let value: unknown = null;
  try {
    value = JSON.parse(text);
  } catch {
    // Told below, without a word of the text.
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return good(value);
  const fix = `Give its fields as JSON, such as {"user": …, "password": …} for basic; docs/secrets.md lists those of ${kind}.`;
  return bad(
    problem('usage', `expected one JSON object with the fields of ${kind}`, { at: { field: '--value-file' }, fix }),
  );
};

/** What a file or standard input (`-`) holds, without the end of its last line. */
export const valueIn = async (file: string, field: string): Promise<Result<string>> => {
  if (file === '-' && process.stdin.isTTY) note('Reading the value from standard input, up to Ctrl-D.');
  const read = file === '-' ? good(await standardInput()) : readText(file);
  if (!read.ok) return bad({ ...read.problem, at: { field } });
  // Editors and echo end a line; a value does not.
  return good(read.value.replace(/\r?\n$/, ''));
};

/** Stores a secret, or its next version; prints its name and version. */
export const setSecret = async (w: Where, name: string, wish: Wish): Promise<number> => {
  const { kind, origin, environment, valueFile } = wish;
  const read = await valueIn(valueFile, '--value-file');
  if (!read.ok) return refused([read.problem], w.json);
  const text = read.value;
  const fields = kind === 'plain' ? good({}) : fieldsIn(text, kind);
  if (!fields.ok) {
    refused([fields.problem], w.json);
    return MISUSED;
  }
  const value = kind === 'plain' ? { value: text } : { credential: { ...fields.value, kind } };
  const body = { name, origins: origin, ...(environment === undefined ? {} : { environment }), ...value };
  return ask(w, 'PUT', '/api/v1/secrets', body, (v) => {
    const done = `${String(v['name'])}  version ${String(v['version'])}`;
    return typeof v['note'] === 'string' ? `${done}\n${v['note']}` : done;
  });
};

/** Lists names, kinds and origins. */
export const listSecrets = (w: Where): Promise<number> =>
  ask(w, 'GET', '/api/v1/secrets', undefined, (v) =>
    table(rowsOf(v, 'secrets'), ['name', 'environment', 'kind', 'origins', 'version', 'updated']),
  );

export const removeSecret = (w: Where, name: string, environment?: string): Promise<number> =>
  ask(w, 'DELETE', `/api/v1/secrets/${id(name)}${query({ environment })}`, undefined, () => `removed ${name}`);
