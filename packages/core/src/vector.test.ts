import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cosine } from './vector.ts';

test('texts are as alike as the angle between their vectors, whatever their lengths', () => {
  const number = fc.double({ min: -100, max: 100, noNaN: true }).filter((one) => Math.abs(one) > 0.001);
  const vector = fc.array(number, { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(vector, fc.double({ min: 0.1, max: 10, noNaN: true }), (a, by) => {
      expect(
        cosine(
          a,
          a.map((one) => one * by),
        ),
      ).toBeCloseTo(1, 6);
      expect(
        cosine(
          a,
          a.map((one) => -one),
        ),
      ).toBeCloseTo(-1, 6);
    }),
  );
  expect([cosine([1, 0], [0, 1]), cosine([0, 0], [1, 1])]).toEqual([0, 0]);
});
