/**
 * JavaScript's own conversions and operators on data, charged: to text, to number, equality, order,
 * addition. Objects never get to run code here: no valueOf, no toString, no Symbol.toPrimitive.
 *
 * One deliberate difference: a date joined to a text reads as its ISO form, not as milliseconds.
 */
import type { Budget } from './budget.ts';
import { fail, type Site } from './fault.ts';
import { Moment, Opaque, Span } from './values.ts';

/** Values nested deeper than this are refused: they could not be written or read back elsewhere. */
export const DEEPEST = 200;

/** What writing a date or duration as text costs. */
export const OPAQUE_TEXT = 200;

const foreign = (site: Site): never =>
  fail(site, 'expr.forbidden', 'Only data can be read here: text, numbers, lists, objects, dates');

/** String(value) of JavaScript; lists are joined by commas, an object is "[object Object]". */
export const toText = (value: unknown, budget: Budget, site: Site, depth = 0): string => {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      budget.charge(Number.isInteger(value) ? 1 : 5);
      return String(value);
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return joinList(value, ',', budget, site, depth);
      if (value instanceof Opaque) {
        budget.charge(OPAQUE_TEXT);
        return String(value.toJSON());
      }
      return '[object Object]';
    default:
      return foreign(site);
  }
};

/** list.join(separator) of JavaScript: null and undefined are empty, nested lists join by commas. */
export const joinList = (
  list: readonly unknown[],
  separator: string,
  budget: Budget,
  site: Site,
  depth = 0,
): string => {
  if (depth > DEEPEST) fail(site, 'expr.too_deep', `This value is nested deeper than ${DEEPEST} levels`);
  budget.charge(1 + list.length);
  budget.copy(separator.length * list.length);
  let total = '';
  for (let i = 0; i < list.length; i += 1) {
    const item = list[i];
    const text = item === null || item === undefined ? '' : toText(item, budget, site, depth + 1);
    budget.copy(text.length);
    total += i === 0 ? text : separator + text;
  }
  return total;
};

/** Number(value) of JavaScript; a date is its milliseconds. */
export const toNumber = (value: unknown, budget: Budget, site: Site): number => {
  switch (typeof value) {
    case 'number':
      return value;
    case 'string':
      budget.scan(value.length);
      return Number(value);
    case 'boolean':
    case 'undefined':
      return Number(value);
    case 'object': {
      if (value === null) return 0;
      if (value instanceof Moment || value instanceof Span) return value.luxon.toMillis();
      const text = toText(value, budget, site);
      budget.scan(text.length);
      return Number(text);
    }
    default:
      return foreign(site);
  }
};

type Primitive = string | number | boolean | null | undefined;

const toPrimitive = (value: unknown, budget: Budget, site: Site): Primitive => {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'undefined':
      return value;
    case 'object':
      if (value === null) return null;
      if (value instanceof Moment || value instanceof Span) return value.luxon.toMillis();
      return toText(value, budget, site);
    default:
      return foreign(site);
  }
};

export const add = (left: unknown, right: unknown, budget: Budget, site: Site): unknown => {
  if (typeof left === 'number' && typeof right === 'number') return left + right;
  const asText = typeof left === 'string' || typeof right === 'string';
  const a = asText ? toText(left, budget, site) : toPrimitive(left, budget, site);
  const b = asText ? toText(right, budget, site) : toPrimitive(right, budget, site);
  if (typeof a !== 'string' && typeof b !== 'string') return Number(a) + Number(b);
  const [first, second] = [String(a), String(b)];
  budget.copy(first.length + second.length);
  return first + second;
};

/** `===`; equal lengths are compared character by character, so they are charged. */
export const same = (left: unknown, right: unknown, budget: Budget): boolean => {
  if (typeof left === 'string' && typeof right === 'string' && left.length === right.length) budget.copy(left.length);
  return left === right;
};

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

/** `==`: like `===`, but null equals undefined, and texts, numbers and booleans are converted to meet. */
export const looselySame = (left: unknown, right: unknown, budget: Budget, site: Site): boolean => {
  if (isObject(left) && isObject(right)) return left === right;
  if (left === null || left === undefined) return right === null || right === undefined;
  if (right === null || right === undefined) return false;
  const a = toPrimitive(left, budget, site);
  const b = toPrimitive(right, budget, site);
  if (typeof a === typeof b) return same(a, b, budget);
  return toNumber(a, budget, site) === toNumber(b, budget, site);
};

export type Order = '<' | '<=' | '>' | '>=';

export const ordered = (order: Order, left: unknown, right: unknown, budget: Budget, site: Site): boolean => {
  const a = toPrimitive(left, budget, site);
  const b = toPrimitive(right, budget, site);
  if (typeof a === 'string' && typeof b === 'string') {
    budget.scan(Math.min(a.length, b.length));
    return decide(order, a, b);
  }
  return decide(order, toNumber(a, budget, site), toNumber(b, budget, site));
};

const decide = <T extends string | number>(order: Order, a: T, b: T): boolean => {
  switch (order) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
  }
};
