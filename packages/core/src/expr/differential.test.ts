/** Expressions against JavaScript itself: the same text, run by the engine of this test, must give the same JSON. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newBudget } from './budget.ts';
import { compile, evaluate } from './template.ts';

const input = {
  n: 7,
  zero: 0,
  half: -2.5,
  s: 'Hello, wörld 12',
  empty: '',
  yes: true,
  nul: null,
  nums: [3, -1, 2, 10, 9, 2],
  words: ['pear', 'Apple', 'fig', '', 'apple 2'],
  rows: [
    { id: 1, name: 'Ann', price: 12.5, tags: ['a', 'b'], nested: { ok: true } },
    { id: 2, name: 'Bob', price: 3, tags: [], nested: { ok: false } },
    { id: 3, name: 'Cy', price: 30, tags: ['c'] },
  ],
  object: { a: 1, b: 'two', c: [1, 2], 'odd key': null },
};

const scope = {
  get: (root: string): unknown => (root === 'input' ? input : null),
  step: () => null,
  problem: () => null,
};

type Kinds = {
  num: string;
  str: string;
  bool: string;
  nums: string;
  words: string;
  rows: string;
  row: string;
  any: string;
};

const quoted = (text: string): string => JSON.stringify(text).replaceAll('{{', '{ {').replaceAll('}}', '} }');

/** Expressions by the kind of value they give, so that what is generated is mostly meaningful. */
const grammar = fc.letrec<Kinds>((tie) => {
  const num = tie('num');
  const str = tie('str');
  const bool = tie('bool');
  const small = fc.integer({ min: -3, max: 6 });
  const word = fc.constantFrom('a', 'l', ', ', 'pp', '', 'Hello', 'ö', '1', 'o');
  const join = (...parts: (string | fc.Arbitrary<unknown>)[]): fc.Arbitrary<string> =>
    fc
      .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)))
      .map((made) => made.join(''));
  return {
    num: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(
        'input.n',
        'input.zero',
        'input.half',
        'input.s.length',
        'input.nums.length',
        '3',
        '0.1',
        '1e21',
        '(-0)',
        'NaN',
        'Infinity',
      ),
      small.map((n) => `(${n})`),
      join(
        '((',
        num,
        ')',
        fc.constantFrom(' + ', ' - ', ' * ', ' / ', ' % ', ' ** ', ' | ', ' & ', ' ^ ', ' << ', ' >> ', ' >>> '),
        '(',
        num,
        '))',
      ),
      join('(-(', num, '))'),
      join('(~(', num, '))'),
      join('(+(', fc.oneof(str, bool, num), '))'),
      join(
        'Math.',
        fc.constantFrom('abs', 'ceil', 'floor', 'round', 'trunc', 'sign', 'sqrt', 'log2', 'exp'),
        '(',
        num,
        ')',
      ),
      join('Math.', fc.constantFrom('max', 'min'), '(', num, ', ', num, ')'),
      join('Math.max(...', tie('nums'), ')'),
      join('parseInt(', str, ', 10)'),
      join('parseFloat(', str, ')'),
      join('Number(', fc.oneof(str, bool, num), ')'),
      join('(', str, ').', fc.constantFrom('indexOf', 'lastIndexOf'), '(', word.map(quoted), ')'),
      join('(', str, ').charCodeAt(', small, ')'),
      join('(', str, ').search(/[aeiou]l?/)'),
      join('(', tie('nums'), ').indexOf(', num, ')'),
      join('(', tie('nums'), ').reduce((a, b) => a + b, ', num, ')'),
      join('(', tie('words'), ').findIndex(w => w.length > ', num, ')'),
      join('(', bool, ' ? ', num, ' : ', num, ')'),
      join('(', fc.constantFrom('input.nul', 'input.missing', 'input.rows[1]?.nested?.none'), ' ?? ', num, ')'),
    ),
    str: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom('input.s', 'input.empty', 'input.object.b', 'input.rows[0].name', "input['words'][1]"),
      fc.string({ maxLength: 6 }).map(quoted),
      word.map(quoted),
      join('(', str, ' + ', fc.oneof(str, num, bool, tie('nums')), ')'),
      join('(', fc.oneof(num, bool, fc.constant('null'), fc.constant('undefined'), tie('words')), ' + ', str, ')'),
      join('`<${', fc.oneof(str, num, bool, tie('nums')), '}>`'),
      join(
        '(',
        str,
        ').',
        fc.constantFrom('trim', 'trimStart', 'trimEnd', 'toLowerCase', 'toUpperCase', 'toString'),
        '()',
      ),
      join('(', str, ').', fc.constantFrom('slice', 'substring'), '(', small, ', ', small, ')'),
      join(
        '(',
        str,
        ').',
        fc.constantFrom('padStart', 'padEnd'),
        '(',
        small.map((n) => n + 8),
        ', ',
        word.map(quoted),
        ')',
      ),
      join('(', str, ').repeat(', fc.integer({ min: 0, max: 3 }), ')'),
      join(
        '(',
        str,
        ').',
        fc.constantFrom('replace', 'replaceAll'),
        '(',
        word.map(quoted),
        ', ',
        fc.constantFrom('x', '[$&]', '$$', "$'", '$`', '$1', '$<a>').map(quoted),
        ')',
      ),
      join(
        '(',
        str,
        ').replace(',
        fc.constantFrom(
          '/l+/g',
          '/[aeiou]/',
          '/(.)(l)/g',
          '/\\s+/g',
          '/^/',
          '/x*/g',
          '/\\bw/',
          '/(?<first>[A-Z])/i',
          '/$/',
          '/[^a-z]/gi',
          '/(?:ö|l){2,}/',
        ),
        ', ',
        fc.constantFrom('-', '[$1]', '$&$&', '$<first>', '').map(quoted),
        ')',
      ),
      join('(', str, ').replace(/(l)(.)?/g, (m, a, b, at) => `${at}${b}${a}`)'),
      join('(', str, ').charAt(', small, ')'),
      join('(', tie('words'), ').join(', word.map(quoted), ')'),
      join('(', tie('nums'), ').join()'),
      join('String(', fc.oneof(num, bool, str, tie('nums'), tie('rows')), ')'),
      join('JSON.stringify(', fc.oneof(num, str, tie('nums'), tie('rows'), tie('words')), ')'),
      join('(', num, ').', fc.constantFrom('toFixed(2)', 'toString()', 'toString(2)', 'toPrecision(3)')).map(
        (text) => text,
      ),
      join(
        'typeof ',
        fc.oneof(num, str, bool, tie('nums'), fc.constant('input.nul'), fc.constant('input.missing')),
      ).map((text) => `(${text})`),
      join('encodeURIComponent(', fc.constantFrom('input.s', '"a b&ö"'), ')'),
      join('(', bool, ' ? ', str, ' : ', str, ')'),
    ),
    bool: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom('true', 'false', 'input.yes', '!input.nul', 'input.rows[0].nested.ok'),
      join('(', num, fc.constantFrom(' < ', ' <= ', ' > ', ' >= ', ' === ', ' !== ', ' == ', ' != '), num, ')'),
      join('(', str, fc.constantFrom(' < ', ' > ', ' === ', ' !== ', ' == ', ' != '), str, ')'),
      join(
        '(',
        fc.oneof(num, str, bool, fc.constantFrom('null', 'undefined', 'input.nul')),
        fc.constantFrom(' == ', ' != ', ' === ', ' < '),
        fc.oneof(num, str, bool, fc.constantFrom('null', 'undefined')),
        ')',
      ),
      join('(', bool, fc.constantFrom(' && ', ' || '), bool, ')'),
      join('(!', fc.oneof(num, str, bool), ')'),
      join('Boolean(', fc.oneof(num, str, bool, tie('nums')), ')'),
      join('(', str, ').', fc.constantFrom('includes', 'startsWith', 'endsWith'), '(', word.map(quoted), ')'),
      join('(', tie('nums'), ').', fc.constantFrom('includes'), '(', num, ')'),
      join('(', tie('nums'), ').', fc.constantFrom('some', 'every'), '(x => x > ', num, ')'),
      join(fc.constantFrom('/^[A-Z]/', '/\\d/', '/l{2}/', '/^$/', '/ö/'), '.test(', str, ')'),
      join('Number.isInteger(', num, ')'),
      join('isNaN(', fc.oneof(num, str), ')'),
      join('Array.isArray(', fc.oneof(tie('nums'), str), ')'),
      join('Object.hasOwn(input.object, ', fc.constantFrom('"a"', '"z"'), ')'),
    ),
    nums: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom('input.nums', '[]', '[1, 2, 3]', 'input.object.c'),
      join('[', num, ', ', num, ']'),
      join('[...', tie('nums'), ', ', num, ']'),
      join('(', tie('nums'), ').map(x => x * ', num, ')'),
      join('(', tie('nums'), ').map((x, i) => x + i)'),
      join('(', tie('nums'), ').filter(x => x ', fc.constantFrom('>', '<=', '!=='), ' ', num, ')'),
      join('(', tie('nums'), ').slice(', small, ', ', small, ')'),
      join(
        '(',
        tie('nums'),
        ').',
        fc.constantFrom(
          'toSorted()',
          'toSorted((a, b) => a - b)',
          'toReversed()',
          'flat()',
          'concat([1, [2]], 3)',
          'flatMap(x => [x, [x]])',
          'toSpliced(1, 2, 5)',
        ),
      ).map((text) => `(${text}).filter(x => typeof x === 'number')`),
      join('(', tie('words'), ').map(w => w.length)'),
      join('(', tie('rows'), ').map(({ price = 1, id }) => price + id)'),
      join('Array.from({ length: 3 }, (_, i) => i * ', num, ')'),
      join('(', tie('words'), ').map(Number)'),
    ),
    words: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom('input.words', '["x", "y"]', 'Object.keys(input.object)'),
      join(
        '(',
        str,
        ').split(',
        fc.oneof(word.map(quoted), fc.constantFrom('/[,\\s]+/', '/(l)/', '/(?:)/', '/x/')),
        ')',
      ).map((text) => `(${text}).map(w => w ?? '')`),
      join(
        '(',
        tie('words'),
        ').',
        fc.constantFrom(
          'filter(Boolean)',
          'toSorted()',
          'map(w => w.toUpperCase())',
          'concat("z")',
          'slice(1)',
          'filter((w, i, all) => all.indexOf(w) === i)',
        ),
      ),
      join('(', tie('rows'), ').map(r => r.name)'),
      join('(', str, ').match(/[a-z]+/g)').map((text) => `(${text} ?? [])`),
      join('[...(', str, ')]'),
    ),
    rows: fc.oneof(
      { depthSize: 'small' },
      fc.constant('input.rows'),
      join('(', tie('rows'), ').filter(r => r.price > ', num, ')'),
      join('(', tie('rows'), ').map(r => ({ ...r, total: r.price * ', num, ', [`k${r.id}`]: r.tags }))'),
      join('(', tie('rows'), ').toSorted((a, b) => b.price - a.price)'),
      join('[', tie('row'), ']'),
    ),
    row: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom('input.rows[0]', 'input.rows.at(-1)', 'input.rows.find(r => r.id === 2)'),
      join('{ ...', tie('row'), ', name: ', str, ', id: ', num, ', price: ', num, ', tags: ', tie('words'), ' }'),
    ),
    any: fc.oneof(
      num,
      str,
      bool,
      tie('nums'),
      tie('words'),
      tie('rows'),
      tie('row'),
      join('(', tie('row'), ').', fc.constantFrom('name', 'nested?.ok', 'missing', 'tags[0]', 'tags.length')),
      join('Object.entries(', tie('row'), ')'),
      join('Object.fromEntries((', tie('words'), ').map((w, i) => [w, i]))'),
      join('Object.values(', tie('row'), ')'),
      join('JSON.parse(JSON.stringify(', tie('rows'), '))'),
      join('(', tie('words'), ').reduce((all, w) => ({ ...all, [w]: (all[w] ?? 0) + 1 }), {})'),
      join('[...(', str, ').matchAll(/(l)(o)?/g)].map(m => [m[0], m[1], m[2], m.index])'),
    ),
  };
});

/** What a value is in JSON: the way out of an expression. */
const inJson = (value: unknown): unknown => {
  if (value === undefined) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : null;
  if (Array.isArray(value)) return Array.from(value, inJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inJson(inner)]));
};

type Answer = { readonly value: unknown } | { readonly threw: true };

const byJavaScript = (code: string): Answer => {
  try {
    // oxlint-disable-next-line eslint/no-new-func -- JavaScript itself is what this test compares with
    return { value: inJson(new Function('input', `'use strict'; return (${code});`)(structuredClone(input))) };
  } catch {
    return { threw: true };
  }
};

/** More on demand: EXPR_RUNS=50000. */
const RUNS = Number(process.env.EXPR_RUNS ?? 800);

test('what an expression gives is what JavaScript gives', () => {
  let compared = 0;
  fc.assert(
    fc.property(grammar.any, (code) => {
      const expected = byJavaScript(code);
      const { compiled, problems } = compile(`{{ ${code} }}`);
      expect(problems, code).toEqual([]);
      const before = JSON.stringify(input);
      const answer = evaluate(compiled, scope, newBudget());
      expect(JSON.stringify(input)).toBe(before);
      if ('threw' in expected) {
        expect(answer.ok, code).toBe(false);
      } else if (answer.ok) {
        compared += 1;
        expect(answer.value, code).toEqual(expected.value);
      } else {
        // Strictness is ours: nothing where a text or number is needed is a Problem here.
        expect(['expr.type', 'expr.budget'], `${code}: ${answer.problem.text}`).toContain(answer.problem.code);
      }
    }),
    { numRuns: RUNS },
  );
  expect(compared).toBeGreaterThan(RUNS / 2);
}, 600_000);
