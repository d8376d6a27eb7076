/**
 * The arguments of a step that is a tool, read off what its author wrote: each `item.NAME` that it names is one, and where it
 * stands alone in a field it is what that field takes. The schema is closed: what it does not name, nobody fills in.
 */

import type { z } from 'zod';
import { schemasAt } from '../flow/fields.ts';

type Json = Record<string, unknown>;

const ALONE = /^\{\{\s*item\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}$/;

/** What is known of a schema, in the subset of a flow's input. */
const told = (schema: z.core.$ZodType | undefined, depth = 0): Json => {
  const one = schema === undefined ? undefined : schemasAt(schema, [])[0];
  if (one === undefined || depth > 4) return { type: 'string' };
  const def = one._zod.def;
  switch (def.type) {
    case 'number':
      return { type: one._zod.bag['format'] === 'safeint' ? 'integer' : 'number' };
    case 'boolean':
      return { type: 'boolean' };
    case 'enum':
      return { type: 'string', enum: Object.values(def.entries) };
    case 'array':
      return { type: 'array', items: told(def.element, depth + 1) };
    case 'object':
    case 'record':
      return { type: 'object' };
    default:
      return { type: 'string' };
  }
};

function* textsIn(
  value: unknown,
  path: readonly (string | number)[],
): Generator<{ text: string; path: readonly (string | number)[] }> {
  if (typeof value === 'string') yield { text: value, path };
  else if (Array.isArray(value)) for (const [i, one] of value.entries()) yield* textsIn(one, [...path, i]);
  else if (typeof value === 'object' && value !== null)
    for (const [name, one] of Object.entries(value))
      if (path.length > 0 || name !== 'steps') yield* textsIn(one, [...path, name]);
}

/** The closed schema of what a model fills in. `names`: the arguments that the step names anywhere. */
export const argumentsOf = (input: z.ZodType, settings: unknown, names: Iterable<string>): Json => {
  const properties: Record<string, Json> = {};
  for (const name of names) properties[name] = { type: 'string' };
  for (const { text, path } of textsIn(settings, [])) {
    const name = ALONE.exec(text)?.[1];
    if (name === undefined || properties[name] === undefined) continue;
    const [schema] = schemasAt(input, path);
    properties[name] = told(schema);
  }
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
};
