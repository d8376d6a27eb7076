import fc from 'fast-check';
import Papa from 'papaparse';
import { trial, trialFiles } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { columnsOf, guessSeparator, recordsOf } from './records.ts';
import { step } from './step.ts';

const outcome = async (input: unknown) => (await trial(step, input)).outcome;
const items = async (text: string, more: object = {}): Promise<unknown> => {
  const done = await outcome({ text, ...more });
  return done.kind === 'done' ? done.value : done.kind === 'problem' ? done.problem.code : done.kind;
};

test('each line is an object by the names of the first, whatever ends lines and stands between cells', async () => {
  const expected = [
    { name: 'Ada', city: 'Paris, FR' },
    { name: 'Bo "B"', city: 'line\nbreak' },
  ];
  expect(await items('name,city\nAda,"Paris, FR"\n"Bo ""B""","line\nbreak"\n')).toEqual(expected);
  expect(await items('\ufeffname;city\r\nAda;"Paris, FR"\r\n"Bo ""B""";"line\nbreak"')).toEqual(expected);
  expect(await items('name\tcity\nAda\tParis, FR\n\n')).toEqual(expected.slice(0, 1));
  expect(await items('')).toEqual([]);
  expect(await items('a,b\n1\n1,2,3')).toEqual([
    { a: '1', b: '' },
    { a: '1', b: '2' },
  ]);
});

test('names of columns are told apart, and one like a part of objects is a name like any other', async () => {
  expect(columnsOf(['a', 'a', '', 'a_2', ' b '])).toEqual(['a', 'a_2', 'column_3', 'a_2_2', 'b']);
  const [row] = (await items('__proto__,constructor\n1,2')) as object[];
  expect(Object.entries(row ?? {})).toEqual([
    ['__proto__', '1'],
    ['constructor', '2'],
  ]);
  expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
});

test('columns of numbers are numbers, an empty cell is null, and anything else says where it stands', async () => {
  expect(await items('a,b\n1.5,x\n,y\n-2e3,z', { numbers: ['a'] })).toEqual([
    { a: 1.5, b: 'x' },
    { a: null, b: 'y' },
    { a: -2000, b: 'z' },
  ]);
  const done = await outcome({ text: 'a\n1\n1,5\n0x10', numbers: ['a'], separator: ';' });
  expect(done).toMatchObject({ problem: { code: 'csv.number', text: 'Record 2 holds no number in the column a.' } });
});

test('a condition picks records, and totals sum what it picked, as a whole or by group', async () => {
  const text = 'country,amount\nFR,1\nDE,2\nFR,3\nIT,\n';
  const item = (of: (row: { country: string; amount: number | null }) => unknown) => (row: unknown) => of(row as never);
  const more = { numbers: ['amount'], where: item(({ country }) => country !== 'DE') };
  expect(await items(text, more)).toMatchObject([{ country: 'FR' }, { country: 'FR' }, { country: 'IT' }]);
  const totals = {
    rows: { op: 'count' },
    sum: { op: 'sum', of: item(({ amount }) => amount) },
    least: { op: 'min', of: item(({ amount }) => amount) },
    last: { op: 'max', of: item(({ country }) => country) },
  };
  expect(await items(text, { ...more, totals })).toEqual({ rows: 3, sum: 4, least: 1, last: 'IT' });
  expect(await items(text, { ...more, totals, groupBy: item(({ country }) => country) })).toEqual([
    { group: 'FR', rows: 2, sum: 4, least: 1, last: 'FR' },
    { group: 'IT', rows: 1, sum: 0, least: null, last: 'IT' },
  ]);
  expect(await items(text, { totals: { sum: totals.sum } })).toBe('aggregate.value');
  expect(await items(text, { where: item(({ amount }) => amount) })).toBe('value.not_boolean');
});

test('quotes that nothing closes, or that stand in a cell, and what is no UTF-8 are problems', async () => {
  expect(await items('a,b\n1,"2\n3,4')).toBe('csv.quotes');
  expect(await items(`a\n"${'x'.repeat(1024 * 1024)}`)).toBe('csv.quotes');
  const files = trialFiles(new Map([['a', Uint8Array.of(0x61, 0x0a, 0xff)]]));
  expect((await trial(step, { path: 'a' }, { files })).outcome).toMatchObject({ problem: { code: 'file.text' } });
});

test('CSV of too many cells is no value, and sums of it are', async () => {
  const text = `a,b\n${'1,2\n'.repeat(300_000)}`;
  expect(await items(text)).toBe('csv.large');
  expect(await items(text, { totals: { rows: { op: 'count' } } })).toEqual({ rows: 300_000 });
});

test('the pieces in which bytes come make no difference', async () => {
  const cell = fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom('"', ',', '\n', '\r\n', 'é', '😀', ' '));
  const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 3 }), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(table, fc.integer({ min: 1, max: 7 }), async (rows, piece) => {
      const fields = ['a', 'b'];
      const data = rows.map((row) => row.map((one) => one.replaceAll('\r', '')));
      const bytes = new TextEncoder().encode(Papa.unparse({ fields, data }, { newline: '\n' }));
      const read = async (size: number): Promise<unknown[]> => {
        const found: unknown[] = [];
        const pieces = async function* () {
          for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
        };
        for await (const records of recordsOf(pieces(), ',')) found.push(...records);
        return found;
      };
      expect(await read(piece)).toEqual(await read(bytes.length));
    }),
    { numRuns: 200 },
  );
});

test('the separator is guessed from the first line, quotes apart', () => {
  expect(['a,b', 'a;b,c;d', '"a,b,c";d', 'a\tb', 'a|b', 'a'].map(guessSeparator)).toEqual([
    ',',
    ';',
    ';',
    '\t',
    '|',
    ',',
  ]);
});
