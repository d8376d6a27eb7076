import { expect, test } from 'vitest';
import { step } from './step.ts';

test('it takes one source and sizes within bounds, and asks to read and to write', () => {
  const ok = (input: object): boolean => step.input.safeParse(input).success;
  expect(ok({ path: 'in/a.png', width: 100, to: 'out/a.jpg' })).toBe(true);
  for (const input of [
    {},
    { path: 'a', base64: '' },
    { path: 'a', width: 0 },
    { path: 'a', pixels: 1e9 },
    { path: 'a', format: 'webp' },
  ])
    expect(ok(input)).toBe(false);
  const asked = step.needs?.({ path: 'in/{{ input.a }}.png', to: 'out/a.png' }) ?? [];
  expect(asked.map(({ scope }) => scope)).toEqual(['read in/', 'write out/a.png']);
});
