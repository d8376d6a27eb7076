import fc from 'fast-check';
import { trial } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

const parts = async (input: Record<string, unknown>): Promise<unknown> => {
  const { outcome } = await trial(step, input);
  return outcome.kind === 'done' ? outcome.value : outcome;
};

test('a list is cut into lists of a size', async () => {
  expect(await parts({ items: [1, 2, 3, 4, 5], size: 2 })).toEqual([[1, 2], [3, 4], [5]]);
  expect(await parts({ items: [], size: 2 })).toEqual([]);
  expect(await parts({ items: null, size: 2 })).toEqual([]);
  expect(await parts({ items: { a: 1 }, size: 2 })).toMatchObject({ problem: { code: 'value.not_list' } });
});

test('a text is cut at a separator, into lines, or by size', async () => {
  expect(await parts({ text: 'a,b,,c', by: ',' })).toEqual(['a', 'b', '', 'c']);
  expect(await parts({ text: 'one\r\ntwo\nthree\rfour' })).toEqual(['one', 'two', 'three', 'four']);
  expect(await parts({ text: 'abcde', size: 2 })).toEqual(['ab', 'cd', 'e']);
  expect(await parts({ text: '' })).toEqual([]);
  expect(await parts({ text: null, size: 3 })).toEqual([]);
  // A separator is a text, never a pattern.
  expect(await parts({ text: 'a.b', by: '.' })).toEqual(['a', 'b']);
});

test('parts of a text join to the text again and no character is cut in two', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.integer({ min: 1, max: 5 }),
      async (text, size) => {
        const made = (await parts({ text, size })) as string[];
        expect(made.join('')).toBe(text);
        expect(made.slice(0, -1).every((part) => Array.from(part).length === size)).toBe(true);
        expect(made.every((part) => !/[\ud800-\udfff]/u.test(part))).toBe(true);
      },
    ),
  );
});

test('what does not fit together is refused', () => {
  for (const input of [
    {},
    { items: [], text: 'a', size: 1 },
    { items: [] },
    { items: [], by: ',' },
    { text: 'a', size: 1, by: ',' },
    { text: 'a', by: '' },
    { items: [], size: 0 },
    { text: 5 },
  ]) {
    expect(step.input.safeParse(input).success).toBe(false);
  }
});
