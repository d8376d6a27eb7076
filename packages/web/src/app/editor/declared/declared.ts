/**
 * The declared input of a flow as a list of fields, and what changes it: names, types, what is needed, what is said of each. The
 * schema stays what it is: keywords that no field shows are kept, and a schema that is no list of fields is not read as one.
 */

import { isObject, type Json } from '@headgate/core';

/** Types as people choose them, with the `type` of JSON Schema. */
export const TYPES = {
  text: 'string',
  number: 'number',
  whole: 'integer',
  boolean: 'boolean',
  list: 'array',
  object: 'object',
} as const;
export type DeclaredType = keyof typeof TYPES;

export type Declared = {
  readonly name: string;
  /** Null: another one, or several. */
  readonly type: DeclaredType | null;
  readonly needed: boolean;
  readonly about: string;
};

type Record_ = Readonly<Record<string, Json>>;
export type Schema = Record_;

/** What a first field is added to: what is not declared is refused. */
const NEW: Schema = { type: 'object', properties: {}, additionalProperties: false };

const recordOf = (value: unknown): Record_ => (isObject(value) ? (value as Record_) : {});
const propertiesOf = (schema: Schema): Record_ => recordOf(schema['properties']);
const neededIn = (schema: Schema): readonly string[] =>
  Array.isArray(schema['required']) ? schema['required'].filter((one) => typeof one === 'string') : [];

/** The fields in their order; null: the schema is not an object's, so that it can be written as JSON alone. */
export const fieldsIn = (schema: Schema | undefined): readonly Declared[] | null => {
  if (schema === undefined) return [];
  if (schema['type'] !== 'object') return null;
  const needed = neededIn(schema);
  return Object.entries(propertiesOf(schema)).map(([name, part]) => {
    const { type, description } = recordOf(part);
    const found = Object.entries(TYPES).find(([, written]) => written === type);
    return {
      name,
      type: found === undefined ? null : (found[0] as DeclaredType),
      needed: needed.includes(name),
      about: typeof description === 'string' ? description : '',
    };
  });
};

/** A name that no field has yet. */
export const freeName = (schema: Schema | undefined): string => {
  const taken = propertiesOf(schema ?? NEW);
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? 'field' : `field${n}`;
    if (!Object.hasOwn(taken, name)) return name;
  }
};

const withProperties = (schema: Schema, entries: readonly (readonly [string, Json])[]): Schema => ({
  ...schema,
  properties: Object.fromEntries(entries),
});

/** `required` without it is left out: an empty list says nothing. */
const withNeeded = ({ required: _, ...schema }: Schema, needed: readonly string[]): Schema =>
  needed.length === 0 ? schema : { ...schema, required: [...needed] };

export const added = (schema: Schema | undefined, name: string): Schema => {
  const to = schema ?? NEW;
  const next = withProperties(to, [...Object.entries(propertiesOf(to)), [name, { type: 'string' }]]);
  return withNeeded(next, [...neededIn(to), name]);
};

export const removed = (schema: Schema, name: string): Schema =>
  withNeeded(
    withProperties(
      schema,
      Object.entries(propertiesOf(schema)).filter(([one]) => one !== name),
    ),
    neededIn(schema).filter((one) => one !== name),
  );

/** Null: there is one of that name already, or it is no name. */
export const renamed = (schema: Schema, from: string, to: string): Schema | null => {
  if (to === '' || (to !== from && Object.hasOwn(propertiesOf(schema), to))) return null;
  const entries = Object.entries(propertiesOf(schema)).map(
    ([name, part]) => [name === from ? to : name, part] as const,
  );
  return withNeeded(
    withProperties(schema, entries),
    neededIn(schema).map((name) => (name === from ? to : name)),
  );
};

export const needs = (schema: Schema, name: string, on: boolean): Schema => {
  const rest = neededIn(schema).filter((one) => one !== name);
  return withNeeded(schema, on ? [...rest, name] : rest);
};

const changed = (schema: Schema, name: string, change: (part: Record_) => Record_): Schema =>
  withProperties(
    schema,
    Object.entries(propertiesOf(schema)).map(([one, part]) => [one, one === name ? change(recordOf(part)) : part]),
  );

/** What was said of another type (bounds, choices, a default) does not hold for this one. */
export const typed = (schema: Schema, name: string, type: DeclaredType): Schema =>
  changed(schema, name, ({ title, description }) => ({
    ...(title === undefined ? {} : { title }),
    type: TYPES[type],
    ...(description === undefined ? {} : { description }),
  }));

export const described = (schema: Schema, name: string, about: string): Schema =>
  changed(schema, name, ({ description: _, ...part }) => (about === '' ? part : { ...part, description: about }));
