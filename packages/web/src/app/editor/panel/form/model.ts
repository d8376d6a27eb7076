/**
 * What a form shows of a JSON Schema: fields with names for people, and for each the one kind of input that fits it. The
 * schemas are those of the step kinds, so that a new kind has a form without a line here.
 *
 * FM1 What is not understood is `any`: a field that takes whatever JSON there is, never a field that is missing.
 */

import { isObject, SECRET_NAME } from '@headgate/core';

export type Schema = Readonly<Record<string, unknown>>;

/** How a text is written: `expression` is always one, `template` may hold some. */
export type Writing =
  | 'template'
  | 'expression'
  | 'duration'
  | 'secret'
  | 'code'
  | 'cron'
  | 'zone'
  | 'table'
  | 'knowledge'
  | 'model';

export type Form =
  | {
      readonly is: 'text';
      readonly writing: Writing;
      readonly long: boolean;
      readonly pattern: string | null;
      readonly least: number;
      readonly most: number | null;
    }
  | { readonly is: 'number'; readonly whole: boolean; readonly least: number | null; readonly most: number | null }
  | { readonly is: 'boolean' }
  | { readonly is: 'choice'; readonly options: readonly string[] }
  | { readonly is: 'list'; readonly item: Form; readonly least: number; readonly most: number | null }
  | { readonly is: 'map'; readonly value: Form }
  | { readonly is: 'object'; readonly fields: readonly Field[] }
  | { readonly is: 'either'; readonly options: readonly Form[] }
  /** `expression`: nearly always computed, so an empty one begins as an expression. */
  | { readonly is: 'any'; readonly expression: boolean };

export type Field = {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  readonly required: boolean;
  readonly form: Form;
};

/** Fields that their schema alone does not tell apart, by kind without version. */
const WRITINGS: Readonly<Record<string, Readonly<Record<string, Writing>>>> = {
  code: { source: 'code' },
  schedule: { cron: 'cron', zone: 'zone' },
  repeat: { until: 'expression' },
};

/** Conditions and lists: what is there is computed from what came before. */
const COMPUTED: ReadonlySet<string> = new Set(['when', 'over', 'items', 'result', 'until']);

/** `code@1`, for what its fields are called. */
const ACRONYMS: Readonly<Record<string, string>> = { url: 'URL', id: 'ID', json: 'JSON', http: 'HTTP' };

/** A field's name as a label: `groupBy` is Group by. */
export const labelOf = (name: string): string => {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[_.-]+/g, ' ')
    .trim()
    .split(/\s+/)
    .map((word) => ACRONYMS[word.toLowerCase()] ?? word.toLowerCase());
  const text = words.join(' ');
  return text.slice(0, 1).toUpperCase() + text.slice(1);
};

const text = (schema: Schema, key: string): string => (typeof schema[key] === 'string' ? schema[key] : '');
const number = (schema: Schema, key: string): number | null => (typeof schema[key] === 'number' ? schema[key] : null);
const schemas = (value: unknown): readonly Schema[] => (Array.isArray(value) ? value.filter(isObject) : []);

const DURATION = '^(\\d{1,12})(ms|s|m|h|d)$';
const LONG = 2_000;
const SCALARS: ReadonlySet<unknown> = new Set(['string', 'number', 'integer', 'boolean', 'null']);

type Named = { readonly kind: string; readonly name: string };

/** The form of a schema. `at`: of which kind it is and what it is called, for what the schema does not say. */
export const formOf = (schema: unknown, at: Named = { kind: '', name: '' }): Form => {
  const any: Form = { is: 'any', expression: COMPUTED.has(at.name) };
  if (!isObject(schema)) return any;
  const options = schemas(schema['anyOf'] ?? schema['oneOf']);
  if (options.length > 0) return eitherOf(options, at, any);
  const types: readonly unknown[] = Array.isArray(schema['type']) ? schema['type'] : [schema['type']];
  const solid = types.filter((type) => type !== 'null');
  if (solid.length > 1 && solid.every((type) => SCALARS.has(type))) return textOf({}, at);
  const choices = schema['enum'];
  if (Array.isArray(choices) && choices.every((one) => typeof one === 'string'))
    return { is: 'choice', options: choices };
  switch (solid[0]) {
    case 'string':
      return textOf(schema, at);
    case 'number':
    case 'integer':
      return numberOf(schema, solid[0] === 'integer');
    case 'boolean':
      return { is: 'boolean' };
    case 'array': {
      const item = formOf(schema['items'], { kind: at.kind, name: '' });
      if (item.is === 'any' && !isObject(schema['items'])) return { is: 'any', expression: true };
      if (item.is === 'any') return any;
      return { is: 'list', item, least: number(schema, 'minItems') ?? 0, most: number(schema, 'maxItems') };
    }
    case 'object':
      return objectOf(schema, at.kind, any);
    default:
      return any;
  }
};

const eitherOf = (options: readonly Schema[], at: Named, any: Form): Form => {
  const forms = options.map((one) => formOf(one, at));
  const [only] = forms;
  if (forms.length === 1 && only !== undefined) return only;
  // A text or a list of anything: written as an expression, mostly.
  return forms.some((form) => form.is === 'any') ? any : { is: 'either', options: forms };
};

const textOf = (schema: Schema, at: Named): Form => {
  const pattern = text(schema, 'pattern');
  const most = number(schema, 'maxLength');
  const writing: Writing =
    WRITINGS[at.kind.replace(/@.*$/, '')]?.[at.name] ??
    (schema['format'] === 'expression'
      ? 'expression'
      : schema['format'] === 'table' || schema['format'] === 'knowledge'
        ? schema['format']
        : schema['format'] === 'model'
          ? 'model'
          : pattern === DURATION
            ? 'duration'
            : pattern === SECRET_NAME.source
              ? 'secret'
              : 'template');
  return {
    is: 'text',
    writing,
    long: writing === 'template' && pattern === '' && at.name !== 'url' && (most ?? 0) >= LONG,
    pattern: pattern === '' ? null : pattern,
    least: number(schema, 'minLength') ?? 0,
    most,
  };
};

/** What a number of the language can hold at all is no bound worth telling. */
const bound = (value: number | null): number | null =>
  value === null || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? null : value;

const numberOf = (schema: Schema, whole: boolean): Form => ({
  is: 'number',
  whole,
  least: bound(number(schema, 'minimum')),
  most: bound(number(schema, 'maximum')),
});

const objectOf = (schema: Schema, kind: string, any: Form): Form => {
  const { properties, additionalProperties } = schema;
  if (isObject(properties)) return { is: 'object', fields: fieldsOf(schema, kind) };
  if (!isObject(additionalProperties)) return any;
  const value = formOf(additionalProperties, { kind, name: '' });
  return value.is === 'any' ? any : { is: 'map', value };
};

/** Fields of an object's schema, in its order. `leave`: those that something else shows. */
export const fieldsOf = (schema: unknown, kind: string, leave: readonly string[] = []): readonly Field[] => {
  if (!isObject(schema) || !isObject(schema['properties'])) return [];
  const { required } = schema;
  const needed: readonly unknown[] = Array.isArray(required) ? required : [];
  return Object.entries(schema['properties'])
    .filter(([name]) => !leave.includes(name))
    .map(([name, part]) => ({
      name,
      label: labelOf(name),
      hint: isObject(part) ? text(part, 'description') : '',
      required: needed.includes(name),
      form: formOf(part, { kind, name }),
    }));
};
