/**
 * One text per value: two JSON values have the same text exactly when they are equal, whatever the order of their keys.
 * Iterative, so that deep data costs memory and not the stack.
 */

type Members = Readonly<Record<string, unknown>>;
/** A list or object being written; `next` is the position of the member to write next. */
type Open = {
  readonly list: readonly unknown[] | null;
  readonly object: Members;
  readonly keys: readonly string[];
  next: number;
};

const NONE: readonly string[] = [];
const EMPTY: Members = {};

const leaf = (value: unknown): string => JSON.stringify(value ?? null) ?? 'null';

const keysOf = (object: Members): string[] => {
  const keys = Object.keys(object).filter((key) => object[key] !== undefined);
  // Keys are seldom out of order among items of one list: looking costs less than sorting.
  return keys.every((key, i) => i === 0 || (keys[i - 1] ?? '') < key) ? keys : keys.sort();
};

const opened = (value: object): Open =>
  Array.isArray(value)
    ? { list: value, object: EMPTY, keys: NONE, next: 0 }
    : { list: null, object: value as Members, keys: keysOf(value as Members), next: 0 };

/** The canonical text of a JSON value. Linear in its size, but for the sorting of keys. */
export const canonical = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return leaf(value);
  const stack = [opened(value)];
  let out = Array.isArray(value) ? '[' : '{';
  for (let open = stack[stack.length - 1]; open !== undefined; open = stack[stack.length - 1]) {
    const { list, keys } = open;
    if (open.next === (list ?? keys).length) {
      out += list === null ? '}' : ']';
      stack.pop();
      continue;
    }
    if (open.next > 0) out += ',';
    let member: unknown;
    if (list === null) {
      const key = keys[open.next] ?? '';
      out += `${JSON.stringify(key)}:`;
      member = open.object[key];
    } else member = list[open.next];
    open.next += 1;
    if (typeof member === 'object' && member !== null) {
      out += Array.isArray(member) ? '[' : '{';
      stack.push(opened(member));
    } else out += leaf(member);
  }
  return out;
};
