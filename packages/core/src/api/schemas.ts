/**
 * JSON Schemas (draft 2020-12) derived from the zod declarations: the published files under /api/v1/schemas/, and the
 * pieces the OpenAPI document is made of. Nothing here is written by hand.
 */

import { z } from 'zod';
import { flowSchema } from '../flow/model.ts';
import { flowFileSchema } from '../flow/schema.ts';
import { serviceSchema } from '../service/manifest.ts';
import { event, flowFile, problem, run } from './shapes.ts';

export type JsonSchema = { readonly [key: string]: unknown };

type Made = { readonly schema: JsonSchema; readonly defs: Readonly<Record<string, JsonSchema>> };

/** Where references to named schemas point to in the document being made. */
type Base = '#/$defs/' | '#/components/schemas/';

/** The name zod gives the recursive "any JSON" schema of flow files; documents call it Json. */
const ANONYMOUS = '__schema0';

/** `input`: what a caller may send; `output`: what an answer holds. */
const derive = (schema: z.ZodType, io: 'input' | 'output', base: Base): Made => {
  const made: unknown = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      delete jsonSchema.readOnly;
      if (zodSchema === flowFile) jsonSchema.$ref = '#/$defs/Flow';
    },
  });
  const { $schema: _, $defs, ...rest } = record(pointed(made, base));
  return { schema: rest, defs: named(record($defs)) };
};

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

const named = (defs: Record<string, unknown>): Record<string, JsonSchema> =>
  Object.fromEntries(Object.entries(defs).map(([name, schema]) => [rename(name), record(schema)]));

const rename = (name: string): string => (name === ANONYMOUS ? 'Json' : name);

/** A copy in which every reference points into the document's own place for named schemas. */
const pointed = (value: unknown, base: Base): unknown => {
  if (Array.isArray(value)) return value.map((entry) => pointed(entry, base));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) =>
      key === '$ref' && typeof entry === 'string'
        ? [key, base + rename(entry.replace('#/$defs/', ''))]
        : [key, pointed(entry, base)],
    ),
  );
};

/** Gathers the schemas of one OpenAPI document; named ones end up under components, once. */
export class Components {
  readonly schemas: Record<string, JsonSchema> = {};

  constructor() {
    this.schemas['Flow'] = this.of(flowSchema, 'input');
  }

  /** The schema to put in place; what it refers to is added to the components. */
  of(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const made = derive(schema, io, '#/components/schemas/');
    Object.assign(this.schemas, made.defs);
    return made.schema;
  }
}

/** A schema that stands alone: of a step's settings, or of a published file. */
export const jsonSchema = (schema: z.ZodType, io: 'input' | 'output' = 'input'): JsonSchema => {
  const made = derive(schema, io, '#/$defs/');
  const defs: Record<string, JsonSchema> = { ...made.defs };
  return Object.keys(defs).length === 0 ? made.schema : { ...made.schema, $defs: defs };
};

const published = (title: string, schema: z.ZodType, io: 'input' | 'output'): JsonSchema => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title,
  ...jsonSchema(schema, io),
});

/** The files under /api/v1/schemas/, by name; each is made when it is asked for. */
export const SCHEMAS: ReadonlyMap<string, () => JsonSchema> = new Map([
  ['flow.json', flowFileSchema],
  ['run.json', () => published('A run', run, 'output')],
  ['event.json', () => published('An event of a journal', event, 'output')],
  ['service.json', () => published('A service', serviceSchema, 'input')],
  ['problem.json', () => published('A Problem', problem, 'output')],
]);
