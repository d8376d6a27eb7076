import { trial } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

test('set gives back the very value it was given, of any kind', async () => {
  for (const value of [null, 0, '', 'text', false, [1, 2], { a: { b: [] } }]) {
    expect((await trial(step, { value })).outcome).toEqual({ kind: 'done', value });
  }
  const big = { list: [1] };
  const { outcome } = await trial(step, { value: big });
  expect(outcome.kind === 'done' && outcome.value).toBe(big);
});

test('set without a value, or with a misspelt field, is refused', () => {
  expect(step.input.safeParse({}).success).toBe(false);
  expect(step.input.safeParse({ value: 1, values: 2 }).success).toBe(false);
});
