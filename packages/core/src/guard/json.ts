/**
 * The guard over a JSON text, so that what is made is JSON again: a label in the place of a number, or of a part of a list
 * of numbers, is a text.
 *
 * GJ1 Nothing that the guard hides is left, whatever it takes to keep the text readable.
 */

import type { Guard } from './match.ts';
import type { Reader } from './regions.ts';

const reads = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** A number that is a secret becomes a text, and so does a list of numbers that holds one: a label is no number. */
export const numbersHidden = (guard: Pick<Guard, 'redact'>, text: string, reader: Reader | undefined): string => {
  const one = (value: unknown): unknown => {
    if (typeof value !== 'number') return value;
    const made = guard.redact(String(value), reader);
    return made === String(value) ? value : made;
  };
  const hide = (_key: string, value: unknown): unknown => {
    if (!Array.isArray(value) || !value.some((item) => typeof item === 'number')) return one(value);
    const items = value.map(one);
    const made = guard.redact(JSON.stringify(items), reader);
    return reads(made) ? items : made.slice(1, -1);
  };
  return guard.redact(JSON.stringify(JSON.parse(text), hide), reader);
};

/** The JSON of a value without what is secret. Where no JSON can be kept, it is the text of it. */
export const hiddenInJson = (guard: Pick<Guard, 'redact'>, text: string, reader: Reader): string => {
  const made = guard.redact(text, reader);
  if (made === text || reads(made)) return made;
  const again = numbersHidden(guard, text, reader);
  return reads(again) ? again : JSON.stringify(again);
};
