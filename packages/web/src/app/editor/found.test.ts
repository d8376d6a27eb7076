/** What the search for a step finds, and what stands first. */

import type { Flow } from '@headgate/core';
import { expect, test } from 'vitest';
import type { Kinds } from './editor-context.ts';
import { found } from './found.ts';

const kind = (name: string, title: string, summary: string) => ({
  kind: `${name}@1`,
  title,
  summary,
  input: {},
  output: {},
  group: 'flow',
  ports: [],
  pure: true,
});
const KINDS: Kinds = {
  steps: [
    kind('respond', 'Respond', 'Answers the caller of a webhook that waits for it.'),
    kind('set', 'Set a value', 'Builds a value.'),
  ],
  triggers: [
    { kind: 'manual@1', title: 'By hand', summary: 'Starts when a person says so and sets the input.', input: {} },
    { kind: 'webhook@1', title: 'Webhook', summary: 'Starts when a request arrives.', input: {} },
  ],
};
const FLOW: Flow = { headgate: 1, name: 'Empty', steps: [] };
const look = (search: string) => found(KINDS, FLOW, { at: 'flow' }, search);

test('a trigger that is called what was typed stands before steps that only speak of it', () => {
  const { steps, triggers, triggerFirst } = look('webhook');
  expect(triggers.map(({ kind }) => kind)).toEqual(['webhook@1']);
  expect(steps.map(({ kind }) => kind)).toEqual(['respond@1']);
  expect(triggerFirst).toBe(true);
});

test('steps stand first where both are met alike, or nothing was typed', () => {
  expect(look('').triggerFirst).toBe(false);
  expect(look('set').triggerFirst).toBe(false);
});

test('words are found in any order and with others between them', () => {
  expect(look('value set').steps.map(({ kind }) => kind)).toEqual(['set@1']);
  expect(look('set value').steps.map(({ kind }) => kind)).toEqual(['set@1']);
  expect(look('respond caller').steps.map(({ kind }) => kind)).toEqual(['respond@1']);
  expect(look('set nothing').steps).toEqual([]);
});
