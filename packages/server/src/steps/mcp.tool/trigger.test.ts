import { expect, test } from 'vitest';
import { trigger } from './trigger.ts';

test('a tool needs no settings, and its name is one that every MCP client takes', () => {
  const takes = (settings: unknown): boolean => trigger.input.safeParse(settings).success;
  expect(takes({})).toBe(true);
  expect(takes({ name: 'look_up-order2', description: 'Finds an order by its number' })).toBe(true);
  for (const name of ['', '2nd', 'two words', 'a'.repeat(65), 'ünder', 'a/b']) expect(takes({ name })).toBe(false);
  expect(takes({ description: '' })).toBe(false);
  expect(takes({ tool: 'x' })).toBe(false);
});

test('what a tool promises to give is an object, by rules that are kept', () => {
  const takes = (output: unknown): boolean => trigger.input.safeParse({ output }).success;
  expect(takes({ type: 'object', properties: { total: { type: 'number' } }, required: ['total'] })).toBe(true);
  for (const output of [{}, { type: 'string' }, { type: 'object', anyOf: [] }, { $ref: '#/x' }, 'object'])
    expect(takes(output)).toBe(false);
});
