/**
 * A text as the description of a service: an OpenAPI document in JSON or YAML, or a manifest as it is. Nothing is fetched and
 * nothing is stored; it is done beside the page (worker.ts), since a document may have megabytes.
 *
 * RD1 What is written by somebody else is read in bounds: names that stand for other parts of a document are followed so far and
 *     no further.
 */

import { importOpenApi, isObject, type Problem, problem, readService, type Service } from '@headgate/core';
import { parse } from 'yaml';

export type Wish = { readonly text: string; readonly name: string; readonly base: string };
export type Read =
  | { readonly ok: true; readonly service: Service; readonly notes: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Characters of a document. */
const LARGEST = 8_000_000;
/** How often one part may stand for others. */
const MOST_ALIASES = 1_000;

const refused = (text: string, at?: { readonly line: number; readonly column: number }): Read => ({
  ok: false,
  problems: [problem('service.import', text, at === undefined ? {} : { at })],
});

/** Where a parser of YAML stopped, counted from one. */
const placeOf = (error: unknown): { readonly line: number; readonly column: number } | undefined => {
  const [first] = (Object(error).linePos ?? []) as readonly { readonly line: number; readonly col: number }[];
  return first === undefined ? undefined : { line: first.line, column: first.col };
};

export const readText = ({ text, name, base }: Wish): Read => {
  if (text.length > LARGEST) return refused(`A document may have ${LARGEST} characters; this has more.`);
  let value: unknown;
  try {
    value = /^\s*[{[]/.test(text)
      ? JSON.parse(text)
      : parse(text, { schema: 'core', merge: false, maxAliasCount: MOST_ALIASES, logLevel: 'error' });
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : '';
    return refused(`This is neither JSON nor YAML: ${why.slice(0, 200)}`, placeOf(error));
  }
  if (isObject(value) && value['service'] !== undefined) {
    const read = readService(value);
    return read.ok ? { ok: true, service: read.service, notes: [] } : read;
  }
  return importOpenApi(value, { ...(name === '' ? {} : { name }), ...(base === '' ? {} : { base }) });
};
