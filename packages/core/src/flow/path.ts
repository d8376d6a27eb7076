/** Paths of values inside documents, and how Problems write them: `with.items[3].name`. */

import { findKeys } from '../guard/keys.ts';

export type Path = readonly PropertyKey[];

const PLAIN = /^[A-Za-z_$][A-Za-z0-9_$-]*$/;
const LONGEST_KEY = 60;
const MOST_PARTS = 16;

/**
 * The path as people write it; keys that are no plain names are quoted, long keys and long paths cut. The empty path is
 * the empty text.
 */
export const fieldPath = (path: Path): string => {
  if (path.length > MOST_PARTS)
    return `${fieldPath(path.slice(0, MOST_PARTS / 2))}…${fieldPath(path.slice(-MOST_PARTS / 2))}`;
  let made = '';
  for (const part of path) {
    if (typeof part === 'number') made += `[${part}]`;
    else {
      const key = printable(String(part));
      if (PLAIN.test(key) && key.length <= LONGEST_KEY) made += made === '' ? key : `.${key}`;
      else made += `[${JSON.stringify(key.length > LONGEST_KEY ? `${key.slice(0, LONGEST_KEY)}…` : key)}]`;
    }
  }
  return made;
};

/** A key pasted where a field name belongs must not travel in the Problem about it. */
const printable = (key: string): string => (findKeys(key).length > 0 ? `a name of ${key.length} characters` : key);

/** The value at a path, undefined where there is none; own properties only. */
export const valueAt = (root: unknown, path: Path): unknown => {
  let value = root;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
};

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Is this plain JSON data? Walks without recursion, so that no depth can exhaust the stack. */
export const isJson = (root: unknown): boolean => {
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (value === null) continue;
    switch (typeof value) {
      case 'string':
      case 'boolean':
        continue;
      case 'number':
        if (!Number.isFinite(value)) return false;
        continue;
      case 'object': {
        if (Array.isArray(value)) {
          for (const entry of value) open.push(entry);
          continue;
        }
        const prototype: unknown = Object.getPrototypeOf(value);
        if (prototype !== Object.prototype && prototype !== null) return false;
        for (const key of Object.keys(value)) open.push(Reflect.get(value, key));
        continue;
      }
      default:
        return false;
    }
  }
  return true;
};
