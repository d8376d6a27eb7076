import { expect, test } from 'vitest';
import { step } from './step.ts';

test('it takes one source, and asks to read the file or folder that stands plainly there', () => {
  const ok = (input: object): boolean => step.input.safeParse(input).success;
  expect(ok({ path: 'in/a.xlsx', sheet: 2, header: false, row: 3, rows: 10 })).toBe(true);
  for (const input of [
    {},
    { path: 'a', base64: '' },
    { path: 'a', sheet: 0 },
    { path: 'a', sheet: '' },
    { path: 'a', row: 0 },
  ])
    expect(ok(input)).toBe(false);
  expect((step.needs?.({ path: 'in/{{ input.a }}.xlsx' }) ?? []).map(({ scope }) => scope)).toEqual(['read in/']);
});
