import fc from 'fast-check';
import { expect, test } from 'vitest';
import { guessed, mapped, named, readFile } from './read-file.ts';
import { draftOf, emptyRow, faultsOf, readValue, rowsOf, showValue } from './rows.ts';
import { draftOfScore, newScore, readScore } from './scores.ts';

test('RO1 what is read of what was shown of a value is that value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const plain = JSON.parse(JSON.stringify(value)) as unknown;
      expect(readValue(showValue(plain))).toEqual({ ok: true, value: plain });
    }),
  );
  for (const text of ['', ' ', 'Hello Ada', '{"a"', '12', 'null', '"x"', 'a\r\nb', ' 5 '])
    expect(readValue(showValue(text))).toEqual({ ok: true, value: text });
  expect([showValue('Hello Ada'), showValue('12'), showValue(12)]).toEqual(['Hello Ada', '"12"', '12']);
});

test('RO2 what begins as JSON and is none is told, and so are rows without a name of their own', () => {
  const row = draftOf({ name: 'a', input: {} });
  const rows = [
    { ...row, id: '1', input: '{"a": 1' },
    { ...row, id: '2', expected: '[1,' },
    { ...row, id: '3', name: ' ', criteria: 'x'.repeat(10_001) },
  ];
  expect(faultsOf(rows).map(({ row: id, part, fault }) => `${id} ${part} ${fault}`)).toEqual([
    '1 input json',
    '2 name twice',
    '2 expected json',
    '3 name unnamed',
    '3 criteria long',
  ]);
});

test('rows are sent as they were read, and what is not written is left out', () => {
  const rows = [
    { name: 'Ada', input: { name: 'Ada' }, expected: 'Hello Ada' },
    { name: 'null', input: null, expected: null, criteria: 'is kind' },
  ];
  expect(rowsOf(rows.map(draftOf))).toEqual(rows);
  expect(rowsOf([emptyRow([], 'Row')])).toEqual([{ name: 'Row 1', input: {} }]);
});

const taken = (text: string) => {
  const read = readFile(text);
  if (read.is === 'nothing') return read.why;
  return rowsOf(named(read.is === 'rows' ? read.rows : mapped(read.cells, guessed(read.cells)), [], 'Row'));
};

test('a CSV is read by the names of its columns, and without an input what is left is the input', () => {
  expect(taken('Name;Input;Expected\nAda;"{""a"":1}";yes\n;text;\n')).toEqual([
    { name: 'Ada', input: { a: 1 }, expected: 'yes' },
    { name: 'Row 1', input: 'text' },
  ]);
  expect(taken('city,zip,total,expected\nBerne,03012,12.5,"{""is"":true}"\n')).toEqual([
    { name: 'Row 1', input: { city: 'Berne', zip: '03012', total: 12.5 }, expected: { is: true } },
  ]);
});

test('JSON is read as a list of rows or of inputs, as evals.json, and a line a row', () => {
  const ada = { name: 'Ada', input: { name: 'Ada' }, expected: 'Hello Ada' };
  expect(taken(JSON.stringify([ada, { name: 'no row' }]))).toEqual([ada, { name: 'Row 1', input: { name: 'no row' } }]);
  expect(taken(JSON.stringify({ rows: [{ ...ada, http: [] }], scores: [] }))).toEqual([ada]);
  expect(taken(`${JSON.stringify(ada)}\n${JSON.stringify({ ...ada, name: 'Eve' })}\n`)).toEqual([
    ada,
    { ...ada, name: 'Eve' },
  ]);
  expect(['', '{"a":', '{"a":1}', '[]', 'name,input\n'].map(taken)).toEqual(['none', 'json', 'list', 'none', 'none']);
});

test('scores are read from the form as they were written into it', () => {
  const scores = [
    { kind: 'exact' as const, part: 'answer.text', threshold: 0.5 },
    { kind: 'schema' as const, schema: { type: 'string' } },
    { kind: 'judge' as const, flow: 'fl_1', criteria: 'is kind' },
  ];
  expect(scores.map(draftOfScore).map(readScore)).toEqual(scores.map((value) => ({ ok: true, value })));
  expect(readScore(newScore('judge'))).toEqual({ ok: false, fault: 'flow' });
  expect(readScore({ ...newScore('schema'), schema: '[]' })).toEqual({ ok: false, fault: 'schema' });
  expect(readScore({ ...newScore(), part: 'a b' })).toEqual({ ok: false, fault: 'part' });
});
