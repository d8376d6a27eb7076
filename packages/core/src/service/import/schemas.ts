/**
 * Schemas of an OpenAPI document as schemas of a field: the subset that inputs are judged by. What the subset cannot say is
 * left open, never guessed: a schema of ours accepts at least what theirs does.
 *
 * SC1 A schema that leads back to itself is cut where it does, and left open there.
 * SC2 Depth and size of one schema are bounded; what lies deeper is left open.
 */

import { compileInput } from '../../flow/input.ts';
import { type At, below, entriesOf, listOf, type OpenApiDocument, own, textOf } from './document.ts';

export type FieldSchema = Record<string, unknown>;

const DEEPEST = 6;
/** Parts of one field's schema. */
const MOST_PARTS = 400;
const MOST_CHOICES = 100;

const TYPES: ReadonlySet<unknown> = new Set(['string', 'number', 'integer', 'boolean', 'array', 'object', 'null']);
const SAME: readonly (readonly [string, (value: unknown) => boolean])[] = [
  ['minLength', Number.isInteger],
  ['maxLength', Number.isInteger],
  ['minItems', Number.isInteger],
  ['maxItems', Number.isInteger],
  ['minimum', Number.isFinite],
  ['maximum', Number.isFinite],
];

type State = { parts: number; readonly open: Set<At> };

/** The schema of a field; an open one where there is none that can be said. */
export const schemaOf = (document: OpenApiDocument, value: unknown, at: At): FieldSchema => {
  const made = convert(document, value, at, 0, { parts: 0, open: new Set() });
  const judged = compileInput({ type: 'object', properties: { field: made } });
  if (judged.ok) return made;
  document.note(at, 'A schema says what fields are not judged by; it is left open.');
  const description = made['description'];
  return description === undefined ? {} : { description };
};

const convert = (document: OpenApiDocument, value: unknown, at: At, depth: number, state: State): FieldSchema => {
  state.parts += 1;
  const found = document.object(value, at);
  if (found === undefined) return {};
  const { value: schema } = found;
  const description = textOf(own(schema, 'description') ?? own(schema, 'title'), 300);
  const said: FieldSchema = description === undefined ? {} : { description };
  if (depth >= DEEPEST || state.parts > MOST_PARTS || state.open.has(found.at)) return said;
  state.open.add(found.at);
  try {
    return { ...said, ...shapeOf(document, schema, found.at, depth, state) };
  } finally {
    state.open.delete(found.at);
  }
};

const shapeOf = (
  document: OpenApiDocument,
  schema: Readonly<Record<string, unknown>>,
  at: At,
  depth: number,
  state: State,
): FieldSchema => {
  const parts = listOf(own(schema, 'allOf'));
  if (parts.length > 0) return joined(document, schema, parts, at, depth, state);
  if (own(schema, 'anyOf') !== undefined || own(schema, 'oneOf') !== undefined) return {};
  const types = typesOf(schema);
  const choices = listOf(own(schema, 'enum')).filter(
    (one) => ['string', 'number', 'boolean'].includes(typeof one) || one === null,
  );
  const made: FieldSchema = {};
  if (types.length === 1) made['type'] = types[0];
  else if (types.length > 1) made['type'] = types;
  if (choices.length > 0 && choices.length <= MOST_CHOICES) made['enum'] = [...new Set(choices)];
  const given = own(schema, 'default');
  if (given !== undefined && (typeof given !== 'object' || given === null)) made['default'] = given;
  for (const [key, fits] of SAME) {
    const bound = own(schema, key);
    const speaks = key.endsWith('Length') ? 'string' : key.endsWith('Items') ? 'array' : 'number';
    const type = types.length === 1 ? (types[0] === 'integer' ? 'number' : types[0]) : undefined;
    if (bound !== undefined && fits(bound) && type === speaks) made[key] = bound;
  }
  if (types.includes('array')) {
    const items = convert(document, own(schema, 'items'), below(at, 'items'), depth + 1, state);
    if (Object.keys(items).length > 0) made['items'] = items;
  }
  if (types.includes('object')) {
    const properties = entriesOf(own(schema, 'properties')).map(
      ([name, one]) => [name, convert(document, one, below(at, 'properties', name), depth + 1, state)] as const,
    );
    if (properties.length > 0) {
      made['properties'] = Object.fromEntries(properties);
      const known = new Set(properties.map(([name]) => name));
      const required = listOf(own(schema, 'required')).filter(
        (name): name is string => typeof name === 'string' && known.has(name),
      );
      if (required.length > 0) made['required'] = [...new Set(required)];
    }
  }
  return made;
};

/** Parts that all hold at once: their properties together. */
const joined = (
  document: OpenApiDocument,
  schema: Readonly<Record<string, unknown>>,
  parts: readonly unknown[],
  at: At,
  depth: number,
  state: State,
): FieldSchema => {
  const { allOf: _, ...rest } = schema;
  const all = [
    ...parts.map((part, i) => convert(document, part, below(at, 'allOf', i), depth + 1, state)),
    Object.keys(rest).length === 0 ? {} : shapeOf(document, rest, at, depth, state),
  ];
  const properties: Record<string, unknown> = {};
  const required = new Set<unknown>();
  for (const one of all) {
    for (const [name, inner] of entriesOf(one['properties'])) properties[name] = inner;
    for (const name of listOf(one['required'])) required.add(name);
  }
  const [only] = all.filter((one) => Object.keys(one).some((key) => key !== 'description'));
  const single = all.filter((one) => Object.keys(one).some((key) => key !== 'description')).length === 1;
  if (single && only !== undefined) return only;
  if (Object.keys(properties).length === 0) return {};
  return { type: 'object', properties, ...(required.size === 0 ? {} : { required: [...required] }) };
};

/** The types of a schema; `nullable` is how 3.0 says null. */
const typesOf = (schema: Readonly<Record<string, unknown>>): readonly unknown[] => {
  const written = own(schema, 'type');
  const types = (Array.isArray(written) ? written : [written]).filter((type) => TYPES.has(type));
  const guessed = types.length > 0 ? types : own(schema, 'properties') === undefined ? [] : ['object'];
  return own(schema, 'nullable') === true && guessed.length > 0 && !guessed.includes('null')
    ? [...guessed, 'null']
    : guessed;
};
