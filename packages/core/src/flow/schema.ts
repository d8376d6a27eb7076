/**
 * The JSON Schema of the flow file (draft 2020-12), derived from the zod schemas of model.ts: what editors complete from
 * and what `/api/v1/schemas/flow.json` answers.
 *
 * It speaks about form only, as parse.ts does; what a step's `with` may hold is the matter of its kind.
 */

import { z } from 'zod';
import { agentWith, eachWith, flowSchema, repeatWith, stepSchema } from './model.ts';
import { isObject } from './path.ts';

export const FLOW_SCHEMA_ID = '/api/v1/schemas/flow.json';

type Schema = Record<string, unknown>;

/** JSON values of any kind have no schema of their own; they become the empty one, which allows everything. */
const plain = (schema: z.ZodType): Schema => {
  const { $schema: _dialect, ...made } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    unrepresentable: 'any',
    io: 'input',
  });
  return made;
};

const withProperty = (schema: Schema, name: string, value: unknown): Schema => ({
  ...schema,
  properties: { ...(isObject(schema['properties']) ? schema['properties'] : {}), [name]: value },
});

/** A list of steps, wherever it stands, is a list of the one definition. */
const listOfSteps = (schema: Schema): Schema => {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const steps = isObject(properties['steps']) ? properties['steps'] : {};
  return withProperty(schema, 'steps', { ...steps, items: { $ref: '#/$defs/step' } });
};

const holding = (kind: string, name: string): Schema => ({
  if: { properties: { kind: { const: kind } } },
  // oxlint-disable-next-line unicorn/no-thenable -- the keyword of JSON Schema
  then: { properties: { with: { $ref: `#/$defs/${name}` } }, required: ['with'] },
});

/** The schema of the flow file, made anew at each call. */
export const flowFileSchema = (): Schema => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: FLOW_SCHEMA_ID,
  title: 'Headgate flow',
  description:
    'A graph of steps joined by wires, with triggers, declared input and output. It says what it asks for and carries no grants.',
  ...listOfSteps(plain(flowSchema)),
  $defs: {
    step: {
      ...plain(stepSchema),
      allOf: [holding('each@1', 'each'), holding('repeat@1', 'repeat'), holding('agent@1', 'agent')],
    },
    each: listOfSteps(plain(eachWith)),
    repeat: listOfSteps(plain(repeatWith)),
    agent: listOfSteps(plain(agentWith)),
  },
});
