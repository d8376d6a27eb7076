import { expect, test } from 'vitest';
import { step } from './step.ts';

test('it takes one source, and asks to read the file, or the folder, that stands plainly there', () => {
  const ok = (input: object): boolean => step.input.safeParse({ fields: {}, ...input }).success;
  expect(ok({ text: '' })).toBe(true);
  expect(ok({ path: 'in/a' })).toBe(true);
  expect(ok({})).toBe(false);
  expect(ok({ text: '', path: 'in/a' })).toBe(false);
  expect(ok({ text: '', other: 1 })).toBe(false);
  const asked = (path: unknown) => (step.needs?.({ path }) ?? []).map(({ scope }) => scope);
  expect(asked('in/{{ input.a }}.x')).toEqual(['read in/']);
  expect(asked('{{ input.a }}')).toEqual(['read *']);
  expect(asked(undefined)).toEqual([]);
});
