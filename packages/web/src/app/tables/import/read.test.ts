import { readCells } from '@headgate/core';
import { expect, test } from 'vitest';
import type { ColumnShown } from '../conditions.ts';
import { batches, guessed, hasHeads, Judge, textOf } from './read.ts';

const COLUMNS: readonly ColumnShown[] = [
  { name: 'email', type: 'text', unique: true, required: true },
  { name: 'Größe', type: 'number' },
  { name: 'kind', type: 'choice', choices: ['a', 'b'], default: 'a', required: true },
];
const WORDS = { needed: 'needed', twice: (line: number) => `as in ${line}` };

const judged = (csv: string) => {
  const [first = [], ...rest] = readCells(csv, 1_000) ?? [];
  const judge = new Judge(COLUMNS, guessed(first, COLUMNS, hasHeads(first, COLUMNS)), WORDS);
  rest.forEach((cells, index) => judge.add(cells, index + 2));
  return judge.end();
};

test('IM1 columns are matched by their names whatever the case and the order, and cells are read as their columns hold', () => {
  const { lines, problems } = judged('Kind;GRÖSSE;größe;EMAIL\nb;9;1.5;a@x\n;;;b@x\n');
  expect(problems).toEqual([]);
  expect(lines).toEqual([
    { line: 2, values: { email: 'a@x', Größe: 1.5, kind: 'b' } },
    { line: 3, values: { email: 'b@x' } },
  ]);
});

test('IM2 what cannot be taken is told by line and column: no value, another type, no choice, the same twice', () => {
  const { lines, problems, wrong } = judged('email,größe,kind\n,1,a\na@x,tall,a\nb@x,1,c\nc@x,1,a\nc@x,2,a\n');
  expect(problems.map(({ line, column }) => [line, column])).toEqual([
    [2, 'email'],
    [3, 'Größe'],
    [4, 'kind'],
    [6, 'email'],
  ]);
  expect([lines.length, wrong, problems[3]?.text]).toEqual([1, 4, 'as in 5']);
  expect(JSON.stringify(problems)).not.toContain('tall');
});

test('a CSV without names is taken in the order of the columns, and one of no UTF-8 as Windows writes it', () => {
  expect(hasHeads(['a@x', '1'], COLUMNS)).toBe(false);
  expect(guessed(['a@x', '1'], COLUMNS, false)).toEqual([0, 1, null]);
  expect(textOf(new Uint8Array([0x47, 0x72, 0xf6, 0xdf, 0x65]))).toBe('Größe');
  expect(textOf(new TextEncoder().encode('Größe'))).toBe('Größe');
});

test('portions hold a thousand rows at most, and no more text than a call takes', () => {
  const many = Array.from({ length: 2_500 }, (_, line) => ({ line, values: { email: 'x' } }));
  expect(batches(many).map((some) => some.length)).toEqual([1_000, 1_000, 500]);
  const large = Array.from({ length: 100 }, (_, line) => ({ line, values: { email: 'x'.repeat(9_000) } }));
  const parts = batches(large);
  expect(parts.flat()).toEqual(large);
  for (const part of parts) expect(JSON.stringify(part.map(({ values }) => values)).length).toBeLessThan(600_000);
});
