import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { countersOf } from './counters.ts';
import { keyring } from './keyring.ts';

const ring = keyring(randomBytes(32));
const of = (workspace: string) => countersOf(ring, workspace);

test('CO1 each number has a sign of its own, in both directions', () => {
  const { shown, meant } = of('w_a');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), (n) => {
      expect(meant('runs', shown('runs', n))).toBe(n);
      expect(shown('runs', meant('runs', n))).toBe(n);
    }),
  );
  expect(new Set(Array.from({ length: 2_000 }, (_, n) => shown('runs', n))).size).toBe(2_000);
  expect(() => shown('runs', 2 ** 48)).toThrow('row');
});

test('AZ-12 CO2 signs of numbers in a row tell neither order nor distance, and differ by workspace, list and instance', () => {
  const signs = Array.from({ length: 400 }, (_, n) => of('w_a').shown('runs', n));
  const rising = signs.filter((sign, i) => i > 0 && sign > (signs[i - 1] ?? 0)).length;
  expect(rising).toBeGreaterThan(120);
  expect(rising).toBeLessThan(280);
  expect(Math.min(...signs.map((sign, i) => (i === 0 ? 1e12 : Math.abs(sign - (signs[i - 1] ?? 0)))))).toBeGreaterThan(
    1e6,
  );
  const others = [
    of('w_b').shown('runs', 7),
    of('w_a').shown('flows', 7),
    countersOf(keyring(randomBytes(32)), 'w_a').shown('runs', 7),
  ];
  expect(others).not.toContain(of('w_a').shown('runs', 7));
});

test('CO2 they stay when the instance key is changed', () => {
  const [first, second] = [randomBytes(32), randomBytes(32)];
  const changing = keyring(first);
  const before = countersOf(changing, 'w_a').shown('audit', 42);
  changing.renew([first, second]);
  expect(countersOf(changing, 'w_a').shown('audit', 42)).toBe(before);
});
