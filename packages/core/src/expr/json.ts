/**
 * The way out of an expression and into JSON: `settle` makes a result JSON-safe, `measure` pays for a
 * value before it is written out as text.
 *
 * Sharing makes a small value large once written (a list holding the same big object a thousand
 * times), so both walk what will be written and charge for each appearance. Nothing is copied unless
 * something inside has to change.
 */
import type { Budget } from './budget.ts';
import { CHARS_COPIED, CHARS_SCANNED } from './budget.ts';
import { DEEPEST, OPAQUE_TEXT } from './convert.ts';
import { fail, type Site } from './fault.ts';
import { isPlain, Opaque, Pattern, type Plain } from './values.ts';

const tooDeep = (site: Site): never =>
  fail(site, 'expr.too_deep', `This value is nested deeper than ${DEEPEST} levels`, 'Make it flatter.');

const notData = (site: Site): never =>
  fail(site, 'expr.forbidden', 'Only data can leave an expression: text, numbers, lists, objects, dates');

/** JSON has no NaN, no Infinity and no negative zero: null, null and zero. */
const settleNumber = (value: number): number | null => (Number.isFinite(value) ? (value === 0 ? 0 : value) : null);

const settleOpaque = (value: Opaque, budget: Budget, site: Site): string | null => {
  if (value instanceof Pattern)
    return fail(site, 'expr.type', 'A regex is not a value', 'Call `test` or `match` on a text.');
  budget.charge(OPAQUE_TEXT);
  return value.toJSON();
};

/** Results of expressions that create nothing: a part of the scope's data, or a single value. */
export const settleSimple = (value: unknown, budget: Budget, site: Site): unknown => {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return settleNumber(value);
    case 'undefined':
      return null;
    case 'object':
      if (value === null || Array.isArray(value) || isPlain(value)) return value;
      return value instanceof Opaque ? settleOpaque(value, budget, site) : notData(site);
    default:
      return notData(site);
  }
};

/** What looking at one value costs. */
const NODE = 0.7;

/** A JSON-safe equal of a value: undefined is null, a date its ISO text, NaN and Infinity null. */
export const settle = (value: unknown, budget: Budget, site: Site, depth = 0): unknown => {
  budget.charge(NODE);
  if (typeof value === 'string') {
    budget.charge(value.length / CHARS_COPIED);
    return value;
  }
  if (typeof value !== 'object' || value === null) return settleSimple(value, budget, site);
  if (depth > DEEPEST) tooDeep(site);
  if (Array.isArray(value)) return settleList(value, budget, site, depth);
  return isPlain(value) ? settleObject(value, budget, site, depth) : settleSimple(value, budget, site);
};

const settleList = (list: readonly unknown[], budget: Budget, site: Site, depth: number): unknown => {
  let made: unknown[] | undefined;
  for (let i = 0; i < list.length; i += 1) {
    const before = list[i];
    const after = settle(before, budget, site, depth + 1);
    if (made === undefined && !Object.is(before, after)) made = list.slice(0, i);
    made?.push(after);
  }
  // A match result carries `index` and `groups` beside its items; JSON has only the items.
  return made ?? (Object.hasOwn(list, 'index') ? list.slice() : list);
};

const settleObject = (object: Plain, budget: Budget, site: Site, depth: number): unknown => {
  let made: Plain | undefined;
  for (const key of Object.keys(object)) {
    budget.charge(key.length / CHARS_COPIED);
    const before = object[key];
    const after = settle(before, budget, site, depth + 1);
    if (!Object.is(before, after)) put((made ??= { ...object }), key, after);
  }
  return made ?? object;
};

/** Sets an own data property, whatever the key; never reaches a setter or a prototype. */
export const put = (object: Plain, key: string, value: unknown): void => {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    object[key] = value;
  }
};

/** Characters of JSON that one operation pays for: each may have to be escaped. */
const CHARS_WRITTEN = 4;

/** Pays for writing a value as JSON text, indented by `indent` characters a level. */
export const measure = (value: unknown, budget: Budget, site: Site, indent = 0, depth = 0): void => {
  budget.charge(2 + (indent * depth) / CHARS_SCANNED);
  if (typeof value === 'string') {
    budget.charge(value.length / CHARS_WRITTEN);
  } else if (typeof value === 'number') {
    budget.charge(1);
  } else if (typeof value === 'object' && value !== null) {
    if (depth > DEEPEST) tooDeep(site);
    if (Array.isArray(value)) {
      for (const item of value) measure(item, budget, site, indent, depth + 1);
    } else if (isPlain(value)) {
      for (const key of Object.keys(value)) {
        budget.charge(1 + key.length / CHARS_WRITTEN);
        measure(value[key], budget, site, indent, depth + 1);
      }
    } else if (value instanceof Opaque) {
      settleOpaque(value, budget, site);
    } else {
      notData(site);
    }
  } else if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint') {
    notData(site);
  }
};

/** JSON.stringify, paid for first. Undefined for undefined, as in JavaScript. */
export const write = (value: unknown, budget: Budget, site: Site, indent: string | number = 0): string | undefined => {
  measure(value, budget, site, typeof indent === 'number' ? Math.min(10, Math.max(0, indent)) : indent.length);
  return JSON.stringify(value, null, indent);
};
