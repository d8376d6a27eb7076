import { trial } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

type Order = { land: string | null; sum: number | null; who: string };
const orders: Order[] = [
  { land: 'FR', sum: 10, who: 'ann' },
  { land: 'DE', sum: 5, who: 'bob' },
  { land: 'FR', sum: null, who: 'cy' },
  { land: 'FR', sum: 2, who: 'dee' },
  { land: null, sum: 7, who: 'eve' },
];
const run = async (settings: Record<string, unknown>): Promise<unknown> => {
  const { outcome } = await trial(step, { items: orders, ...settings });
  return outcome.kind === 'done' ? outcome.value : outcome;
};
const sum = (o: Order): unknown => o.sum;
const who = (o: Order): unknown => o.who;

test('each operation over the whole list', async () => {
  const fields = {
    orders: { op: 'count' },
    paid: { op: 'count', of: sum },
    total: { op: 'sum', of: sum },
    mean: { op: 'avg', of: sum },
    least: { op: 'min', of: sum },
    most: { op: 'max', of: sum },
    lastName: { op: 'max', of: who },
    first: { op: 'first', of: who },
    last: { op: 'last', of: who },
    sums: { op: 'list', of: sum },
    names: { op: 'join', of: who },
    dashed: { op: 'join', of: sum, separator: '-' },
  };
  expect(await run({ fields })).toEqual({
    orders: 5,
    paid: 4,
    total: 24,
    mean: 6,
    least: 2,
    most: 10,
    lastName: 'eve',
    first: 'ann',
    last: 'eve',
    sums: [10, 5, null, 2, 7],
    names: 'ann, bob, cy, dee, eve',
    dashed: '10-5-2-7',
  });
});

test('with groupBy there is one row per group, in the order of first appearance', async () => {
  expect(
    await run({ groupBy: (o: Order) => o.land, fields: { n: { op: 'count' }, total: { op: 'sum', of: sum } } }),
  ).toEqual([
    { group: 'FR', n: 3, total: 12 },
    { group: 'DE', n: 1, total: 5 },
    { group: null, n: 1, total: 7 },
  ]);
});

test('1 and "1" are two groups', async () => {
  expect(await run({ items: [1, '1', 1], groupBy: (x: unknown) => x, fields: { n: { op: 'count' } } })).toEqual([
    { group: 1, n: 2 },
    { group: '1', n: 1 },
  ]);
});

test('of and groupBy see the index in the whole list', async () => {
  expect(
    await run({
      groupBy: (_: unknown, i: number) => i % 2,
      fields: { at: { op: 'list', of: (_: unknown, i: number) => i } },
    }),
  ).toEqual([
    { group: 0, at: [0, 2, 4] },
    { group: 1, at: [1, 3] },
  ]);
});

test('over nothing: count and sum are 0, the others null or empty; no group, no row', async () => {
  const fields = {
    n: { op: 'count' },
    s: { op: 'sum' },
    a: { op: 'avg' },
    m: { op: 'min' },
    x: { op: 'max' },
    f: { op: 'first' },
    l: { op: 'last' },
    all: { op: 'list' },
    j: { op: 'join' },
  };
  expect(await run({ items: null, fields })).toEqual({
    n: 0,
    s: 0,
    a: null,
    m: null,
    x: null,
    f: null,
    l: null,
    all: [],
    j: '',
  });
  expect(await run({ items: [], groupBy: (x: unknown) => x, fields })).toEqual([]);
});

test('a value an operation cannot take is a Problem that names field and item', async () => {
  for (const [op, items, index] of [
    ['sum', [1, '2'], 1],
    ['avg', [true], 0],
    ['min', [null, 1, 'a'], 2],
    ['max', [{}], 0],
    ['join', ['a', []], 1],
  ] as const) {
    expect(await run({ items, fields: { x: { op } } })).toMatchObject({
      kind: 'problem',
      problem: {
        code: 'aggregate.value',
        at: { field: 'fields.x.of' },
        text: expect.stringContaining(`Item ${index} `),
      },
    });
  }
  expect(await run({ groupBy: () => ({}), fields: {} })).toMatchObject({
    problem: { code: 'aggregate.group', at: { field: 'groupBy' }, text: expect.stringContaining('Item 0 ') },
  });
  expect(await run({ items: 'x', fields: {} })).toMatchObject({ problem: { code: 'value.not_list' } });
});

test('field names that are no names, or `group`, and unknown operations are refused; built-in names are plain fields', async () => {
  for (const name of ['group', '__proto__', '1a', 'a-b', '']) {
    expect(
      step.input.safeParse({ items: [], fields: JSON.parse(`{${JSON.stringify(name)}:{"op":"count"}}`) }).success &&
        name !== '__proto__',
    ).toBe(false);
  }
  expect(step.input.safeParse({ items: [], fields: { a: { op: 'median' } } }).success).toBe(false);
  expect(await run({ items: [], fields: { constructor: { op: 'count' } } })).toEqual({ constructor: 0 });
});
