import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linesOf, MOST_CELLS, readCells as readWithin, writeLine } from './csv.ts';

const readCells = (text: string, separator?: string) => readWithin(text, 10_000, separator);

test('lines are read as RFC 4180 writes them: quoted cells hold separators, quotes and line ends', () => {
  expect(readCells('a,b\r\n"x, y","he said ""no"""\r\n"two\nlines",\n')).toEqual([
    ['a', 'b'],
    ['x, y', 'he said "no"'],
    ['two\nlines', ''],
  ]);
  expect(readCells('')).toEqual([]);
  expect(readCells('\ufeffa\n\n\nb')).toEqual([['a'], ['b']]);
});

test('the separator is the one that the first line has most of, and a quote within a cell is a sign like others', () => {
  expect(readCells('name;price\nrope;1,50\n')).toEqual([
    ['name', 'price'],
    ['rope', '1,50'],
  ]);
  expect(readCells('a\tb,c\n1\t2')).toEqual([
    ['a', 'b,c'],
    ['1', '2'],
  ]);
  expect(readCells('5" rope,x\n')).toEqual([['5" rope', 'x']]);
  expect(readCells('a,b\n"left open, \nto the end')).toEqual([['a', 'b'], ['left open, \nto the end']]);
});

test('what is written is read back as it was', () => {
  // A line of one empty cell is an empty line, which is none.
  const sign = fc.constantFrom('a', '"', ',', ';', '\t', '\n', '\r', ' ', 'é', '😀');
  const cell = fc.string({ unit: sign, maxLength: 12 });
  const lines = fc.array(fc.array(cell, { minLength: 2, maxLength: 5 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(lines, (rows) => {
      expect(readCells(rows.map(writeLine).join(''), ',')).toEqual(rows);
    }),
  );
});

test('a text of separators alone is told to be too much before it is all cells', () => {
  const wide = ','.repeat(1_000_000);
  expect([...linesOf(`a,b\n${wide}`)]).toEqual([['a', 'b'], null]);
  expect([...linesOf(wide)]).toEqual([null]);
  expect(readWithin('a,b\n'.repeat(100), 199)).toBeNull();
  expect(readWithin('a,b\n'.repeat(100), 200)).toHaveLength(100);
  expect([...linesOf(','.repeat(MOST_CELLS - 2))].map((line) => line?.length)).toEqual([MOST_CELLS - 1]);
});

test('what is long is one cell, and what ends a line within it is told as it stands', () => {
  const long = 'x'.repeat(2_000_000);
  expect(readCells(`"${long}""",b`)).toEqual([[`${long}"`, 'b']]);
  expect(readCells('a\rb,c\r\n"d"\r\n,\r\n')).toEqual([['a\rb', 'c'], ['d'], ['', '']]);
  expect(readCells('a,')).toEqual([['a', '']]);
  expect(readCells('a,""\n""')).toEqual([['a', '']]);
});
