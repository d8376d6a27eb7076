/**
 * Reading a member: the one place where an expression looks into a value.
 *
 * Invariants. R1: only own data properties of plain objects and lists are read, never a prototype's,
 * never an accessor, never a function. R2: `constructor`, `__proto__` and `prototype` are refused
 * however the key was made: a key is turned into a text once, checked, and that text is used.
 * R3: reading through null or undefined is a Problem, not undefined.
 */
import type { Budget } from './budget.ts';
import { toText } from './convert.ts';
import { fail, type Site } from './fault.ts';
import { kindOf, Opaque } from './values.ts';

const FORBIDDEN: ReadonlySet<string> = new Set(['constructor', '__proto__', 'prototype']);

export const isForbidden = (key: string): boolean => FORBIDDEN.has(key);

/** What a text, a date or a duration answers without a call, such as `now.year`; supplied by the method table. */
export type Fields = (value: Opaque, key: string, budget: Budget) => unknown;

/** A site where a member is read, with the words that the author wrote, for the message. `key` only when it is literal. */
export type MemberSite = Site & {
  readonly owner: string;
  readonly key?: string;
  readonly fields: Fields;
  readonly isMethod: (key: string) => boolean;
};

export const forbidden = (site: Site): never =>
  fail(
    site,
    'expr.forbidden',
    'This name reaches behind the data, which expressions never do',
    'Read the fields of your data only; to read a field of that name, use Object.entries(…).',
  );

/** An own member by name. `key` must not be a forbidden name. */
export const member = (value: unknown, key: string, site: MemberSite, budget: Budget): unknown => {
  if (typeof value === 'object' && value !== null) {
    const found = Object.getOwnPropertyDescriptor(value, key);
    if (found === undefined) return missing(value, key, site, budget);
    const inside: unknown = found.value;
    if (typeof inside === 'function' || found.get !== undefined || found.set !== undefined) return forbidden(site);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null || Array.isArray(value)) return inside;
    return forbidden(site);
  }
  if (typeof value === 'string') return character(value, key, site, budget);
  if (value === undefined || value === null) return through(value, site);
  return missing(value, key, site, budget);
};

/** A member whose key was computed: `list[i]`, `row[name]`. */
export const element = (value: unknown, key: unknown, site: MemberSite, budget: Budget): unknown => {
  if (typeof key === 'number' && Array.isArray(value)) {
    const found = Object.getOwnPropertyDescriptor(value, key);
    if (found === undefined) return undefined;
    const inside: unknown = found.value;
    return typeof inside === 'function' || found.get !== undefined ? forbidden(site) : inside;
  }
  const name = toText(key, budget, site);
  budget.copy(name.length);
  if (isForbidden(name)) return forbidden(site);
  return member(value, name, site, budget);
};

const character = (text: string, key: string, site: MemberSite, budget: Budget): unknown => {
  if (key === 'length') return text.length;
  const index = Number(key);
  if (Number.isInteger(index) && index >= 0 && String(index) === key) return text[index];
  return missing(text, key, site, budget);
};

const missing = (value: unknown, key: string, site: MemberSite, budget: Budget): unknown => {
  const kind = kindOf(value);
  if (kind === 'foreign') return forbidden(site);
  if (value instanceof Opaque) {
    const field = site.fields(value, key, budget);
    if (field !== undefined) return field;
  }
  if (kind !== 'object' && site.key !== undefined && site.isMethod(key)) {
    return fail(site, 'expr.method', `\`${key}\` is a method, and it is not called`, `Write ${key}(…).`);
  }
  return undefined;
};

const through = (value: null | undefined, site: MemberSite): never => {
  const { owner, key } = site;
  const step = key === undefined ? '[…]' : /^[A-Za-z_$][\w$]*$/.test(key) ? key : `[${JSON.stringify(key)}]`;
  return fail(
    site,
    'expr.missing',
    `\`${owner}\` is ${value === null ? 'null' : 'missing'}, so ${key === undefined ? 'nothing can' : `\`${key}\` cannot`} be read from it`,
    `If it may be absent, write ${owner}?.${step}.`,
  );
};
