import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Passing } from './passing.ts';

type Command = readonly ['set' | 'delete' | 'clear', number];
const command = fc.tuple(
  fc.constantFrom('set', 'set', 'delete', 'delete', 'clear'),
  fc.nat(9),
) as fc.Arbitrary<Command>;

test('it holds at any time what a Map would hold, in the same order', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
      const passing = new Passing<number, { readonly n: number }>();
      const model = new Map<number, { readonly n: number }>();
      for (const [[what, key], n] of commands.map((one, i) => [one, i] as const)) {
        if (what === 'set') {
          passing.set(key, { n });
          model.set(key, { n });
        } else if (what === 'delete') expect(passing.delete(key)).toBe(model.delete(key));
        else {
          passing.clear();
          model.clear();
        }
        expect(passing.entries()).toEqual([...model]);
        expect(passing.values()).toEqual([...model.values()]);
        expect([passing.size, passing.has(key), passing.get(key)]).toEqual([
          model.size,
          model.has(key),
          model.get(key),
        ]);
      }
    }),
  );
});

test('what was taken out while its values are gone through is still in the list that was asked for', () => {
  const passing = new Passing<string, { readonly n: number }>();
  for (const n of [1, 2, 3]) passing.set(`k${n}`, { n });
  const seen: number[] = [];
  for (const { n } of passing.values()) {
    passing.clear();
    seen.push(n);
  }
  expect(seen).toEqual([1, 2, 3]);
});

/**
 * Megabytes left after 20,000 things of 2 kB came and went, 100 at a time, and young garbage was collected now and then; in
 * a process of its own, whose heap is so wide that it is not collected as a whole meanwhile.
 */
const left = (made: string): number => {
  const script = `
    import { Passing } from ${JSON.stringify(new URL('passing.ts', import.meta.url).href)};
    const of = ${made};
    gc();
    const before = process.memoryUsage().heapUsed;
    for (let n = 0; n < 20_000; n += 1) {
      of.set(n, new Array(250).fill(n));
      of.delete(n - 100);
      if (n % 300 === 299) gc({ type: 'minor' });
    }
    console.log((process.memoryUsage().heapUsed - before) / 1e6);`;
  const flags = ['--expose-gc', '--initial-old-space-size=512', '--input-type=module', '-e', script];
  return Number(execFileSync(process.execPath, flags, { encoding: 'utf8' }));
};

test('what came and went does not pile up until the whole heap is collected, as it does in a Map', () => {
  expect(left('new Passing()')).toBeLessThan(8);
  // The reason for this file: when a Map does as well, it can go.
  expect(left('new Map()')).toBeGreaterThan(16);
});
