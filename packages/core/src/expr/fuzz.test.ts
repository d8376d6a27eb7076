/**
 * The fuzzer: texts from the corpus, mutated, spliced and grown from a small grammar, are compiled and
 * evaluated. Whatever comes in, only Problems come out: nothing else is thrown, the budget is kept,
 * the data is not touched, and a result is JSON.
 *
 * A failure prints its text; put it into corpus/ and it is tried for ever. More, or the same again:
 * EXPR_RUNS=100000 EXPR_SEED=7 npx vitest run packages/core/src/expr/fuzz.test.ts
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newBudget } from './budget.ts';
import { EXPR_CODES } from './codes.ts';
import { constants, fields, functions, methods } from './methods/table.ts';
import { ROOTS } from './scope.ts';
import { compile, evaluate } from './template.ts';

const RUNS = Number(process.env.EXPR_RUNS ?? 800);
const SEED = process.env.EXPR_SEED === undefined ? {} : { seed: Number(process.env.EXPR_SEED) };

const folder = join(import.meta.dirname, 'corpus');
const corpus = readdirSync(folder)
  .filter((name) => name.endsWith('.txt'))
  .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
  .filter((line) => line !== '');

const input = {
  name: 'Ann',
  n: 3,
  nothing: null,
  when: '2026-03-05T10:20:30Z',
  list: [3, 1, 2],
  rows: [{ name: 'a', n: 1 }, { name: 'b' }],
  text: 'a, b; aab '.repeat(40),
  big: Array.from({ length: 500 }, (_, i) => i),
};
const unchanged = JSON.stringify(input);
const prototypes = (): string =>
  JSON.stringify(
    [Object.prototype, Array.prototype, String.prototype].map((of: object) => Object.getOwnPropertyNames(of)),
  );
const kept = prototypes();

const scope = {
  get: (root: string): unknown =>
    root === 'now' ? 1_772_706_030_000 : root === 'input' || root === 'item' ? input : root === 'index' ? 1 : null,
  step: (id: string): unknown => (id === 'a' ? input : undefined),
  problem: (): unknown => null,
};

const isJson = (value: unknown): boolean => {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  if (typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return false;
  return Object.values(value).every(isJson);
};

/** Generous: the budget bounds an evaluation to about 5 ms on a warm machine, and this one may be cold and shared. */
const LONGEST = 400;

const expectSurvived = (text: string): void => {
  const { compiled, problems } = compile(text, 'with.value');
  for (const problem of problems) {
    expect(Object.keys(EXPR_CODES), text).toContain(problem.code);
    expect(problem.text, text).toMatch(/\(line \d+, column \d+\)$/);
    expect(problem.at?.field).toBe('with.value');
  }
  const budget = newBudget(30_000);
  const start = performance.now();
  const result = evaluate(compiled, scope, budget);
  expect(performance.now() - start, text).toBeLessThan(LONGEST);
  if (result.ok) {
    expect(problems, text).toEqual([]);
    expect(budget.used, text).toBeLessThanOrEqual(budget.limit);
    expect(isJson(result.value), text).toBe(true);
  } else {
    expect(Object.keys(EXPR_CODES), text).toContain(result.problem.code);
    expect(result.problem.at?.field, text).toBe('with.value');
  }
};

const names = [...methods, ...functions, ...fields, ...constants].map((entry) => entry.name);

/** Pieces that mean something in an expression, to be put anywhere. */
const piece = fc.oneof(
  fc.constantFrom(...names),
  fc.constantFrom(...ROOTS),
  fc.constantFrom(
    '{{',
    '}}',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '=>',
    '.',
    '?.',
    '...',
    ',',
    '+',
    '-',
    '*',
    '**',
    '/',
    '%',
    '&&',
    '||',
    '??',
    '?',
    ':',
    '!',
    '`',
    '${',
    "'",
    '"',
    '\\',
    '/a/g',
    '=',
    '==',
    '===',
    '<',
    '>>>',
    'typeof ',
    'void ',
    'in ',
    'new ',
    'await ',
    '#a',
    '@',
    '\n',
    '\u2028',
    '\0',
    '😀',
    '\ud800',
  ),
  fc.constantFrom(
    'constructor',
    '__proto__',
    'prototype',
    'x',
    'a',
    'input.list',
    'input.rows',
    'steps.a',
    'x => x',
    '(a, b) => a - b',
    '({ a, ...b }) => b',
    '1e308',
    '-0',
    '0.1',
    'NaN',
    'Infinity',
    'null',
    'undefined',
    "'abc'",
    '1e9',
    '{ days: 1 }',
    "'Europe/Paris'",
    'Object.',
    'Math.',
    'DateTime.',
    'JSON.',
  ),
  fc.string({ maxLength: 3 }),
);

type Mutation = { readonly at: number; readonly length: number; readonly put: string; readonly from: string };

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(200),
  length: fc.nat(12),
  put: piece,
  from: fc.constantFrom(...corpus),
});

/** Cuts something out, puts something in; now and then from another text of the corpus. */
const mutate = (text: string, { at, length, put, from }: Mutation): string => {
  const place = at % (text.length + 1);
  const more = put === '' ? from.slice(at % (from.length + 1), (at % (from.length + 1)) + length * 3) : put;
  return text.slice(0, place) + more + text.slice(place + length);
};

const FIRST: Readonly<Record<string, readonly string[]>> = {
  text: [
    'input.text',
    'input.name',
    "'ab'",
    "''",
    "'é漢😀'",
    "'2026-03-05'",
    "'yyyy-MM-dd'",
    "'days'",
    "'fr'",
    "'Europe/Paris'",
    "'$1$&'",
  ],
  number: ['input.n', '0', '-1', '2.5', 'NaN', 'Infinity', '1e21', '-0', '1e9', 'index'],
  boolean: ['true', 'false'],
  list: [
    'input.list',
    'input.rows',
    'input.big',
    '[]',
    "['a', null, [1, [2]]]",
    "[['a', 1], ['b', 2]]",
    "['days', 'hours']",
  ],
  object: [
    'input',
    'input.rows[0]',
    '{}',
    '{ days: 1, months: -1 }',
    '{ year: 2026, month: 2 }',
    "{ zone: 'utc' }",
    '{ length: 4 }',
  ],
  date: ['now', 'DateTime.fromISO(input.when)', "DateTime.fromISO('x')", "now.setZone('Asia/Tokyo')"],
  duration: ['now.diff(now)', 'Duration.fromObject({ hours: 30 })'],
  regex: ['/a/', '/a+/g', '/(?<x>[a-z])(\\W)?/gi', '/x*/g', '/^|$/gm'],
  nothing: ['null', 'undefined', 'input.missing', 'steps.b'],
  function: [
    'x => x',
    'x => x.name',
    '(a, b) => a - b',
    '(a, b) => [a, b]',
    'Boolean',
    'String',
    '({ name = 1, ...rest }) => rest',
    '(x, i, all) => all[i + 1]',
    '() => 1',
    '(a, b) => a + b',
    'x => `${x}`',
  ],
};

const kinds = Object.keys(FIRST);

/** Expressions by the kind they give: first values, and whatever the table says gives that kind, called as it says. */
const grown = fc.letrec<Record<string, string>>((tie) => {
  const any = fc.oneof(
    ...['text', 'number', 'list', 'object', 'date', 'boolean', 'nothing', 'duration', 'regex'].map((kind) => tie(kind)),
  );
  const given = ({
    type,
    rest,
    optional,
  }: {
    type: string;
    rest: boolean;
    optional: boolean;
  }): fc.Arbitrary<string> => {
    const options = type === 'any' ? [any] : type.split(' or ').map((kind) => tie(kind));
    const one = fc.oneof(
      { weight: 12, arbitrary: fc.oneof(...options) },
      { weight: type === 'function' ? 0 : 1, arbitrary: any },
    );
    return rest
      ? fc.array(one, { maxLength: 3 }).map((all) => all.join(', '))
      : optional
        ? fc.option(one, { nil: '' })
        : one;
  };
  const call = (
    name: string,
    params: readonly { type: string; rest: boolean; optional: boolean }[],
  ): fc.Arbitrary<string> =>
    fc.tuple(...params.map(given)).map((all) => {
      const end = all.indexOf('');
      return `${name}(${(end === -1 ? all : all.slice(0, end)).join(', ')})`;
    });
  const made = (kind: string): fc.Arbitrary<string>[] => [
    ...methods
      .filter(({ result }) => result === kind || result === 'any')
      .map(({ on, name, params }) => fc.tuple(tie(on), call(name, params)).map(([self, rest]) => `(${self}).${rest}`)),
    ...functions
      .filter(({ result }) => result === kind || result === 'any')
      .map(({ on, name, params }) => call(on === '' ? name : `${on}.${name}`, params)),
    ...fields.filter(({ result }) => result === kind).map(({ on, name }) => tie(on).map((self) => `(${self}).${name}`)),
  ];
  const operators: Readonly<Record<string, fc.Arbitrary<string>[]>> = {
    number: [
      fc.tuple(any, fc.constantFrom('-', '*', '%', '**', '>>>', '/'), any).map(([a, by, b]) => `((${a}) ${by} (${b}))`),
    ],
    boolean: [
      fc.tuple(any, fc.constantFrom('<', '==', '===', '>=', '!='), any).map(([a, by, b]) => `((${a}) ${by} (${b}))`),
    ],
    text: [
      fc.tuple(any, any).map(([a, b]) => `\`\${${a}}-\${${b}}\``),
      fc.tuple(tie('text'), any).map(([a, b]) => `(${a} + (${b}))`),
    ],
    list: [
      fc.tuple(any, tie('list')).map(([a, b]) => `[${a}, ...(${b})]`),
      tie('object').map((of) => `Object.entries(${of})`),
    ],
    object: [
      fc.tuple(any, tie('text')).map(([a, b]) => `{ a: ${a}, [${b}]: 1 }`),
      tie('object').map((of) => `{ ...${of} }`),
    ],
    nothing: [
      fc.tuple(any, any).map(([a, b]) => `(${a})[${b}]`),
      fc.tuple(any, any, any).map(([a, b, c]) => `((${a}) ? (${b}) : (${c}) ?? 1)`),
    ],
    function: [any.map((inner) => `(x, i) => (${inner})`)],
  };
  return Object.fromEntries(
    kinds.map((kind) => {
      const more = [...(kind === 'function' ? [] : made(kind)), ...(operators[kind] ?? [])];
      const first = fc.constantFrom(...(FIRST[kind] ?? []));
      return [
        kind,
        more.length === 0
          ? first
          : fc.oneof(
              { depthSize: 'small' },
              { weight: 2 + more.length, arbitrary: first },
              ...more.map((arbitrary) => ({ weight: 2, arbitrary })),
            ),
      ];
    }),
  );
});

const grownText = fc
  .oneof(...kinds.filter((kind) => kind !== 'function').map((kind) => grown[kind] ?? fc.constant('1')))
  .map((code) => `{{ (${code}) }}`);

const expectAll = (texts: fc.Arbitrary<string>, numRuns: number): void => {
  fc.assert(fc.property(texts, expectSurvived), { numRuns, ...SEED });
  expect(JSON.stringify(input)).toBe(unchanged);
  expect(prototypes()).toBe(kept);
};

test.each(corpus.map((line) => [line]))('the corpus is survived: %s', (line) => {
  expectSurvived(line);
  expectSurvived(line.slice(0, -3));
});

test('mutations of the corpus are survived', () => {
  const texts = fc
    .tuple(fc.constantFrom(...corpus), fc.array(mutation, { minLength: 1, maxLength: 4 }))
    .map(([text, all]) => all.reduce(mutate, text));
  expectAll(texts, RUNS);
}, 3_600_000);

test('whatever the table can be called with is survived', () => {
  expectAll(grownText, RUNS);
}, 3_600_000);

test('arbitrary texts and values are survived', () => {
  expectAll(
    fc.string({ unit: 'binary', maxLength: 40 }).map((text) => `{{${text}}}`),
    RUNS / 4,
  );
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ maxLength: 10 }), (value, field) => {
      const { compiled } = compile(value, field);
      const result = evaluate(compiled, scope);
      expect(result.ok || Object.hasOwn(EXPR_CODES, result.problem.code)).toBe(true);
    }),
    { numRuns: RUNS / 8, ...SEED },
  );
}, 3_600_000);
