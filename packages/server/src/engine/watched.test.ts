import fc from 'fast-check';
import { expect, test } from 'vitest';
import { afterLook, NOTHING_PENDING, type Pending, type Seen, stampOf } from './watched.ts';

const file = (size: number, updated = size): Seen => ({ size, updated });
const of = (files: Record<string, Seen>) => new Map(Object.entries(files));

test('FW3 a file counts when it stood still long enough, and begins anew with each change', () => {
  const none = new Map<string, string>();
  const first = afterLook(none, of({ a: file(1) }), NOTHING_PENDING, 2_000, 0);
  expect(first.events).toEqual([]);
  const grown = afterLook(none, of({ a: file(2) }), first.pending, 2_000, 2_000);
  expect(grown.events).toEqual([]);
  expect(afterLook(none, of({ a: file(2) }), grown.pending, 2_000, 3_999).events).toEqual([]);
  expect(afterLook(none, of({ a: file(2) }), grown.pending, 2_000, 4_000).events).toEqual([
    { event: 'created', path: 'a', seen: file(2) },
  ]);
});

test('FW3 what changed and what went is told by what is known, the earliest change first', () => {
  const known = new Map([
    ['gone', '1/1'],
    ['same', '1/1'],
    ['other', '1/1'],
  ]);
  const seen = of({ same: file(1), other: file(9, 20), fresh: file(3, 10) });
  expect(afterLook(known, seen, NOTHING_PENDING, 0, 5).events.map(({ event, path }) => `${event} ${path}`)).toEqual([
    'deleted gone',
    'created fresh',
    'changed other',
  ]);
});

test('a clock that was put back tells of nothing sooner', () => {
  const none = new Map<string, string>();
  const first = afterLook(none, of({ a: file(1) }), NOTHING_PENDING, 2_000, 10_000);
  const back = afterLook(none, of({ a: file(1) }), first.pending, 2_000, 1_000);
  expect(back.events).toEqual([]);
  expect(afterLook(none, of({ a: file(1) }), back.pending, 2_000, 2_500).events).toEqual([]);
  expect(afterLook(none, of({ a: file(1) }), back.pending, 2_000, 3_000).events).toHaveLength(1);
});

test('FW1 whatever happens to files, telling of every event leads from what was known to what is there', () => {
  const looks = fc.array(
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.record({ size: fc.nat(2), updated: fc.nat(2) })),
    { minLength: 1, maxLength: 12 },
  );
  fc.assert(
    fc.property(looks, fc.constantFrom(0, 1, 2), (all, settled) => {
      const known = new Map<string, string>();
      let pending: Pending = NOTHING_PENDING;
      let now = 0;
      const last = all.at(-1) ?? {};
      // At the end it stands still long enough.
      for (const one of [...all, last, last, last]) {
        const seen = new Map(Object.entries(one));
        const found = afterLook(known, seen, pending, settled, now);
        pending = found.pending;
        for (const { event, path, seen: was } of found.events) {
          expect(event === 'created').toBe(!known.has(path));
          if (was === null) known.delete(path);
          else known.set(path, stampOf(was));
        }
        now += 1;
      }
      expect(known).toEqual(new Map(Object.entries(last).map(([path, one]) => [path, stampOf(one)])));
    }),
  );
});
