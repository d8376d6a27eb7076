/** What files a chat takes, as its trigger on the screen says. */

import { isObject, type Trigger } from '@headgate/core';

/** `size`: bytes of one. */
export type Takes = { readonly kinds: readonly string[]; readonly size: number };

const MB = 1024 * 1024;

export const takesOf = (trigger: Trigger | undefined): Takes | null => {
  const files = trigger?.with?.['files'];
  if (!isObject(files)) return null;
  const { kinds, size } = files;
  return {
    kinds: Array.isArray(kinds) ? kinds.map(String) : [],
    size: (typeof size === 'number' ? size : 5) * MB,
  };
};

export const fits = (type: string, kinds: readonly string[]): boolean =>
  kinds.some((kind) => (kind.endsWith('/*') ? type.startsWith(kind.slice(0, -1)) : type === kind));
