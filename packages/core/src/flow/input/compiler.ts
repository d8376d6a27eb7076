/**
 * Compiles the input schema of a flow into a judge, and reports every keyword and value in it that is not understood.
 * The rules are those of input.ts (IN4).
 */

import { RE2JS } from 're2js';
import { problem, type Problem } from '../../problem.ts';
import { canonicalJson } from '../canonical.ts';
import { FORMATS } from './format.ts';
import {
  among,
  between,
  copy,
  eachField,
  eachItem,
  type Field,
  isMultiple,
  type Judge,
  keep,
  lengthOf,
  MOST_PROBLEMS,
  nothing,
  type Run,
  sequence,
  told,
  TYPES,
  wrong,
} from './judges.ts';
import { fieldPath, isObject } from '../path.ts';
import { named, typeOf } from '../text/shown.ts';
import { didYouMean, suggest } from '../suggest.ts';

const LONGEST_PATTERN = 500;
/** Counted repetitions are written out when a pattern is compiled: few a pattern, and a bounded program for all. */
const MOST_COUNTS = 10;
const LARGEST_PROGRAMS = 20_000;
/** A pattern looks at `steps / size of its program` characters at most: about 100 ms (attack row DOS-06). */
const PATTERN_STEPS = 1_000_000;
/** All texts of one input together; a search has a price of its own before it looks at a character. */
const INPUT_STEPS = 8 * PATTERN_STEPS;
const SEARCH = 100;
const MOST_DEPTH = 64;

/** What the patterns of a schema may look at in one input: the sizes of their programs times the lengths of the texts. */
export const patternBudget = (): { left: number } => ({ left: INPUT_STEPS });

/** Keyword → the types it speaks about; undefined: about every value, or none (annotations). */
const KEYWORDS: ReadonlyMap<string, 'object' | 'array' | 'string' | 'number' | undefined> = new Map([
  ['type', undefined],
  ['enum', undefined],
  ['const', undefined],
  ['default', undefined],
  ['title', undefined],
  ['description', undefined],
  ['examples', undefined],
  ['deprecated', undefined],
  ['$schema', undefined],
  ['$comment', undefined],
  ['properties', 'object'],
  ['required', 'object'],
  ['additionalProperties', 'object'],
  ['minProperties', 'object'],
  ['maxProperties', 'object'],
  ['items', 'array'],
  ['minItems', 'array'],
  ['maxItems', 'array'],
  ['uniqueItems', 'array'],
  ['minLength', 'string'],
  ['maxLength', 'string'],
  ['pattern', 'string'],
  ['format', 'string'],
  ['minimum', 'number'],
  ['maximum', 'number'],
  ['exclusiveMinimum', 'number'],
  ['exclusiveMaximum', 'number'],
  ['multipleOf', 'number'],
]);

/** What people write instead. */
const INSTEAD: Readonly<Record<string, string>> = {
  $ref: 'Write the schema out where it is used.',
  anyOf: 'Use a list of types ("type": ["string", "null"]) or leave the part open and check it in a step.',
  oneOf: 'Use a list of types ("type": ["string", "null"]) or leave the part open and check it in a step.',
  allOf: 'Merge the parts into one schema.',
  nullable: 'Add "null" to the list of types.',
  patternProperties: 'Use additionalProperties with a schema.',
  prefixItems: 'Use an object with named fields.',
};

export class InputCompiler {
  readonly problems: Problem[] = [];
  private programs = 0;

  compile(schema: unknown, path: readonly PropertyKey[], depth: number): Judge {
    if (depth > MOST_DEPTH) return this.refuse(path, `expected at most ${MOST_DEPTH} levels, got more`);
    if (schema === true) return keep;
    if (schema === false) return nothing;
    if (!isObject(schema)) return this.refuse(path, `expected a JSON Schema (an object), got ${typeOf(schema)}`);
    const types = this.types(schema, path);
    for (const key of Object.keys(schema)) this.known(key, types, path);
    const checks: Judge[] = [
      ...this.values(schema, path),
      ...this.texts(schema, path),
      ...this.numbers(schema, path),
      ...this.lists(schema, path, depth),
      ...this.objects(schema, path, depth),
    ];
    return sequence(types, checks);
  }

  private refuse(path: readonly PropertyKey[], text: string, fix?: string): Judge {
    this.tell('schema.wrong', path, text, fix);
    return keep;
  }

  private tell(code: string, path: readonly PropertyKey[], text: string, fix?: string): void {
    if (this.problems.length >= MOST_PROBLEMS) return;
    this.problems.push(problem(code, text, { at: { field: fieldPath(path) }, ...(fix === undefined ? {} : { fix }) }));
  }

  private known(key: string, types: readonly string[] | undefined, path: readonly PropertyKey[]): void {
    if (!KEYWORDS.has(key)) {
      const fix = Object.hasOwn(INSTEAD, key)
        ? INSTEAD[key]
        : (didYouMean(suggest(key, KEYWORDS.keys())) ?? 'Remove it.');
      this.tell(
        'schema.unsupported',
        [...path, key],
        `the keyword ${named(key)} is not supported in the input of a flow`,
        fix,
      );
      return;
    }
    const about = KEYWORDS.get(key);
    if (
      about === undefined ||
      types === undefined ||
      types.includes(about) ||
      (about === 'number' && types.includes('integer'))
    )
      return;
    this.refuse(
      [...path, key],
      `${named(key)} speaks about ${TYPES.get(about)?.told ?? about}, which the type excludes`,
      `Remove it, or add "${about}" to the type.`,
    );
  }

  private types(schema: Record<string, unknown>, path: readonly PropertyKey[]): readonly string[] | undefined {
    if (!Object.hasOwn(schema, 'type')) return undefined;
    const written = schema['type'];
    const list: readonly unknown[] = Array.isArray(written) ? written : [written];
    const types: string[] = [];
    for (const type of list) {
      if (typeof type === 'string' && TYPES.has(type)) types.push(type);
      else {
        const near = typeof type === 'string' ? didYouMean(suggest(type, TYPES.keys())) : undefined;
        this.refuse(
          [...path, 'type'],
          `expected one of ${[...TYPES.keys()].join(', ')}, got ${typeof type === 'string' ? named(type) : typeOf(type)}`,
          near,
        );
      }
    }
    if (list.length === 0) this.refuse([...path, 'type'], 'expected at least one type, got an empty list');
    return types.length === 0 ? undefined : types;
  }

  private values(schema: Record<string, unknown>, path: readonly PropertyKey[]): Judge[] {
    const checks: Judge[] = [];
    if (Object.hasOwn(schema, 'const')) checks.push(among([schema['const']]));
    if (Object.hasOwn(schema, 'enum')) {
      const list = schema['enum'];
      if (Array.isArray(list) && list.length > 0) checks.push(among(list));
      else this.refuse([...path, 'enum'], `expected a list of values, got ${typeOf(list)}`);
    }
    for (const key of ['title', 'description', '$comment'] as const) {
      if (Object.hasOwn(schema, key) && typeof schema[key] !== 'string')
        this.refuse([...path, key], `expected a text, got ${typeOf(schema[key])}`);
    }
    return checks;
  }

  /** A count or limit of the schema; undefined when absent or refused. */
  private limit(
    schema: Record<string, unknown>,
    key: string,
    path: readonly PropertyKey[],
    whole: boolean,
  ): number | undefined {
    if (!Object.hasOwn(schema, key)) return undefined;
    const value = schema[key];
    if (typeof value === 'number' && Number.isFinite(value) && (!whole || (Number.isInteger(value) && value >= 0)))
      return value;
    this.refuse([...path, key], `expected ${whole ? 'a whole number from 0' : 'a number'}, got ${typeOf(value)}`);
    return undefined;
  }

  private texts(schema: Record<string, unknown>, path: readonly PropertyKey[]): Judge[] {
    const checks: Judge[] = [];
    const least = this.limit(schema, 'minLength', path, true);
    const most = this.limit(schema, 'maxLength', path, true);
    if (least !== undefined || most !== undefined) {
      checks.push((value, run) => {
        if (typeof value === 'string') between(run, lengthOf(value), least, most, 'characters');
        return value;
      });
    }
    if (Object.hasOwn(schema, 'format')) checks.push(this.format(schema['format'], [...path, 'format']));
    if (Object.hasOwn(schema, 'pattern')) checks.push(this.pattern(schema['pattern'], [...path, 'pattern']));
    return checks;
  }

  private format(name: unknown, path: readonly PropertyKey[]): Judge {
    const format = typeof name === 'string' ? FORMATS.get(name) : undefined;
    if (format === undefined) {
      return this.refuse(
        path,
        `expected one of ${[...FORMATS.keys()].join(', ')}, got ${typeof name === 'string' ? named(name) : typeOf(name)}`,
      );
    }
    return (value, run) => {
      if (typeof value === 'string' && !format.test(value)) wrong(run, format.told, 'another text');
      return value;
    };
  }

  private pattern(source: unknown, path: readonly PropertyKey[]): Judge {
    if (typeof source !== 'string' || source.length > LONGEST_PATTERN) {
      return this.refuse(
        path,
        `expected a pattern of at most ${LONGEST_PATTERN} characters, got ${typeof source === 'string' ? 'a longer one' : typeOf(source)}`,
      );
    }
    if (source.split('{').length - 1 > MOST_COUNTS || this.programs > LARGEST_PROGRAMS) {
      return this.refuse(
        path,
        'this pattern, or the patterns of this schema together, are too large',
        'Count less inside the pattern; use minLength and maxLength.',
      );
    }
    let compiled: RE2JS;
    try {
      compiled = RE2JS.compile(RE2JS.translateRegExp(source));
    } catch {
      return this.refuse(
        path,
        'this pattern cannot be run in linear time',
        'Write it without look-ahead, look-behind and back-references, and without counts above 1000.',
      );
    }
    this.programs += compiled.programSize();
    const size = compiled.programSize();
    const longest = Math.floor(PATTERN_STEPS / size);
    return (value, run) => {
      if (typeof value !== 'string' || run.patterns.left < 0) return value;
      if (value.length > longest) {
        wrong(run, `at most ${longest} characters, for its pattern`, 'more');
        return value;
      }
      run.patterns.left -= SEARCH + value.length * size;
      if (run.patterns.left < 0)
        wrong(run, 'fewer or shorter texts, for all that their patterns have to look at', 'more');
      else if (!compiled.matcher(value).find()) wrong(run, `a text that matches the pattern ${source}`, 'another text');
      return value;
    };
  }

  private numbers(schema: Record<string, unknown>, path: readonly PropertyKey[]): Judge[] {
    const rules: { readonly fits: (n: number) => boolean; readonly told: string; readonly got: string }[] = [];
    const rule = (key: string, told: string, got: string, fits: (n: number, limit: number) => boolean): void => {
      const limit = this.limit(schema, key, path, false);
      if (limit !== undefined) rules.push({ fits: (n) => fits(n, limit), told: `${told} ${limit}`, got });
    };
    rule('minimum', 'at least', 'a smaller number', (n, limit) => n >= limit);
    rule('exclusiveMinimum', 'more than', 'a smaller number', (n, limit) => n > limit);
    rule('maximum', 'at most', 'a larger number', (n, limit) => n <= limit);
    rule('exclusiveMaximum', 'less than', 'a larger number', (n, limit) => n < limit);
    const step = this.limit(schema, 'multipleOf', path, false);
    if (step !== undefined && step <= 0) this.refuse([...path, 'multipleOf'], 'expected a number above 0');
    else if (step !== undefined)
      rules.push({ fits: (n) => isMultiple(n, step), told: `a multiple of ${step}`, got: 'another number' });
    if (rules.length === 0) return [];
    return [
      (value, run) => {
        if (typeof value === 'number') for (const one of rules) if (!one.fits(value)) wrong(run, one.told, one.got);
        return value;
      },
    ];
  }

  private lists(schema: Record<string, unknown>, path: readonly PropertyKey[], depth: number): Judge[] {
    const checks: Judge[] = [];
    const least = this.limit(schema, 'minItems', path, true);
    const most = this.limit(schema, 'maxItems', path, true);
    if (least !== undefined || most !== undefined) {
      checks.push((value, run) => {
        if (Array.isArray(value)) between(run, value.length, least, most, 'entries');
        return value;
      });
    }
    if (schema['uniqueItems'] === true) {
      checks.push((value, run) => {
        if (Array.isArray(value) && new Set(value.map(canonicalJson)).size < value.length)
          wrong(run, 'no entry twice', 'equal entries');
        return value;
      });
    } else if (Object.hasOwn(schema, 'uniqueItems') && schema['uniqueItems'] !== false) {
      this.refuse([...path, 'uniqueItems'], `expected true or false, got ${typeOf(schema['uniqueItems'])}`);
    }
    if (Object.hasOwn(schema, 'items'))
      checks.push(eachItem(this.compile(schema['items'], [...path, 'items'], depth + 1)));
    return checks;
  }

  private objects(schema: Record<string, unknown>, path: readonly PropertyKey[], depth: number): Judge[] {
    const checks: Judge[] = [];
    const least = this.limit(schema, 'minProperties', path, true);
    const most = this.limit(schema, 'maxProperties', path, true);
    if (least !== undefined || most !== undefined) {
      checks.push((value, run) => {
        if (isObject(value)) between(run, Object.keys(value).length, least, most, 'fields');
        return value;
      });
    }
    const fields = new Map<string, Field>();
    const properties = Object.hasOwn(schema, 'properties') ? schema['properties'] : {};
    if (!isObject(properties)) this.refuse([...path, 'properties'], `expected an object, got ${typeOf(properties)}`);
    else {
      for (const [name, part] of Object.entries(properties)) {
        const judge = this.compile(part, [...path, 'properties', name], depth + 1);
        const byDefault = this.defaultOf(part, judge, [...path, 'properties', name]);
        fields.set(name, { name, judge, required: false, byDefault, told: toldType(part) });
      }
    }
    this.required(schema, fields, path);
    const rest = Object.hasOwn(schema, 'additionalProperties') ? schema['additionalProperties'] : true;
    const others =
      rest === true
        ? undefined
        : rest === false
          ? false
          : this.compile(rest, [...path, 'additionalProperties'], depth + 1);
    if (fields.size > 0 || others !== undefined) checks.push(eachField([...fields.values()], others));
    return checks;
  }

  /** The default of a schema, judged by it once and with the defaults inside it filled in. */
  defaultOf(schema: unknown, judge: Judge, path: readonly PropertyKey[]): { readonly value: unknown } | undefined {
    if (!isObject(schema) || !Object.hasOwn(schema, 'default')) return undefined;
    const run: Run = { path: [...path, 'default'], problems: [], suggest: () => undefined, patterns: patternBudget() };
    const value = judge(copy(schema['default']), run);
    const [first] = run.problems;
    if (first !== undefined)
      this.refuse([...path, 'default'], `the default does not fit its own schema: ${first.text}`);
    return { value };
  }

  private required(schema: Record<string, unknown>, fields: Map<string, Field>, path: readonly PropertyKey[]): void {
    if (!Object.hasOwn(schema, 'required')) return;
    const list = schema['required'];
    if (!Array.isArray(list) || !list.every((name) => typeof name === 'string')) {
      this.refuse([...path, 'required'], `expected a list of names, got ${typeOf(list)}`);
      return;
    }
    for (const name of list) {
      const field = fields.get(name);
      if (field === undefined && schema['additionalProperties'] === false) {
        this.refuse(
          [...path, 'required'],
          `${named(name)} is required and not allowed`,
          didYouMean(suggest(name, fields.keys())) ?? 'Declare it in properties.',
        );
      }
      fields.set(name, { ...(field ?? { name, judge: keep, byDefault: undefined, told: 'a value' }), required: true });
    }
  }
}

const toldType = (schema: unknown): string => {
  const type = isObject(schema) ? schema['type'] : undefined;
  const list: readonly unknown[] = Array.isArray(type) ? type : [type];
  const types = list.filter((one) => typeof one === 'string');
  return types.length === 0 ? 'a value' : told(types);
};
