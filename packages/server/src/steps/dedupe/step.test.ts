import fc from 'fast-check';
import { trial } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { canonical } from './canonical.ts';
import { step } from './step.ts';

test('the first of equal items stays, whatever the order of fields', async () => {
  const items = [{ a: 1, b: [2] }, { b: [2], a: 1 }, 1, '1', true, null, 1, { a: 1 }, []];
  expect((await trial(step, { items })).outcome).toEqual({
    kind: 'done',
    value: [{ a: 1, b: [2] }, 1, '1', true, null, { a: 1 }, []],
  });
});

test('with a key, items are the same when their keys are', async () => {
  const items = [
    { mail: 'a', n: 1 },
    { mail: 'b', n: 2 },
    { mail: 'a', n: 3 },
  ];
  expect((await trial(step, { items, by: (item: { mail: string }) => item.mail })).outcome).toEqual({
    kind: 'done',
    value: [items[0], items[1]],
  });
});

test('null is an empty list, anything else that is none a Problem', async () => {
  expect((await trial(step, { items: null })).outcome).toEqual({ kind: 'done', value: [] });
  expect((await trial(step, { items: {} })).outcome).toMatchObject({
    kind: 'problem',
    problem: { code: 'value.not_list' },
  });
});

const shuffled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([k, v]) => [k, shuffled(v)]),
  );
};

test('two values have one canonical text exactly when they are equal', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      expect(canonical(shuffled(a))).toBe(canonical(a));
      // toEqual of -0 and 0 differs; JSON text has both as 0.
      const same = JSON.stringify(sortKeys(a)) === JSON.stringify(sortKeys(b));
      expect(canonical(a) === canonical(b)).toBe(same);
    }),
  );
});

const sortKeys = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([k, v]) => [k, sortKeys(v)]);
  // Kept apart from a list, so that {} is not [].
  return { members };
};

test('deep data costs no stack', () => {
  let deep: unknown = 1;
  for (let i = 0; i < 100_000; i += 1) deep = i % 2 === 0 ? [deep] : { x: deep };
  expect(canonical(deep).length).toBeGreaterThan(300_000);
});
