import fc from 'fast-check';
import { expect, test } from 'vitest';
import { differences } from './differences.ts';

test('each difference is a line with its place, what was expected and what came', () => {
  const expected = { items: [{ price: 10 }, { price: 5 }], gone: 1, kind: 'a' };
  const got = { items: [{ price: 12 }], kind: ['a'], more: null };
  expect(differences(expected, got)).toEqual([
    'items[0].price: expected 10, got 12',
    'items[1]: expected {"price":5}, got nothing',
    'gone: expected 1, got nothing',
    'kind: expected "a", got ["a"]',
    'more: not expected, got null',
  ]);
  expect(differences('a', null)).toEqual(['output: expected "a", got null']);
});

test('equal values differ nowhere, whatever the order of their keys', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const again: unknown = JSON.parse(JSON.stringify(value));
      expect(differences(JSON.parse(JSON.stringify(value)), again)).toEqual([]);
    }),
  );
  expect(differences({ a: 1, b: 2 }, { b: 2, a: 1 })).toEqual([]);
});

test('different values differ somewhere, and never in more than twenty lines', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      const [x, y] = [a, b].map((v) => JSON.parse(JSON.stringify(v)) as unknown);
      const lines = differences(x, y);
      expect(lines.length).toBeLessThanOrEqual(20);
      if (lines.length === 0) expect(x).toEqual(y);
    }),
  );
  expect(differences(Array(100).fill(1), Array(100).fill(2))).toHaveLength(20);
});
