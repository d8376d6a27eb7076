/**
 * Budget: what expressions made to be expensive may use. Counts are exact and asserted as such; time
 * is asserted with a wide margin, since a test machine is shared: about 5 ms is meant.
 */
import { describe, expect, test } from 'vitest';
import { DEFAULT_OPERATIONS, newBudget } from './budget.ts';
import { compile, evaluate } from './template.ts';

const big = 'abcdefghij klmnop,'.repeat(60_000);
const list = Array.from({ length: 20_000 }, (_, i) => i);
const objects = Array.from({ length: 5000 }, (_, i) => ({ id: i, name: `n${i}`, price: i * 1.5 }));
const input = {
  big,
  list,
  objects,
  middle: big.slice(0, 20_000),
  words: big.slice(0, 20_000).split(' '),
  same: 'a'.repeat(100_000),
  some: 'a'.repeat(10_000),
  blank: ' '.repeat(100_000),
  accents: 'éàü漢字'.repeat(20_000),
  json: JSON.stringify(objects),
  keys: `{${Array.from({ length: 12_000 }, (_, i) => `"q${i}":1`).join(',')}}`,
  dictionary: Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`k${i}`, i])),
};

const scope = {
  get: (root: string): unknown => (root === 'now' ? 1_772_706_030_000 : input),
  step: () => input,
  problem: () => null,
};

const run = (code: string, operations?: number) => {
  const { compiled, problems } = compile(`{{ ${code} }}`, 'value');
  expect(problems, code).toEqual([]);
  const budget = newBudget(operations);
  const start = performance.now();
  const result = evaluate(compiled, scope, budget);
  return { result, used: budget.used, milliseconds: performance.now() - start };
};

const bombs = [
  "'x'.repeat(2e8)",
  "'x'.repeat(1e300)",
  "'x'.padStart(1e9)",
  "'x'.padEnd(1e15)",
  'Array.from({ length: 1e9 })',
  'Array.from({ length: 1e300 })',
  'input.list.map(a => input.list.map(b => input.list.map(c => c)))',
  "input.list.reduce((a, b) => a + a, 'xx')",
  'input.list.slice(0, 100).reduce((a, b) => [a, a], 1)',
  'input.list.reduce((a, b) => [...a, b], [])',
  'input.list.reduce((a, b) => ({ ...a, [b]: b }), {})',
  `[1, 2]${'.map(a => [a, a])'.repeat(40)}`,
  `JSON.stringify([1]${'.map(a => [a, a])'.repeat(40)})`,
  `String([1]${'.map(a => [a, a])'.repeat(40)})`,
  'input.list.map(i => input.objects)',
  'input.list.map(i => input.same + i)',
  'input.list.map(i => (input.same + i)[0])',
  "input.list.map(i => input.same === input.same + '')",
  "input.same.replaceAll('a', '$`')",
  "input.same.replaceAll('a', input.same)",
  'input.list.join(input.same)',
  "input.same.indexOf('a'.repeat(500) + 'b' + 'a'.repeat(500))",
  "input.same.lastIndexOf('b' + 'a'.repeat(500))",
  'input.same.match(/(a?){30}a{30}b/)',
  'input.same.match(/(a|aa)+c|x/)',
  'input.blank.match(/\\s+$/)',
  'JSON.stringify(input)',
  'JSON.parse(input.keys)',
  'input.list.flatMap(i => input.list)',
  "'ac'.repeat(5000).match(/a[^b]*b|c/g)",
];

test.each(bombs)('%s ends in expr.budget', (code) => {
  expect(run(code).result).toMatchObject({ ok: false, problem: { code: 'expr.budget', at: { field: 'value' } } });
});

const dear = [
  ...bombs,
  'Array.from({ length: 60000 }, (_, i) => i)',
  'input.list.sort()',
  'input.list.sort((a, b) => b - a)',
  'input.words.sort()',
  'input.list.map(i => String(i * 1.1))',
  'input.list.map(i => ({ i }))',
  'input.list.map(i => ({ [`k${i}`]: 1 }))',
  'input.list.map(i => [[[[i]]]])',
  "input.same.split('')",
  "input.big.split(' ')",
  'input.middle.split(/[ ,]/)',
  'input.big.toUpperCase()',
  'input.accents.slice(0, 60_000).toUpperCase()',
  "'ΐ'.repeat(60_000).toUpperCase()",
  "input.accents.normalize('NFD')",
  "input.same.replaceAll('a', 'bbbb')",
  "input.same.replaceAll('aa', x => x)",
  "input.some.replace(/a/g, 'b')",
  "input.some.replace(/(a)(a)/g, '$2$1')",
  "input.some.replace(/a(?:.*b)?/g, 'c')",
  'input.middle.matchAll(/\\w+/g)',
  "input.middle.replace(/[^a-z]+/g, '-')",
  'input.words.map(w => w.match(/(\\w)(\\w)/))',
  'input.words.filter(w => /^a/.test(w))',
  'JSON.stringify(input.objects)',
  'JSON.parse(input.json)',
  'JSON.stringify(input.dictionary)',
  'Object.entries(input.dictionary)',
  'Object.keys(input.dictionary).map(k => input.dictionary[k])',
  "Object.fromEntries(input.list.map(i => ['a' + i, i]))",
  'Object.groupBy(input.list, i => i)',
  'input.objects.map(o => ({ ...o }))',
  'input.objects.map(({ id, ...rest }) => rest)',
  '[...input.list, ...input.list, ...input.list]',
  'input.list.toSpliced(1, 0, ...input.list)',
  'input.list.map(i => now)',
  'input.list.map(i => now.plus({ days: i }))',
  'input.list.map(i => now.plus({ days: i }).toISO())',
  "input.list.map(i => now.setZone('Europe/Paris').plus({ days: i }).toFormat('yyyy-MM-dd HH:mm ZZZZ'))",
  "input.list.map(i => now.toFormat('MMMM EEEE DDDD'))",
  "input.list.map(i => now.diff(now.minus({ days: i }), ['months', 'days', 'hours']).toObject())",
  "input.list.map(i => DateTime.fromFormat('22 November 2025', 'd MMMM yyyy'))",
  "input.list.map(i => DateTime.fromISO('2025-11-22T10:20', { zone: 'Europe/Paris' }))",
  "input.list.map(i => i.toLocaleString('de-DE', { style: 'currency', currency: 'EUR' }))",
  'input.list.map(i => (i * 1.1).toFixed(80))',
  'input.list.map(i => (i * 1.1e-300).toString(2))',
  "input.words.map(w => w.localeCompare('abc', 'fr'))",
  'encodeURIComponent(input.accents)',
  'input.list.map(x => Math.max(x, 1, 2))',
  'input.objects.filter(o => o.price > 10).map(o => o.name)',
  'input.list.map((x, i) => input.list[i])',
  "input.list.map(i => 'a'.repeat(1000))",
];

/** Milliseconds of what a platform does at its own speed: ten thousand objects written as JSON and read back. */
const plainly = (): number => {
  const start = performance.now();
  JSON.parse(JSON.stringify(Array.from({ length: 10_000 }, (_, i) => ({ name: `n${i}`, price: i, tags: [i] }))));
  return performance.now() - start;
};

/** The dearest row was seen at 1.5 to 2.4 times what `plainly` takes, the others at up to 1.4. */
const TIMES = 3;

/**
 * How fast a shared machine is changes from minute to minute, so that a row and the floor are measured in turn, and the quickest of
 * several of each counts.
 */
test.each(dear)('%s ends within the budget and its time', (code) => {
  const runs = [run(code), run(code)];
  const floor = [plainly(), plainly()];
  const ratio = (): number => Math.min(...runs.map(({ milliseconds }) => milliseconds)) / Math.min(...floor);
  while (ratio() >= TIMES && runs.length < 12) {
    runs.push(run(code));
    floor.push(plainly());
  }
  for (const { result, used } of runs) if (result.ok) expect(used).toBeLessThanOrEqual(DEFAULT_OPERATIONS);
  expect(new Set(runs.map(({ used }) => used)).size).toBe(1);
  expect(ratio()).toBeLessThan(TIMES);
});

test.each([
  "'\\u0315\\u0300'.repeat(5000).normalize('NFC')",
  "('a' + '\\u0315'.repeat(5000) + '\\u0300'.repeat(5000)).localeCompare('a' + '\\u0300'.repeat(5000))",
])('rows of marks that the platform would take seconds to order are refused: %s', (code) => {
  const { result, milliseconds } = run(code);
  expect(result).toMatchObject({ ok: false, problem: { code: 'expr.value' } });
  expect(milliseconds).toBeLessThan(100);
});

test('a letter with several marks is put in order', () => {
  expect(run("'q\\u0307\\u0323'.normalize('NFC') === 'q\\u0323\\u0307'").result).toEqual({ ok: true, value: true });
});

describe('what ordinary work costs', () => {
  test.each([
    ['input.name', 10],
    ["'a'.repeat(10)", 20],
    ['[1, 2, 3].map(x => x * 2)', 40],
    ['input.objects.slice(0, 50).filter(o => o.price > 10).map(o => o.name)', 1000],
    ['input.objects.map(o => o.name)', 35_000],
    ["input.middle.replace(/,/g, ';').length", 20_000],
  ])('%s costs at most %d operations', (code, most) => {
    const { result, used } = run(code);
    expect(result.ok).toBe(true);
    expect(used).toBeLessThanOrEqual(most);
  });

  test('reading a value costs nothing for its size', () => {
    expect(run('input.objects').used).toBeLessThan(10);
    expect(run('input').used).toBeLessThan(10);
    expect(run('input.objects.slice(0, 4000)').used).toBeLessThan(400);
  });

  test('a cost grows with the items, not faster', () => {
    const cost = (n: number) => run(`input.objects.slice(0, ${n}).map(o => o.price * 2)`).used;
    expect((cost(4000) - cost(2000)) / (cost(2000) - cost(0))).toBeCloseTo(1, 1);
  });
});

describe('a budget', () => {
  test('refuses work that is not a number', () => {
    expect(() => newBudget(10).charge(Number.NaN)).toThrow('expr.budget');
    expect(() => newBudget(10).copy(Number.NaN)).toThrow('expr.budget');
  });

  test('of another size allows more or less', () => {
    expect(run('[1, 2, 3].map(x => x)', 5).result).toMatchObject({ ok: false, problem: { code: 'expr.budget' } });
    expect(run('input.list.map(i => input.list.length + i).length', 1_000_000).result).toEqual({
      ok: true,
      value: 20_000,
    });
  });

  test('never allows a text longer than the platform can hold', () => {
    expect(run("'x'.repeat(2e9)", 1e15).result).toMatchObject({ ok: false, problem: { code: 'expr.budget' } });
  });

  test('is shared by all fields of one value', () => {
    const { compiled } = compile(
      {
        a: '{{ input.objects.map(o => o.id) }}',
        b: '{{ input.objects.map(o => o.id) }}',
        c: ['{{ input.objects.map(o => ({ ...o })) }}'],
      },
      'with',
    );
    expect(evaluate(compiled, scope)).toMatchObject({
      ok: false,
      problem: { code: 'expr.budget', at: { field: 'with.c.0' } },
    });
  });
});
