import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PollTrigger } from './manifest.ts';
import { afterList, freshOf, MOST_SEEN, NO_MEMORY, reachesKnown, readMemory, withSeen } from './poll.ts';

const trigger = (order: 'newest' | 'oldest', more: Partial<PollTrigger> = {}): PollTrigger => ({
  kind: 'poll',
  id: 'new',
  title: 'new',
  summary: 'New.',
  operation: 'list',
  item: '/id',
  order,
  ...more,
});
const items = (...ids: readonly number[]) => ids.map((id) => ({ id }));
const ids = (list: readonly { readonly value: unknown }[]) => list.map(({ value }) => (value as { id: number }).id);

test('PO2 what is new comes the oldest first, and what has no id is none', () => {
  expect(ids(freshOf(trigger('newest'), [...items(3, 2, 1), { x: 1 }, null], NO_MEMORY))).toEqual([1, 2, 3]);
  expect(ids(freshOf(trigger('oldest'), items(1, 2, 3), NO_MEMORY))).toEqual([1, 2, 3]);
});

test('a cursor goes as far as the newest item, and stays where a list is empty', () => {
  const by = (order: 'newest' | 'oldest', plus?: number) =>
    trigger(order, { cursor: { at: '/id', field: 'after', ...(plus === undefined ? {} : { plus }) } });
  expect(afterList(by('newest'), items(3, 2), NO_MEMORY).cursor).toBe(3);
  expect(afterList(by('oldest', 1), items(2, 3), NO_MEMORY).cursor).toBe(4);
  expect(afterList(by('oldest', 1), [], { cursor: 4, seen: [] }).cursor).toBe(4);
});

test('PO1 every item is fresh exactly once, however lists overlap and wherever the work is cut off', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(8)), { maxLength: 30 }), (rounds) => {
      const by = trigger('newest');
      let kept: unknown = { cursor: null, seen: [] };
      const started: number[] = [];
      let made = 0;
      for (const [more, cut] of rounds) {
        made += more;
        const list = items(...Array.from({ length: made }, (_, i) => made - i));
        let memory = readMemory(JSON.parse(JSON.stringify(kept))) ?? NO_MEMORY;
        const fresh = freshOf(by, list, memory);
        for (const [i, one] of fresh.entries()) {
          if (i === cut) break;
          started.push((one.value as { id: number }).id);
          memory = withSeen(memory, one.mark);
          kept = memory;
        }
        if (fresh.length <= cut) kept = afterList(by, list, memory);
      }
      expect(new Set(started).size).toBe(started.length);
      expect([...started].toSorted((a, b) => a - b)).toEqual(started);
    }),
  );
});

test('as many ids are remembered as are listed, and a thousand more', () => {
  let memory = NO_MEMORY;
  for (let round = 0; round < 50; round += 1)
    memory = afterList(trigger('newest'), items(...Array.from({ length: 100 }, (_, i) => round * 100 + i)), memory);
  expect(memory.seen.length).toBe(MOST_SEEN + 100);
  expect(freshOf(trigger('newest'), items(4_950), memory)).toEqual([]);
  expect(reachesKnown(trigger('newest'), items(9_999, 4_950), memory)).toBe(true);
  expect(reachesKnown(trigger('oldest'), items(4_950), memory)).toBe(false);
  expect(reachesKnown(trigger('newest'), items(9_999), memory)).toBe(false);
});

test('what was kept and is no memory reads as none', () => {
  for (const value of [null, 1, {}, { seen: 'x' }]) expect(readMemory(value)).toBeNull();
  expect(readMemory({ cursor: {}, seen: ['a', 1] })).toEqual({ cursor: null, seen: ['a'] });
});
