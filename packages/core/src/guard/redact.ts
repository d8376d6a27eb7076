/**
 * Redaction by rule: what looks like a key (keys.ts) or stands under a name that says it is one (labels.ts) is hidden.
 *
 * For previews, logs and listings. It is the second layer: values the instance knows are hidden by match.ts, and nothing
 * that was redacted is ever handed to a step.
 *
 * RD1 What needs no change is returned as it is, uncopied.
 * RD2 Nothing deeper than MAX_DEPTH is shown, and no depth can exhaust the stack.
 */

import { findKeys } from './keys.ts';
import { isSecretLabel } from './labels.ts';
import { HIDDEN } from './match.ts';

const MAX_DEPTH = 200;

/** The text with everything that looks like a key replaced by `[key KIND]`. */
export const redactText = (text: string): string => {
  const found = findKeys(text);
  if (found.length === 0) return text;
  let made = '';
  let from = 0;
  for (const { start, end, kind } of found) {
    made += `${text.slice(from, start)}[key ${kind}]`;
    from = end;
  }
  return made + text.slice(from);
};

/** A JSON value with keys in its texts hidden, and every text and number under a secret label. `labelled`: it is under one. */
export const redactJson = (value: unknown, labelled = false): unknown => walk(value, labelled, 0);

const walk = (value: unknown, labelled: boolean, depth: number): unknown => {
  if (typeof value === 'string') return labelled ? (value === '' ? value : HIDDEN) : redactText(value);
  if (typeof value === 'number') return labelled ? HIDDEN : value;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '[hidden: nested too deep to show]';
  return Array.isArray(value) ? walkList(value, labelled, depth) : walkObject(value, labelled, depth);
};

const walkList = (list: readonly unknown[], labelled: boolean, depth: number): unknown => {
  let made: unknown[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const item = walk(list[i], labelled, depth + 1);
    if (item !== list[i]) (made ??= [...list])[i] = item;
  }
  return made ?? list;
};

const walkObject = (object: object, labelled: boolean, depth: number): unknown => {
  let made: Record<string, unknown> | undefined;
  let renamed: [string, string][] | undefined;
  for (const key of Object.keys(object)) {
    const before: unknown = Reflect.get(object, key);
    const after = walk(before, labelled || isSecretLabel(key), depth + 1);
    if (after !== before) put((made ??= { ...object }), key, after);
    const name = redactText(key);
    if (name !== key) (renamed ??= []).push([key, name]);
  }
  return renamed === undefined ? (made ?? object) : rename(made ?? object, new Map(renamed));
};

/** Keys can be keys: a map from token to user, say. */
const rename = (object: object, names: ReadonlyMap<string, string>): unknown => {
  const made: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object)) put(made, names.get(key) ?? key, value);
  return made;
};

/** Defines an own property whatever its name; assigning to `__proto__` would not. */
const put = (object: Record<string, unknown>, name: string, value: unknown): void => {
  Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
};
