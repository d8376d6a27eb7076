import { expect, test } from 'vitest';
import { step } from './step.ts';

test('it takes one source, and asks to read the file or folder that stands plainly there', () => {
  const ok = (input: object): boolean => step.input.safeParse(input).success;
  expect(ok({ path: 'in/a.pdf', first: 2, pages: 10 })).toBe(true);
  for (const input of [{}, { path: 'a', base64: '' }, { path: 'a', pages: 0 }, { path: 'a', pages: 1e6 }])
    expect(ok(input)).toBe(false);
  expect((step.needs?.({ path: 'in/{{ input.a }}.pdf' }) ?? []).map(({ scope }) => scope)).toEqual(['read in/']);
});
