import { trial } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

const part = async (settings: Record<string, unknown>): Promise<unknown> => {
  const { outcome } = await trial(step, { items: [0, 1, 2, 3, 4], ...settings });
  return outcome.kind === 'done' ? outcome.value : outcome;
};

test('so many items from the start, after an offset', async () => {
  expect(await part({ count: 2 })).toEqual([0, 1]);
  expect(await part({ count: 2, offset: 3 })).toEqual([3, 4]);
  expect(await part({ count: 9, offset: 4 })).toEqual([4]);
  expect(await part({ count: 1, offset: 9 })).toEqual([]);
  expect(await part({ count: 0 })).toEqual([]);
});

test('so many items from the end keep their order', async () => {
  expect(await part({ count: 2, from: 'end' })).toEqual([3, 4]);
  expect(await part({ count: 2, offset: 1, from: 'end' })).toEqual([2, 3]);
  expect(await part({ count: 9, from: 'end' })).toEqual([0, 1, 2, 3, 4]);
  expect(await part({ count: 1, offset: 9, from: 'end' })).toEqual([]);
  expect(await part({ count: 0, from: 'end' })).toEqual([]);
});

test('null is an empty list, anything else that is none a Problem, a negative count refused', async () => {
  expect(await part({ items: null, count: 3 })).toEqual([]);
  expect(await part({ items: 'abc', count: 3 })).toMatchObject({ problem: { code: 'value.not_list' } });
  expect(step.input.safeParse({ items: [], count: -1 }).success).toBe(false);
});
