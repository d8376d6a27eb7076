import { expect, test } from 'vitest';
import { step } from './step.ts';

test('it takes items or sheets, and names of sheets as spreadsheets have them', () => {
  const ok = (input: object): boolean => step.input.safeParse(input).success;
  expect(ok({ items: [], name: 'Märzʼs 1' })).toBe(true);
  expect(ok({ sheets: [{ name: 'A', items: [] }] })).toBe(true);
  expect(ok({ items: [], sheets: [{ name: 'A', items: [] }] })).toBe(false);
  for (const name of ['', 'a/b', "'a", "a'", 'a:b', '[a]', 'x'.repeat(32)]) expect(ok({ items: [], name })).toBe(false);
  expect((step.needs?.({ path: 'out/{{ input.a }}.xlsx' }) ?? []).map(({ scope }) => scope)).toEqual(['write out/']);
});
