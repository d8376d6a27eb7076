/**
 * From what came (parameters, query, body) to what a contract declares, or to every Problem at once, each with its place.
 */

import type { z } from 'zod';
import { judge } from '../flow/explain.ts';
import { fieldPath } from '../flow/path.ts';
import { suggester } from '../flow/suggest.ts';
import type { Problem } from '../problem.ts';

export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** `part` begins the field's place outside the body: `query.cursor`. */
export const readPart = <S extends z.ZodType>(
  schema: S,
  value: unknown,
  part: '' | 'query' | 'path' = '',
): Read<z.output<S>> => {
  const answer = schema.safeParse(value);
  if (answer.success) return { ok: true, value: answer.data };
  const place = (path: readonly PropertyKey[]): { field?: string } => {
    const field = fieldPath(part === '' ? path : [part, ...path]);
    return field === '' ? {} : { field };
  };
  return { ok: false, problems: judge({ schema, value, place, suggest: suggester() }).problems };
};
