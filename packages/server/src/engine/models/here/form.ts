/**
 * What a model of this machine can be held to, letter by letter, of a JSON Schema in the subset of a flow's input: the form that
 * the library makes a grammar of, which asks for every property that it names.
 *
 * FO1 A property that may be left out may be null there, and a null that the schema has no place for is taken out again: nobody
 *     has to invent what was not said.
 * FO2 What a grammar does not count (how large a number is, patterns, what differs from what) is left out of the form; whoever
 *     asked judges the answer by the schema itself.
 */

import { isObject } from '@headgate/core';

type Schema = Readonly<Record<string, unknown>>;
export type Form = { readonly schema: Schema; readonly back: (value: unknown) => unknown };

/** A grammar that repeats something more often than this is refused by the library. */
const MOST_REPEATED = 1_000;
const DEEPEST = 64;
const FORMATS: ReadonlySet<unknown> = new Set(['date-time', 'date', 'time']);

const same = (value: unknown): unknown => value;
const ANY: Form = {
  schema: {
    oneOf: [
      { type: ['string', 'number', 'boolean', 'null'] },
      { type: 'array' },
      { type: 'object', additionalProperties: true },
    ],
  },
  back: same,
};
const NULL: Schema = { type: 'null' };

const plain = (value: unknown): boolean => value === null || ['string', 'number', 'boolean'].includes(typeof value);

/** The bounds of a repetition that a grammar can keep. */
const bounds = (schema: Schema, least: string, most: string): Schema => {
  const [low, high] = [schema[least], schema[most]];
  return {
    ...(typeof low === 'number' && low > 0 ? { [least]: Math.min(low, MOST_REPEATED) } : {}),
    ...(typeof high === 'number' && high <= MOST_REPEATED ? { [most]: high } : {}),
  };
};

const typesOf = ({ type, properties, items }: Schema): readonly unknown[] =>
  Array.isArray(type)
    ? type
    : type !== undefined
      ? [type]
      : isObject(properties)
        ? ['object']
        : isObject(items)
          ? ['array']
          : [];

const takesNull = (schema: unknown): boolean => {
  if (!isObject(schema)) return true;
  if (Array.isArray(schema['enum'])) return schema['enum'].includes(null);
  if (Object.hasOwn(schema, 'const')) return schema['const'] === null;
  const types = typesOf(schema);
  return types.length === 0 || types.includes('null');
};

const objectOf = (schema: Schema, deep: number): Form => {
  const { properties, required, additionalProperties: more } = schema;
  const named = isObject(properties) ? properties : {};
  const needed = new Set(Array.isArray(required) ? required : []);
  const forms = new Map(Object.entries(named).map(([name, one]) => [name, formAt(one, deep + 1)]));
  const left = new Set(Object.keys(named).filter((name) => !needed.has(name) && !takesNull(named[name])));
  const open = more === true || (more === undefined && forms.size === 0);
  const others = isObject(more) ? formAt(more, deep + 1) : null;
  return {
    schema: {
      type: 'object',
      properties: Object.fromEntries(
        [...forms].map(([name, form]) => [name, left.has(name) ? { oneOf: [form.schema, NULL] } : form.schema]),
      ),
      ...(others === null ? (open ? { additionalProperties: true } : {}) : { additionalProperties: others.schema }),
    },
    back: (value) =>
      isObject(value)
        ? Object.fromEntries(
            Object.entries(value).flatMap(([name, one]) =>
              one === null && left.has(name) ? [] : [[name, (forms.get(name) ?? others)?.back(one) ?? one]],
            ),
          )
        : value,
  };
};

const arrayOf = (schema: Schema, deep: number): Form => {
  const item = isObject(schema['items']) ? formAt(schema['items'], deep + 1) : null;
  return {
    schema: {
      ...{ type: 'array', ...bounds(schema, 'minItems', 'maxItems') },
      ...(item === null ? {} : { items: item.schema }),
    },
    back: (value) => (item !== null && Array.isArray(value) ? value.map((one) => item.back(one)) : value),
  };
};

const textOf = (schema: Schema): Schema => ({
  type: 'string',
  ...(FORMATS.has(schema['format']) ? { format: schema['format'] } : bounds(schema, 'minLength', 'maxLength')),
});

const typed = (type: unknown, schema: Schema, deep: number): Form => {
  switch (type) {
    case 'object':
      return objectOf(schema, deep);
    case 'array':
      return arrayOf(schema, deep);
    case 'string':
      return { schema: textOf(schema), back: same };
    case 'number':
    case 'integer':
    case 'boolean':
    case 'null':
      return { schema: { type }, back: same };
    default:
      return ANY;
  }
};

const formAt = (given: unknown, deep: number): Form => {
  if (!isObject(given) || deep > DEEPEST) return ANY;
  const said = typeof given['description'] === 'string' ? { description: given['description'] } : {};
  const listed = Object.hasOwn(given, 'const') ? [given['const']] : given['enum'];
  if (Array.isArray(listed))
    return listed.length > 0 && listed.every(plain) ? { schema: { enum: listed, ...said }, back: same } : ANY;
  const forms = typesOf(given).map((type) => typed(type, given, deep));
  const [first] = forms;
  if (first === undefined) return ANY;
  if (forms.length === 1) return { schema: { ...first.schema, ...said }, back: first.back };
  return {
    schema: { oneOf: forms.map(({ schema }) => schema), ...said },
    // Each leaves what is of another type as it is.
    back: (value) => forms.reduce((now, { back }) => back(now), value),
  };
};

/** The form of a schema. `back` makes of what fits the form what was meant by it. */
export const formOf = (schema: unknown): Form => formAt(schema, 0);
