import { expect, test } from 'vitest';
import { fileNeeds } from './files.ts';
import { step } from './step.ts';

const scopes = (source: string): readonly (readonly [string, boolean])[] =>
  fileNeeds(source).map(({ scope, computed }) => [scope, computed === true]);

test('code asks for the files and folders that stand plainly in its calls, each once', () => {
  expect(scopes('can.readFile(\'in/a.csv\'); can.readFile("in/a.csv", {}); can.readFile(`b`)')).toEqual([
    ['read in/a.csv', false],
    ['read b', false],
  ]);
  expect(scopes('can.readFile(`in/2026/${name}.csv`)')).toEqual([['read in/2026/', false]]);
});

test('a path put together, or the function handed on, asks for any file', () => {
  for (const source of [
    'can.readFile(path)',
    "can.readFile('in/' + name)",
    'const { readFile } = can',
    '{{ input.code }}',
  ])
    expect([source, scopes(source)]).toEqual([source, [['read *', true]]]);
});

test('what a step gave needs no power, and reading leaves nothing behind that would forbid a second try', () => {
  expect(scopes('can.readReference(input)')).toEqual([]);
  expect(step.repeatable?.({ source: "can.readFile('a')" })).toBe(true);
  expect(step.repeatable?.({ source: "can.readFile('a'); can.fetch('https://a.example')" })).toBe(false);
});
