/** Setting and taking a value at a path of JSON data without changing it; what did not change is shared. */

import type { Json } from '../model.ts';
import type { EditPath } from './edit.ts';

/** Nothing stands there: different from null, which is a value. */
export const NOTHING: unique symbol = Symbol('nothing');
type Maybe = Json | typeof NOTHING;

const isList = (value: unknown): value is readonly Json[] => Array.isArray(value);
const isRecord = (value: unknown): value is Readonly<Record<string, Json>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at a path; own fields only. */
export const at = (root: unknown, path: EditPath): Maybe => {
  let here: unknown = root;
  for (const part of path) {
    if (isList(here) && typeof part === 'number') here = part < here.length ? here[part] : NOTHING;
    else if (isRecord(here) && typeof part === 'string') here = Object.hasOwn(here, part) ? here[part] : NOTHING;
    else return NOTHING;
  }
  return here === undefined ? NOTHING : (here as Json); // parts of JSON data are JSON
};

/**
 * The data with a value at a path (NOTHING: without it), and what leads there made where it is missing: objects for names.
 * A position of a list is replaced, or is the one after its end; taken away, those after it move up. Null: it cannot be.
 */
export const put = (root: unknown, path: EditPath, value: Maybe): Maybe | null => {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  if (typeof part === 'number') {
    if (!isList(root) || part < 0 || part > root.length || !Number.isInteger(part)) return null;
    const made = put(part < root.length ? root[part] : NOTHING, rest, value);
    if (made === null) return null;
    if (made === NOTHING) return part < root.length ? root.toSpliced(part, 1) : [...root];
    return part < root.length ? root.with(part, made) : [...root, made];
  }
  if (part === '__proto__' || (root !== NOTHING && !isRecord(root))) return null;
  const record: Readonly<Record<string, Json>> = isRecord(root) ? root : {};
  const made = put(Object.hasOwn(record, part) ? record[part] : NOTHING, rest, value);
  if (made === null) return null;
  if (made !== NOTHING) return { ...record, [part]: made };
  const { [part]: _, ...left } = record;
  return left;
};

/** How much of the path is there already: what is beyond was made by setting it, and goes with it. */
export const firstMissing = (root: unknown, path: EditPath): EditPath => {
  for (let length = 1; length <= path.length; length += 1)
    if (at(root, path.slice(0, length)) === NOTHING) return path.slice(0, length);
  return path;
};
