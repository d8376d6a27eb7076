import { expect, test } from 'vitest';
import { globOf } from './glob.ts';

test.each([
  ['*.csv', 'march.csv', true],
  ['*.csv', 'a/march.csv', false],
  ['**/*.csv', 'march.csv', true],
  ['**/*.csv', 'a/b/march.csv', true],
  ['**', 'a/b', true],
  ['in/**', 'in/a/b', true],
  ['in/**', 'out/a', false],
  ['in/**/x', 'in/x', true],
  ['in/**/x', 'in/a/b/x', true],
  ['in/**/x', 'in/a/b/y', false],
  ['report-??.pdf', 'report-07.pdf', true],
  ['report-??.pdf', 'report-7.pdf', false],
  ['a.b', 'axb', false],
  ['[a]', 'a', false],
  ['*', '', true],
  ['', 'a', false],
  ['😀?', '😀é', true],
])('%s on %s: %s', (pattern, path, is) => {
  expect(globOf(pattern)(path)).toBe(is);
});

test('GL1 a pattern made to be tried again and again has its answer', () => {
  expect(globOf(`${'*a'.repeat(99)}b`)('a'.repeat(500))).toBe(false);
  expect(globOf(`${'**/a/'.repeat(40)}b`)('a/'.repeat(250))).toBe(false);
});
