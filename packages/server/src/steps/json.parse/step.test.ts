import { expect, test } from 'vitest';
import { jsonFault } from './place.ts';
import { step } from './step.ts';

test('it takes one source, and asks to read the file, or the folder, that stands plainly there', () => {
  const ok = (input: object): boolean => step.input.safeParse({ ...input }).success;
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

test('the place of what is no JSON is that of the first sign that cannot be there', () => {
  const cases: readonly (readonly [string, number, number])[] = [
    ['', 1, 1],
    ['{', 1, 2],
    ['[1,]', 1, 4],
    ['{"a" 1}', 1, 6],
    ['{"a":1,}', 1, 8],
    ['{a:1}', 1, 2],
    ['[1 2]', 1, 4],
    ['1 2', 1, 3],
    ['["a\n"]', 1, 2],
    ['[\n  nul]', 2, 3],
    ['{"a":[1,\n{"b":}]}', 2, 6],
    ["['a']", 1, 2],
    ['[01]', 1, 3],
  ];
  for (const [text, line, column] of cases) expect([text, jsonFault(text)]).toEqual([text, { line, column }]);
});
