/** Regexes against the platform's own on what both can do, and the refusals of what only it can. */
import fc from 'fast-check';
import { MatcherInput, RE2JS } from 're2js';
import { describe, expect, test } from 'vitest';
import { newBudget } from '../budget.ts';
import { compile, evaluate } from '../template.ts';
import { emit } from './emit.ts';
import { isSteady } from './steady.ts';
import { read, SCRIPTS } from './syntax.ts';

const scope = (input: unknown) => ({
  get: (root: string): unknown => (root === 'input' ? input : null),
  step: () => null,
  problem: () => null,
});

const run = (code: string, input: unknown = null): unknown => {
  const { compiled, problems } = compile(`{{ ${code} }}`);
  if (problems[0] !== undefined) return problems[0].code;
  const answer = evaluate(compiled, scope(input), newBudget());
  return answer.ok ? answer.value : answer.problem.code;
};

const single = fc.constantFrom(
  'a',
  'b',
  'c',
  'é',
  '1',
  '.',
  '\\d',
  '\\w',
  '\\s',
  '\\S',
  '\\W',
  '[ab]',
  '[^a]',
  '[a-c1]',
  '[\\s\\S]',
  '[^\\w]',
  '\\n',
  '\\x61',
  '\\u00e9',
  '-',
  ' ',
  '\\.',
  '[\\]a]',
  '[a\\-z]',
);
const quantifier = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,2}', '{1,}', '*?', '+?', '??');

/** Regexes in which no repetition repeats a group or something empty: there JavaScript and linear engines differ by design. */
const source = fc.letrec<{ item: string; sequence: string; all: string }>((tie) => ({
  item: fc.oneof(
    { weight: 8, arbitrary: fc.tuple(single, quantifier).map((parts) => parts.join('')) },
    { weight: 1, arbitrary: fc.constantFrom('\\b', '^', '$', '\\B') },
    {
      weight: 2,
      arbitrary: fc.tuple(fc.constantFrom('(', '(?:'), tie('all')).map(([open, inner]) => `${open}${inner})`),
    },
    { weight: 1, arbitrary: fc.tuple(single, single).map(([a, b]) => `(?:${a}${b})+`) },
  ),
  sequence: fc.array(tie('item'), { minLength: 1, maxLength: 4 }).map((items) => items.join('')),
  all: fc.oneof(
    { depthSize: 'xsmall' },
    tie('sequence'),
    fc.tuple(tie('sequence'), tie('sequence')).map((options) => options.join('|')),
  ),
}));

const text = fc
  .array(fc.constantFrom('a', 'b', 'c', 'é', '1', '-', ' ', '\n', '.', 'aa', 'ab'), { maxLength: 14 })
  .map((parts) => parts.join(''));
const flags = fc.constantFrom('g', 'gi', 'gm', 'gs', 'gu', 'gimsu');

test('a regex finds what the platform finds, where and with the same groups', () => {
  fc.assert(
    fc.property(source.all, flags, text, (pattern, set, input) => {
      const regex = new RegExp(pattern, set);
      const expected = [...input.matchAll(regex)].map((found) => [
        found.index,
        ...Array.from(found, (group) => group ?? null),
      ]);
      expect(run(`input.matchAll(/${pattern}/${set}).map(m => [m.index, ...m])`, input), `/${pattern}/${set}`).toEqual(
        expected,
      );
      expect(run(`input.split(/${pattern}/${set})`, input)).toEqual(
        input.split(regex).map((part: string | undefined) => part ?? null),
      );
      expect(run(`input.replace(/${pattern}/${set}, '<$&$1>')`, input)).toBe(input.replace(regex, '<$&$1>'));
      expect(run(`/${pattern}/${set.replace('g', '')}.test(input)`, input)).toBe(
        new RegExp(pattern, set.replace('g', '')).test(input),
      );
    }),
    { numRuns: Number(process.env.EXPR_RUNS ?? 100) },
  );
}, 600_000);

/** A text that counts how often the engine looks at one of its characters. */
class CountingText extends String {
  looks = 0;

  override charCodeAt(at: number): number {
    this.looks += 1;
    return super.charCodeAt(at);
  }
}

/** How often the engine looks at characters, over what a search for all matches is charged for when the regex is steady. */
const looksPerPaid = (pattern: string, text: string): number => {
  const engine = RE2JS.compile(emit(read(pattern, { unicode: false, dotAll: false, ignoreCase: false }), false), 0);
  const counted = new CountingText(text);
  const matcher = engine.matcher(MatcherInput.utf16(counted));
  let matches = 0;
  while (matcher.find()) matches += 1;
  return counted.looks / ((text.length + matches * engine.programSize()) * engine.programSize());
};

test('a steady regex, looking for all its matches, looks at each character a few times only', () => {
  const unit = fc
    .array(fc.constantFrom('a', 'b', 'c', '1', '-', ' ', '.', '\n'), { minLength: 1, maxLength: 4 })
    .map((all) => all.join(''));
  let steady = 0;
  fc.assert(
    fc.property(source.all, unit, unit, (pattern, one, other) => {
      if (!isSteady(read(pattern, { unicode: false, dotAll: false, ignoreCase: false }), false)) return;
      steady += 1;
      const text = `${other}${one.repeat(600)}${other}${one.repeat(200)}`;
      expect(looksPerPaid(pattern, text), `${pattern} on ${one}`).toBeLessThan(3);
    }),
    { numRuns: Number(process.env.EXPR_RUNS ?? 200) },
  );
  expect(steady).toBeGreaterThan(50);
  expect(looksPerPaid('a[^b]*b|c', 'ac'.repeat(800))).toBeGreaterThan(10);
}, 600_000);

describe('what is steady', () => {
  const steady = (pattern: RegExp): boolean =>
    isSteady(
      read(pattern.source, { unicode: pattern.unicode, dotAll: pattern.dotAll, ignoreCase: pattern.ignoreCase }),
      pattern.ignoreCase,
    );

  test.each([
    /\s+/,
    /\d+/,
    /[^a-z0-9]+/,
    /,\s*/,
    /"[^"]*"/,
    /<[^>]*>/,
    /\{\{(.*?)\}\}/,
    /\[(.*?)\]\((.*?)\)/,
    /[\w.+]+@\w+\.\w+/,
    /\b\w+\b/,
    /https?:\/\/\S+/,
    /(\d+)-(\d+)/,
    /foo|bar/,
  ])('%s is', (pattern) => expect(steady(pattern)).toBe(true));

  test.each([/a(?:.*b)?/, /.*x/, /a+b*c+|a/, /\s+$/, /(a+)+b/, /a.*b|a/, /a[^b]*b|c/])('%s is not', (pattern) =>
    expect(steady(pattern)).toBe(false),
  );
});

describe('what is refused', () => {
  test.each([
    '/a(?=b)/',
    '/a(?!b)/',
    '/(?<=a)b/',
    '/(?<!a)b/',
    '/(a)\\1/',
    '/(?<x>a)\\k<x>/',
    '/a{1001}/',
    '/(?:a{1000}){1000}/',
    '/\\p{L}/',
    '/a/y',
    '/a/d',
    `/${'a'.repeat(1001)}/`,
    `/${'('.repeat(60)}a${')'.repeat(60)}/`,
  ])('%s is a Problem with its position', (regex) => {
    const { problems } = compile(`x {{ ${regex}.test('a') }}`, 'value');
    expect(problems[0]?.code).toMatch(/^expr\.(regex|too_deep)$/);
    expect(problems[0]?.text).toMatch(/\(line 1, column \d+\)$/);
  });

  test.each([
    ...SCRIPTS,
    ...'L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po S Sm Sc Sk So Z Zs Zl Zp C Cc Cf Co'.split(' '),
  ])('the Unicode property %s is known to the engine', (name) => {
    const property = SCRIPTS.has(name) ? `Script=${name}` : name;
    expect(run(`/^\\p{${property}}?\\P{${property}}?$/u.test('')`)).toBe(true);
  });

  test('Unicode properties work with the flag u', () => {
    expect(run("'aé1漢'.match(/\\p{L}+/gu)")).toEqual(['aé', '漢']);
    expect(run("'x'.match(/\\p{Emoji}/u)")).toBe('expr.regex');
  });
});

test('white space and line ends are those of JavaScript', () => {
  const odd = '\u00a0\u2003\ufeff\v\u2028x';
  expect(run('input.replace(/\\s/g, "_")', odd)).toBe(odd.replace(/\s/g, '_'));
  expect(run('input.replace(/./g, "_")', 'a\r\u2028\n')).toBe('a\r\u2028\n'.replace(/./g, '_'));
});

test('named groups are read from groups, and unmatched ones are missing', () => {
  expect(run("'2026-03'.match(/(?<year>\\d+)-(?<month>\\d+)(?<day>-\\d+)?/).groups")).toEqual({
    year: '2026',
    month: '03',
    day: null,
  });
  expect(run("'ab'.replace(/(?<a>a)(?<b>b)/, '$<b>$<a>$<c>')")).toBe('ba');
  expect(run("'ab'.replace(/(?<a>a)/, (m, a, at, text, { a: named }) => named + at + text)")).toBe('a0abb');
});

test('a text made to make other engines backtrack costs no more than its length', () => {
  const attack = `${'a'.repeat(2000)}!`;
  const budget = newBudget();
  const { compiled } = compile('{{ /^(a+)+$/.test(input) }}');
  expect(evaluate(compiled, scope(attack), budget)).toEqual({ ok: true, value: false });
  expect(budget.used).toBeLessThan(20_000);
});
