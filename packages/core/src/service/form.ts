/**
 * The input of an operation as one closed JSON Schema: what forms, checks and tools are made of. It is derived and never
 * written: a field stands in the manifest once, with the place it goes to.
 */

import { compileInput, type InputValidator } from '../flow/input.ts';
import type { Field, Operation, PollTrigger, Service } from './manifest.ts';

export type JsonSchema = { readonly [key: string]: unknown };

/** All fields of an operation: those of the service first. */
export const fieldsOf = (service: Service, operation: Operation): Readonly<Record<string, Field>> => ({
  ...service.fields,
  ...operation.input,
});

const schemaOf = (fields: Readonly<Record<string, Field>>): JsonSchema => {
  const required = Object.entries(fields).flatMap(([name, field]) => (field.required === true ? [name] : []));
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.schema])),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
};

/** The closed JSON Schema of what an operation takes. */
export const inputSchema = (service: Service, operation: Operation): JsonSchema =>
  schemaOf(fieldsOf(service, operation));

/** The same for a trigger that asks again and again: without what it fills in itself. */
export const pollSchema = (service: Service, operation: Operation, trigger: PollTrigger): JsonSchema => {
  const own = new Set([...Object.keys(trigger.fixed ?? {}), ...(trigger.hidden ?? [])]);
  if (trigger.cursor !== undefined) own.add(trigger.cursor.field);
  return schemaOf(Object.fromEntries(Object.entries(fieldsOf(service, operation)).filter(([name]) => !own.has(name))));
};

const judges = new WeakMap<Operation, InputValidator>();

/** Judges an input and fills in defaults; compiled once an operation. A manifest whose schemas do not compile is none. */
export const inputJudge = (service: Service, operation: Operation): InputValidator => {
  const known = judges.get(operation);
  if (known !== undefined) return known;
  const made = compileInput(inputSchema(service, operation));
  const judge: InputValidator = made.ok ? made.validate : () => ({ ok: false, problems: made.problems });
  judges.set(operation, judge);
  return judge;
};
