import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from './canonical.ts';
import { hashFlow } from './hash.ts';
import type { Flow } from './model.ts';

const flow: Flow = {
  headgate: 1,
  name: 'Trial',
  steps: [{ id: 'a', kind: 'set@1', with: { value: { b: 1, a: [1.0, -0, 1e21, 'é€'] } } }],
};

test('the hash is the SHA-256 of the canonical JSON', () => {
  const text =
    '{"headgate":1,"name":"Trial","steps":[{"id":"a","kind":"set@1","with":{"value":{"a":[1,0,1e+21,"é€"],"b":1}}}]}';
  expect(canonicalJson(flow)).toBe(text);
  expect(hashFlow(flow)).toBe(createHash('sha256').update(text).digest('hex'));
});

test('layout, notes on the canvas, groups and the order of fields do not change the hash; everything else does', () => {
  const same: Flow = {
    steps: [{ with: { value: { a: [1, 0, 1e21, 'é€'], b: 1 } }, kind: 'set@1', id: 'a' }],
    name: 'Trial',
    headgate: 1,
    layout: { a: [3, 4] },
    notes: { n: { text: 'See the manual', at: [0, 0] } },
    groups: { g: { name: 'First part', holds: ['a', 'n'] } },
  };
  expect(hashFlow(same)).toBe(hashFlow(flow));
  expect(hashFlow({ ...flow, name: 'Other' })).not.toBe(hashFlow(flow));
  expect(hashFlow({ ...flow, steps: [] })).not.toBe(hashFlow(flow));
  expect(hashFlow({ ...flow, description: 'x' })).not.toBe(hashFlow(flow));
});

test('canonical JSON is JSON of the same value, and one text for one value', () => {
  const shuffled = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shuffled);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .toReversed()
        .map(([k, v]) => [k, shuffled(v)]),
    );
  };
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(shuffled(value))).toBe(canonicalJson(value));
    }),
  );
});

test('texts that differ in a lone surrogate only have different hashes', () => {
  const name = (text: string): string => hashFlow({ ...flow, name: text });
  expect(name('\ud800')).not.toBe(name('\ud801'));
  expect(name('\ud800')).not.toBe(name('\ufffd'));
});
