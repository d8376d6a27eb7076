/** What a visitor may send to a public flow: fields that its author declared, and no others (row API-06). */

import { type Problem, problem } from '@headgate/core';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The Problem of the first field that the flow's input schema does not declare; null: there is none. */
export const undeclared = (schema: unknown, input: unknown): Problem | null => {
  if (input === undefined) return null;
  const properties = isRecord(schema) && isRecord(schema['properties']) ? schema['properties'] : {};
  const strange = isRecord(input) ? Object.keys(input).find((name) => !Object.hasOwn(properties, name)) : 'input';
  if (strange === undefined) return null;
  return problem('input.unknown', `The flow declares no input field ${JSON.stringify(strange.slice(0, 60))}`, {
    at: { field: `input.${strange.slice(0, 60)}` },
    fix: 'Leave it out. A public flow takes only what its `input` declares under `properties`.',
  });
};
