/**
 * Judging values that arrive in a step: what kind a value is in words, and the two rules that every step follows alike.
 *
 * V1 Null (or nothing) where a list is expected is a list of no items; anything else that is no list is a Problem.
 * V2 What must be true or false is never guessed from something else.
 * V3 Texts name kinds and places, never the value itself.
 */

import { z } from 'zod';
import { bad, good, problem, type Problem, type Result } from '../problem.ts';

/** The kind of a value in words: `null`, `a list`, `a text`, `a number`, `true or false`, `an object`. */
export const kindOf = (value: unknown): string => {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return 'a text';
    case 'number':
    case 'bigint':
      return 'a number';
    case 'boolean':
      return 'true or false';
    default:
      return 'an object';
  }
};

/** Schema of a field that takes a list. It lets everything pass: copying a long list to look at it costs; `listOf` judges. */
export const listField = (description: string): z.ZodUnknown =>
  z.unknown().meta({ type: ['array', 'null'], description });

const NOTHING: Result<readonly unknown[]> = good([]);

/** The list in a field, by rule V1. */
export const listOf = (value: unknown, field: string): Result<readonly unknown[]> => {
  if (Array.isArray(value)) return good<readonly unknown[]>(value);
  if (value === null || value === undefined) return NOTHING;
  return bad(
    problem('value.not_list', `\`${field}\` must be a list; it is ${kindOf(value)}.`, {
      at: { field },
      fix:
        typeof value === 'object'
          ? 'Name the list inside the object, e.g. {{ steps.fetch.body.items }}.'
          : 'Give a list, e.g. {{ steps.fetch.body }} or {{ [input.name] }}.',
    }),
  );
};

/** The Problem of a condition that is neither true nor false; `item`: the index of the item it was asked about. */
export const notBoolean = (value: unknown, field: string, item?: number): Problem =>
  problem(
    'value.not_boolean',
    `\`${field}\` must be true or false; ${item === undefined ? 'it' : `for item ${item} (counted from 0) it`} is ${kindOf(value)}.`,
    {
      at: { field },
      fix: FIXES[kindOf(value)] ?? 'Write a comparison, e.g. {{ input.count > 0 }}.',
    },
  );

const FIXES: Readonly<Record<string, string>> = {
  null: 'Say what a missing value means, e.g. {{ input.active ?? false }}.',
  'a list': 'Ask how many there are, e.g. {{ input.items.length > 0 }}.',
  'a text': "Compare it, e.g. {{ input.name !== '' }} or {{ input.answer === 'yes' }}.",
  'a number': 'Compare it, e.g. {{ input.count > 0 }}.',
  'an object': 'Ask whether it is there, e.g. {{ input.order !== null }}, or compare one of its fields.',
};

// A UTF-16 surrogate stands for a code point above all of U+E000 to U+FFFF, but its own number is lower.
const rank = (unit: number): number => (unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit);
const SURROGATE = /[\ud800-\udfff]/;

/** Compares two texts by code point, where `<` compares by UTF-16 unit; the same on every machine and in every language. */
export const byCodePoint = (a: string, b: string): number => {
  if (!SURROGATE.test(a) && !SURROGATE.test(b)) return a < b ? -1 : a > b ? 1 : 0;
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i += 1) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
};
