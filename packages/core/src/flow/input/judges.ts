/**
 * What a compiled input schema does at run time: closures over a value and a run, each linear in what it looks at.
 * The rules are those of input.ts (IN1-IN3).
 */

import { problem, type Problem } from '../../problem.ts';
import { canonicalJson } from '../canonical.ts';
import { fieldPath, isObject } from '../path.ts';
import { named, typeOf } from '../text/shown.ts';
import { didYouMean, type Suggester } from '../suggest.ts';

export type Run = {
  readonly path: PropertyKey[];
  readonly problems: Problem[];
  readonly suggest: Suggester;
  /** What the patterns of the schema may still look at, in steps (compiler.ts). */
  readonly patterns: { left: number };
};

/** Judges a value standing at `run.path`; returns it, or a copy with defaults filled in. */
export type Judge = (value: unknown, run: Run) => unknown;

export const MOST_PROBLEMS = 100;

export const keep: Judge = (value) => value;

export const nothing: Judge = (value, run) => {
  wrong(run, 'nothing here', typeOf(value));
  return value;
};

export const tell = (run: Run, code: string, text: string, path: readonly PropertyKey[], fix?: string): void => {
  if (run.problems.length >= MOST_PROBLEMS) return;
  run.problems.push(problem(code, text, { at: { field: fieldPath(path) }, ...(fix === undefined ? {} : { fix }) }));
};

export const wrong = (run: Run, expected: string, got: string): void =>
  tell(run, 'input.wrong', `expected ${expected}, got ${got}`, run.path);

/** Defaults come from the schema, which all runs share. */
export const copy = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(copy);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, copy(member)]));
};

/** Types first: of a value of another type nothing else is said. */
export const sequence = (types: readonly string[] | undefined, checks: readonly Judge[]): Judge => {
  const tests = types?.flatMap((type) => TYPES.get(type) ?? []);
  if (tests === undefined && checks.length === 0) return keep;
  return (value, run) => {
    if (tests !== undefined && !tests.some((type) => type.test(value))) {
      wrong(run, told(types ?? []), typeOf(value));
      return value;
    }
    let made = value;
    for (const check of checks) made = check(made, run);
    return made;
  };
};

export const told = (types: readonly string[]): string =>
  types.map((type) => TYPES.get(type)?.told ?? type).join(' or ');

/** `const` and `enum`; the values are the author's own and few, so short ones are told. */
export const among = (values: readonly unknown[]): Judge => {
  const texts = new Set(values.map(canonicalJson));
  const listed = [...texts].join(', ');
  const expected = listed.length <= 200 ? `one of ${listed}` : `one of ${texts.size} values`;
  return (value, run) => {
    if (!texts.has(canonicalJson(value)))
      wrong(run, expected, typeof value === 'object' ? typeOf(value) : `another value (${typeOf(value)})`);
    return value;
  };
};

/** A count within its limits. */
export const between = (
  run: Run,
  count: number,
  least: number | undefined,
  most: number | undefined,
  unit: string,
): void => {
  if (least !== undefined && count < least) wrong(run, `at least ${least} ${unit}`, String(count));
  if (most !== undefined && count > most) wrong(run, `at most ${most} ${unit}`, String(count));
};

/** Length in characters as JSON Schema counts them: code points. */
export const lengthOf = (text: string): number => {
  let count = text.length;
  for (let i = 1; i < text.length; i++) {
    const low = text.charCodeAt(i);
    if (low < 0xdc00 || low > 0xdfff) continue;
    const high = text.charCodeAt(i - 1);
    if (high >= 0xd800 && high <= 0xdbff) count--;
  }
  return count;
};

/** Is n a whole number of steps, to within the precision of doubles (0.3 is a multiple of 0.1)? */
export const isMultiple = (n: number, step: number): boolean => {
  const times = n / step;
  return Math.abs(times - Math.round(times)) <= Math.abs(times) * 4 * Number.EPSILON;
};

export const eachItem =
  (judge: Judge): Judge =>
  (value, run) => {
    if (!Array.isArray(value)) return value;
    const list: readonly unknown[] = value;
    let made: unknown[] | undefined;
    for (let i = 0; i < list.length; i++) {
      run.path.push(i);
      const item = judge(list[i], run);
      run.path.pop();
      if (item !== list[i]) (made ??= [...list])[i] = item;
    }
    return made ?? value;
  };

export type Field = {
  readonly name: string;
  readonly judge: Judge;
  readonly required: boolean;
  readonly byDefault: { readonly value: unknown } | undefined;
  readonly told: string;
};

/** Declared fields in the order of the schema, then what else is there: `others` judges it, false refuses it. */
export const eachField = (fields: readonly Field[], others: Judge | false | undefined): Judge => {
  const known = new Set(fields.map((field) => field.name));
  return (value, run) => {
    if (!isObject(value)) return value;
    let made: Record<string, unknown> | undefined;
    for (const { name, judge, required, byDefault, told: type } of fields) {
      if (Object.hasOwn(value, name)) {
        run.path.push(name);
        const member = judge(value[name], run);
        run.path.pop();
        if (member !== value[name]) put((made ??= { ...value }), name, member);
      } else if (byDefault !== undefined) put((made ??= { ...value }), name, copy(byDefault.value));
      else if (required)
        tell(run, 'input.missing', `expected ${type} in ${named(name)}, got nothing`, [...run.path, name]);
    }
    if (others === undefined) return made ?? value;
    for (const name of Object.keys(value)) {
      if (known.has(name)) continue;
      if (others === false) {
        if (run.problems.length >= MOST_PROBLEMS) break;
        const near = didYouMean(run.suggest(name, unused(known, value)));
        tell(run, 'input.unknown', `the field ${named(name)} is not known here`, [...run.path, name], near);
        continue;
      }
      run.path.push(name);
      const member = others(value[name], run);
      run.path.pop();
      if (member !== value[name]) put((made ??= { ...value }), name, member);
    }
    return made ?? value;
  };
};

/** Defines an own property whatever its name; assigning to `__proto__` would not. */
const put = (object: Record<string, unknown>, name: string, value: unknown): void => {
  Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
};

/** Walked only as far as a suggestion may look. */
function* unused(known: ReadonlySet<string>, value: Record<string, unknown>): Generator<string> {
  for (const name of known) if (!Object.hasOwn(value, name)) yield name;
}

/** The types of JSON Schema. */
export const TYPES: ReadonlyMap<string, { readonly test: (value: unknown) => boolean; readonly told: string }> =
  new Map([
    ['object', { test: isObject, told: 'an object' }],
    ['array', { test: (v) => Array.isArray(v), told: 'a list' }],
    ['string', { test: (v) => typeof v === 'string', told: 'a text' }],
    ['number', { test: (v) => typeof v === 'number' && Number.isFinite(v), told: 'a number' }],
    ['integer', { test: (v) => Number.isInteger(v), told: 'a whole number' }],
    ['boolean', { test: (v) => typeof v === 'boolean', told: 'true or false' }],
    ['null', { test: (v) => v === null, told: 'null' }],
  ]);
