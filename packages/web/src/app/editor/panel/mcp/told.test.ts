import { expect, test } from 'vitest';
import { argumentsOf, differencesOf, hintsOf, listedOf, seen } from './told.ts';

const inputSchema = {
  type: 'object',
  properties: { say: { type: 'string', description: 'What' }, of: { type: 'array', items: { type: 'number' } } },
  required: ['say'],
};

test('the arguments of a tool are those its schema names', () => {
  expect(argumentsOf({ inputSchema })).toEqual([
    { name: 'say', type: 'string', required: true, says: 'What' },
    { name: 'of', type: 'array of number', required: false, says: '' },
  ]);
  expect(argumentsOf({ inputSchema: { type: 'object' } })).toEqual([]);
});

test('hints are told as far as they are given, and nothing else that a server puts there', () => {
  const annotations = { readOnlyHint: true, destructiveHint: 'no', title: 'x' };
  expect(hintsOf({ inputSchema, annotations })).toEqual([{ hint: 'readOnlyHint', is: true }]);
});

test('LLM-01 characters that hide, or turn text around, are shown by their numbers', () => {
  expect(seen('a\u200bb\u202ec\u{e0041}\nd\te')).toBe('a⟨U+200B⟩b⟨U+202E⟩c⟨U+E0041⟩\nd\te');
  expect(seen('x\u{e0100}\u3164')).toBe('x⟨U+E0100⟩⟨U+3164⟩');
  expect(seen('Grüezi, 你好 🙂 ❤\ufe0f')).toBe('Grüezi, 你好 🙂 ❤\ufe0f');
});

test('differences are told by their places, with both sides', () => {
  const is = { ...inputSchema, properties: { say: { type: 'number', description: 'What' } } };
  expect(
    differencesOf({ description: 'old', inputSchema }, { description: 'new', title: 'T', inputSchema: is }),
  ).toEqual([
    { at: '/description', was: 'old', is: 'new' },
    { at: '/inputSchema/properties/say/type', was: 'string', is: 'number' },
    { at: '/inputSchema/properties/of', was: expect.stringContaining('"array"'), is: null },
    { at: '/title', was: null, is: 'T' },
  ]);
  expect(differencesOf({ inputSchema }, { inputSchema: { ...inputSchema } })).toEqual([]);
});

test('what is no list of tools is none', () => {
  expect(listedOf(null)).toBeNull();
  expect(listedOf({ tools: [{ name: 'a' }, { name: 'b', pinned: { inputSchema } }], left: ['c', 1] })).toEqual({
    tools: [{ name: 'b', pinned: { inputSchema } }],
    left: ['c'],
  });
});
