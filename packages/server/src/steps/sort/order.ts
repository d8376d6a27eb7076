/**
 * The order of keys: numbers, texts or booleans, all of one kind; null (and what is no number) after everything else.
 *
 * O1 Texts go by code point, the same on every machine and in every language; ISO dates therefore sort by time.
 * O2 Two kinds in one list have no order: that is told, with the first item that differs, rather than guessed.
 */

import { byCodePoint } from '@headgate/core/step';

type Kind = 'number' | 'string' | 'boolean';

const isLast = (key: unknown): boolean => key === null || key === undefined || Number.isNaN(key);

/** The first key that has no order, or is of another kind than those before it (`kind`; absent: there were none). */
export const misfit = (
  keys: readonly unknown[],
): { readonly index: number; readonly kind: Kind | undefined } | undefined => {
  let kind: Kind | undefined;
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index];
    if (isLast(key)) continue;
    const type = typeof key;
    if (type !== 'number' && type !== 'string' && type !== 'boolean') return { index, kind: undefined };
    if (kind !== undefined && type !== kind) return { index, kind };
    kind = type;
  }
  return undefined;
};

/** Positions in the order of their keys, in which there is no misfit. Equal keys keep their order, downwards too. */
export const ordered = (keys: readonly unknown[], down: boolean): number[] => {
  const full: number[] = [];
  const last: number[] = [];
  keys.forEach((key, i) => (isLast(key) ? last : full).push(i));
  const sign = down ? -1 : 1;
  if (typeof keys[full[0] ?? 0] === 'string') {
    const texts = keys.map(String);
    full.sort((a, b) => sign * byCodePoint(texts[a] ?? '', texts[b] ?? ''));
  } else {
    const numbers = keys.map(Number);
    full.sort((a, b) => {
      const x = numbers[a] ?? 0;
      const y = numbers[b] ?? 0;
      return x < y ? -sign : x > y ? sign : 0;
    });
  }
  return [...full, ...last];
};
