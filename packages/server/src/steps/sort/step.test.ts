import fc from 'fast-check';
import { byCodePoint, trial } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

const sorted = async (items: unknown, order?: string): Promise<unknown> => {
  const { outcome } = await trial(step, order === undefined ? { items } : { items, order });
  return outcome.kind === 'done' ? outcome.value : outcome;
};

test('numbers, texts and booleans are ordered, null last in both directions', async () => {
  expect(await sorted([10, 9, null, -1, 2.5])).toEqual([-1, 2.5, 9, 10, null]);
  expect(await sorted([10, 9, null, -1, 2.5], 'down')).toEqual([10, 9, 2.5, -1, null]);
  expect(await sorted(['b', null, 'a', 'B', ''])).toEqual(['', 'B', 'a', 'b', null]);
  expect(await sorted([true, false, null, true])).toEqual([false, true, true, null]);
  expect(await sorted(['2026-11-02', '2025-12-31', '2026-01-15'])).toEqual(['2025-12-31', '2026-01-15', '2026-11-02']);
  expect(await sorted([null, null])).toEqual([null, null]);
  expect(await sorted(null)).toEqual([]);
});

test('a key is asked for once per item', async () => {
  const asked: number[] = [];
  const items = [{ p: 3 }, { p: 1 }, { p: 2 }];
  const by = (item: { p: number }, index: number): number => (asked.push(index), item.p);
  expect((await trial(step, { items, by })).outcome).toEqual({ kind: 'done', value: [{ p: 1 }, { p: 2 }, { p: 3 }] });
  expect(asked).toEqual([0, 1, 2]);
});

test('O2 mixed kinds are a Problem that names the first item that differs', async () => {
  expect(await sorted([1, null, '2', 3])).toMatchObject({
    problem: {
      code: 'sort.mixed',
      at: { field: 'items' },
      text: 'Item 2 (counted from 0) gives a text to sort by; those before it gave a number.',
    },
  });
  expect(await sorted([null, { a: 1 }])).toMatchObject({
    problem: { code: 'sort.mixed', text: expect.stringContaining('Item 1 ') },
  });
  expect(await sorted([[1], [2]])).toMatchObject({ problem: { text: expect.stringContaining('Item 0 ') } });
  expect(await sorted('text')).toMatchObject({ problem: { code: 'value.not_list' } });
});

test('O1 texts go by code point', async () => {
  // U+FF5E is below U+1F600, whose first UTF-16 unit is lower than U+FF5E.
  expect(await sorted(['😀', '～', 'a'])).toEqual(['a', '～', '😀']);
  const points = (text: string): number[] => Array.from(text, (c) => c.codePointAt(0) ?? 0);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      const [x, y] = [points(a), points(b)];
      const at = x.findIndex((p, i) => p !== y[i]);
      const expected = at < 0 ? x.length - y.length : (x[at] ?? 0) - (y[at] ?? -1);
      expect(Math.sign(byCodePoint(a, b))).toBe(Math.sign(expected));
    }),
  );
});

test('sorting is stable, loses nothing, and down is the mirror of up for different keys', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(fc.integer({ min: 0, max: 5 }))), async (keys) => {
      const items = keys.map((key, id) => ({ key, id }));
      for (const order of ['up', 'down'] as const) {
        const { outcome } = await trial(step, { items, order, by: (item: { key: number | null }) => item.key });
        const value = (outcome.kind === 'done' ? outcome.value : []) as typeof items;
        const rank = (key: number | null): number => (key === null ? 99 : order === 'up' ? key : -key);
        expect(value).toEqual([...items].sort((a, b) => rank(a.key) - rank(b.key) || a.id - b.id));
      }
    }),
  );
});
