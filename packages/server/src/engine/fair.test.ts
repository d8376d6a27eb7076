import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fair } from './fair.ts';

test('DOS-08 a piece of one workspace waits for one of each other, however many they have', () => {
  const fair = new Fair<string>();
  for (let i = 0; i < 10_000; i += 1) fair.push('a', `a${i}`);
  for (let i = 0; i < 100; i += 1) fair.push('b', `b${i}`);
  for (let i = 0; i < 5; i += 1) expect([fair.shift(), fair.shift()]).toEqual([`a${i}`, `b${i}`]);
  fair.push('c', 'c0');
  expect([fair.shift(), fair.shift(), fair.shift()]).toEqual(['a5', 'b5', 'c0']);
});

test('everything comes out once, each workspace’s in its order, and the size is true', () => {
  const step = fc.oneof(fc.constant(null), fc.constantFrom('a', 'b', 'c', ''));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const fair = new Fair<{ of: string; n: number }>();
      const seen = new Map<string, number>();
      let n = 0;
      let held = 0;
      const took = (item: { of: string; n: number } | undefined): void => {
        if (held === 0) return void expect(item).toBeUndefined();
        if (item === undefined) throw new Error('something was lost');
        expect(item.n).toBeGreaterThan(seen.get(item.of) ?? -1);
        seen.set(item.of, item.n);
        held -= 1;
      };
      for (const of of steps) {
        if (of === null) took(fair.shift());
        else {
          fair.push(of, { of, n: n++ });
          held += 1;
        }
        expect(fair.size).toBe(held);
      }
      while (held > 0) took(fair.shift());
      expect(fair.shift()).toBeUndefined();
    }),
  );
});
