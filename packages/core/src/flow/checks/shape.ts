/**
 * Shapes: what is known of a value before the flow runs. A small common ground of zod schemas (outputs and fields of step
 * kinds), JSON Schema (the input of a flow) and literal values.
 *
 * SP1 Not knowing is the default: whatever is not understood is ANY, and of ANY nothing is ever reported.
 */

import type { z } from 'zod';
import { spread } from '../fields.ts';
import { isObject } from '../path.ts';

export type Word = 'text' | 'number' | 'boolean' | 'list' | 'object' | 'null';

/** `kinds` null: anything. `fields` null: unknown names; `closed`: there are no others. */
export type Shape = {
  readonly kinds: ReadonlySet<Word> | null;
  readonly fields: ReadonlyMap<string, Shape> | null;
  readonly closed: boolean;
  readonly item: Shape | null;
};

export const ANY: Shape = { kinds: null, fields: null, closed: false, item: null };

const of = (kind: Word, more: Partial<Shape> = {}): Shape => ({ ...ANY, kinds: new Set([kind]), ...more });
const MOST_DEPTH = 12;

export const listOf = (item: Shape): Shape => of('list', { item });

/** One of several: kinds together; the inside is known only where a single one has an inside. */
const either = (shapes: readonly Shape[]): Shape => {
  const [only] = shapes;
  if (only !== undefined && shapes.length === 1) return only;
  if (shapes.length === 0 || shapes.some((shape) => shape.kinds === null)) return ANY;
  const inside = shapes.filter(
    (shape) => shape.fields !== null || shape.item !== null || shape.kinds?.has('object') || shape.kinds?.has('list'),
  );
  const one = inside.length === 1 ? inside[0] : undefined;
  return {
    kinds: new Set(shapes.flatMap((shape) => [...(shape.kinds ?? [])])),
    fields: one?.fields ?? null,
    closed: one?.closed ?? false,
    item: one?.item ?? null,
  };
};

const wordOf = (value: unknown): Word =>
  value === null || value === undefined
    ? 'null'
    : Array.isArray(value)
      ? 'list'
      : typeof value === 'string'
        ? 'text'
        : typeof value === 'number'
          ? 'number'
          : typeof value === 'boolean'
            ? 'boolean'
            : 'object';

/** The shape of what a zod schema lets through. */
export const shapeOfZod = (schema: z.core.$ZodType, depth = 0): Shape => {
  if (depth > MOST_DEPTH) return ANY;
  return either(
    spread(schema).map((one): Shape => {
      const def = one._zod.def;
      switch (def.type) {
        case 'string':
        case 'template_literal':
        case 'enum':
          return of('text');
        case 'number':
          return of('number');
        case 'boolean':
          return of('boolean');
        case 'null':
        case 'undefined':
          return of('null');
        case 'literal':
          return either(def.values.map((value) => of(wordOf(value))));
        case 'array':
          return listOf(shapeOfZod(def.element, depth + 1));
        case 'tuple':
          return listOf(ANY);
        case 'record':
          return of('object');
        case 'object': {
          const closed = def.catchall?._zod.def.type === 'never';
          return of('object', {
            closed,
            fields: new Map(Object.entries(def.shape).map(([name, part]) => [name, shapeOfZod(part, depth + 1)])),
          });
        }
        default:
          return ANY;
      }
    }),
  );
};

const JSON_WORDS: ReadonlyMap<unknown, Word> = new Map<unknown, Word>([
  ['string', 'text'],
  ['number', 'number'],
  ['integer', 'number'],
  ['boolean', 'boolean'],
  ['null', 'null'],
  ['array', 'list'],
  ['object', 'object'],
]);

/** The shape of what a flow's input schema lets through. */
export const shapeOfSchema = (schema: unknown, depth = 0): Shape => {
  if (!isObject(schema) || depth > MOST_DEPTH) return ANY;
  const written = schema['type'];
  const types: readonly unknown[] = Array.isArray(written) ? written : [written];
  const words = types.flatMap((type) => JSON_WORDS.get(type) ?? []);
  if (words.length === 0 || words.length < types.length) return ANY;
  const properties = schema['properties'];
  const fields = isObject(properties)
    ? new Map(Object.entries(properties).map(([name, part]) => [name, shapeOfSchema(part, depth + 1)]))
    : null;
  return {
    kinds: new Set(words),
    fields,
    closed: schema['additionalProperties'] === false,
    item: Object.hasOwn(schema, 'items') ? shapeOfSchema(schema['items'], depth + 1) : null,
  };
};

/** The shape of a value as written in a flow: what expressions give is not known. */
export const shapeOfLiteral = (value: unknown, depth = 0): Shape => {
  if (depth > MOST_DEPTH) return ANY;
  if (typeof value === 'string' && value.includes('{{')) return /^\{\{[^]*\}\}$/.test(value) ? ANY : of('text');
  if (Array.isArray(value)) return listOf(ANY);
  if (!isObject(value)) return of(wordOf(value));
  return of('object', {
    closed: true,
    fields: new Map(Object.entries(value).map(([name, part]) => [name, shapeOfLiteral(part, depth + 1)])),
  });
};

/** What stands at a path, or the first name on the way that cannot be there, with the names that could. */
export const follow = (
  shape: Shape,
  path: readonly string[],
): { readonly shape: Shape } | { readonly missing: string; readonly known: ReadonlyMap<string, Shape> } => {
  let here = shape;
  for (const key of path) {
    const only = here.kinds?.size === 1 || (here.kinds?.size === 2 && here.kinds.has('null'));
    if (only && here.kinds?.has('object') === true && here.fields !== null) {
      const next = here.fields.get(key);
      if (next === undefined && here.closed) return { missing: key, known: here.fields };
      here = next ?? ANY;
    } else if (only && here.kinds?.has('list') === true && here.item !== null && /^\d+$/.test(key)) here = here.item;
    else return { shape: ANY };
  }
  return { shape: here };
};

/** Words of the kinds, for a Problem. */
export const told = (shape: Shape): string => {
  const words: Readonly<Record<Word, string>> = {
    text: 'a text',
    number: 'a number',
    boolean: 'true or false',
    list: 'a list',
    object: 'an object',
    null: 'null',
  };
  return [...(shape.kinds ?? [])].map((kind) => words[kind]).join(' or ');
};

/** Can no value of `given` be a value of `wanted`? Null is left to the moment of running: a skipped step reads as null. */
export const clash = (given: Shape, wanted: Shape): boolean => {
  if (given.kinds === null || wanted.kinds === null) return false;
  const kinds = [...given.kinds].filter((kind) => kind !== 'null');
  return kinds.length > 0 && kinds.every((kind) => wanted.kinds?.has(kind) !== true);
};
