/**
 * The sums of a group of items: one operation over the values an expression gave for them.
 *
 * A1 Null is passed over by every operation but `list`, `first` and `last`, and by `count` only when it counts an expression.
 * A2 Nothing is converted: a text among numbers is told, with its item.
 */

import { byCodePoint, kindOf, problem, type Problem } from '@headgate/core/step';

export const OPERATIONS = ['count', 'sum', 'avg', 'min', 'max', 'first', 'last', 'list', 'join'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** A value and the position of its item in the whole list, for Problems. */
type Given = { readonly value: unknown; readonly index: number };

const wrong = (name: string, given: Given, expected: string): Problem =>
  problem(
    'aggregate.value',
    `Item ${given.index} (counted from 0) gives ${kindOf(given.value)} for \`${name}\`; ${expected} was expected.`,
    {
      at: { field: `fields.${name}.of` },
      fix: 'Name the right field of the item, or convert it, e.g. {{ Number(item.amount) }}.',
    },
  );

const isProblem = (value: number[] | Problem): value is Problem => !Array.isArray(value);

const numbers = (name: string, present: readonly Given[]): number[] | Problem => {
  const found: number[] = [];
  for (const given of present) {
    if (typeof given.value !== 'number') return wrong(name, given, 'a number');
    found.push(given.value);
  }
  return found;
};

/** The least (sign 1) or greatest (sign -1) of numbers, or of texts. */
const extreme = (name: string, present: readonly Given[], sign: 1 | -1): { value: unknown } | { problem: Problem } => {
  const first = present[0];
  if (first === undefined) return { value: null };
  let best = first.value;
  if (typeof best !== 'number' && typeof best !== 'string')
    return { problem: wrong(name, first, 'a number or a text') };
  for (const given of present) {
    if (typeof given.value === 'number' && typeof best === 'number')
      best = (given.value - best) * sign < 0 ? given.value : best;
    else if (typeof given.value === 'string' && typeof best === 'string')
      best = byCodePoint(given.value, best) * sign < 0 ? given.value : best;
    else
      return {
        problem: wrong(
          name,
          given,
          typeof best === 'number' ? 'a number, like those before it,' : 'a text, like those before it,',
        ),
      };
  }
  return { value: best };
};

/** One operation over the values of one group. `counted`: `of` was given. */
export const foldValues = (
  name: string,
  op: Operation,
  values: readonly Given[],
  counted: boolean,
  separator: string,
): { readonly value: unknown } | { readonly problem: Problem } => {
  const present = values.filter(({ value }) => value !== null && value !== undefined);
  switch (op) {
    case 'count':
      return { value: counted ? present.length : values.length };
    case 'sum':
    case 'avg': {
      const found = numbers(name, present);
      if (isProblem(found)) return { problem: found };
      const sum = found.reduce((a, b) => a + b, 0);
      return { value: op === 'sum' ? sum : found.length === 0 ? null : sum / found.length };
    }
    case 'min':
      return extreme(name, present, 1);
    case 'max':
      return extreme(name, present, -1);
    case 'first':
      return { value: values[0]?.value ?? null };
    case 'last':
      return { value: values[values.length - 1]?.value ?? null };
    case 'list':
      return { value: values.map(({ value }) => value ?? null) };
    case 'join': {
      const bad = present.find(({ value }) => typeof value === 'object');
      return bad === undefined
        ? { value: present.map(({ value }) => String(value)).join(separator) }
        : { problem: wrong(name, bad, 'a text or a number') };
    }
  }
};
