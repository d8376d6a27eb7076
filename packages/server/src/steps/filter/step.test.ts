import { trial } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

test('filter keeps the items for which the condition holds, in order, the very same items', async () => {
  const items = [{ n: 3 }, { n: 1 }, { n: 2 }];
  const { outcome } = await trial(step, { items, where: (item: { n: number }) => item.n > 1 });
  if (outcome.kind !== 'done' || !Array.isArray(outcome.value)) throw new Error('no list');
  expect(outcome.value).toEqual([{ n: 3 }, { n: 2 }]);
  expect(outcome.value[0]).toBe(items[0]);
});

test('the condition sees the index', async () => {
  const { outcome } = await trial(step, { items: ['a', 'b', 'c'], where: (_: unknown, index: number) => index === 1 });
  expect(outcome).toEqual({ kind: 'done', value: ['b'] });
});

test('null is a list of no items; anything else that is no list is a Problem', async () => {
  const never = (): boolean => {
    throw new Error('asked');
  };
  expect((await trial(step, { items: null, where: never })).outcome).toEqual({ kind: 'done', value: [] });
  for (const items of [{ items: [] }, 'a,b', 3, true]) {
    const { outcome } = await trial(step, { items, where: never });
    expect(outcome).toMatchObject({ kind: 'problem', problem: { code: 'value.not_list', at: { field: 'items' } } });
  }
});

test('an answer that is neither true nor false is a Problem at its item', async () => {
  const { outcome } = await trial(step, { items: [1, 0], where: (item: number) => (item === 1 ? true : item) });
  expect(outcome).toMatchObject({
    kind: 'problem',
    problem: { code: 'value.not_boolean', at: { field: 'where' }, text: expect.stringContaining('item 1 ') },
  });
});

test('a list without a condition is refused', () => {
  expect(step.input.safeParse({ items: [] }).success).toBe(false);
  expect(step.input.safeParse({ where: () => true }).success).toBe(false);
});
