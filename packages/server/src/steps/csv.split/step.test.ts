import fc from 'fast-check';
import Papa from 'papaparse';
import { type FileRef, trial, trialFiles } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step as parse } from '../csv.parse/step.ts';
import { step } from './step.ts';

type Split = { columns: readonly string[] | null; separator: string; parts: readonly FileRef[] };

const split = async (text: string, more: object = {}, piece = 1000) => {
  const files = trialFiles(new Map([['a.csv', text]]), piece);
  const { outcome } = await trial(step, { path: 'a.csv', ...more }, { files });
  return { files, outcome };
};

/** What all parts hold, read one by one as an each block does. */
const readAll = async (text: string, more: object = {}, piece = 1000) => {
  const { files, outcome } = await split(text, more, piece);
  if (outcome.kind !== 'done') throw new Error(outcome.kind);
  const { columns, separator, parts } = outcome.value as Split;
  const found: unknown[] = [];
  for (const from of parts) {
    const read = await trial(parse, { from, separator, columns: columns ?? ['a', 'b'] }, { files });
    if (read.outcome.kind !== 'done') throw new Error(read.outcome.kind);
    found.push(...(read.outcome.value as unknown[]));
  }
  return { parts, columns, separator, found };
};

test('the parts together hold every record once, in order, and none cuts a record', async () => {
  const rows = Array.from({ length: 400 }, (_, i) => `${i},"line ${i}\nand ""more"", ${'x'.repeat(i % 50)}"`);
  const { parts, columns, found } = await readAll(`n,text\n${rows.join('\n')}\n`, { size: 2048 });
  expect(parts.length).toBeGreaterThan(5);
  expect(columns).toEqual(['n', 'text']);
  expect(found.map((row) => Number((row as { n: string }).n))).toEqual(Array.from({ length: 400 }, (_, i) => i));
});

test('without a header the first line is a record, and what stands between cells is found all the same', async () => {
  const { columns, separator, found } = await readAll('1;2\n3;4', { header: false });
  expect([columns, separator, found]).toEqual([
    null,
    ';',
    [
      { a: '1', b: '2' },
      { a: '3', b: '4' },
    ],
  ]);
});

test('a header alone, or nothing at all, has no parts', async () => {
  expect((await split('a,b\n')).outcome).toMatchObject({ value: { columns: ['a', 'b'], parts: [] } });
  expect((await split('a,b')).outcome).toMatchObject({ value: { columns: ['a', 'b'], parts: [] } });
  expect((await split('')).outcome).toMatchObject({ value: { columns: [], parts: [] } });
});

test('parts of a part lie within it', async () => {
  const { files, outcome } = await split(`a,b\n${'1,2\n'.repeat(2000)}`, { size: 4096 });
  const { parts } = (outcome.kind === 'done' ? outcome.value : null) as Split;
  const again = await trial(step, { from: parts[1], size: 1024, header: false }, { files });
  const inner = (again.outcome.kind === 'done' ? again.outcome.value : null) as Split;
  expect([inner.parts[0]?.from, inner.parts.at(-1)?.to]).toEqual([parts[1]?.from, parts[1]?.to]);
});

test('wherever pieces end, the cuts are the same and nothing is lost', async () => {
  const cell = fc.oneof(fc.string({ maxLength: 30 }), fc.constantFrom('"', ',', '\n', 'é', '😀'.repeat(20)));
  const table = fc.array(fc.tuple(cell, cell), { minLength: 30, maxLength: 120 });
  await fc.assert(
    fc.asyncProperty(table, fc.integer({ min: 1, max: 40 }), async (rows, piece) => {
      const data = rows.map((row) => row.map((one) => one.replaceAll('\r', '') || 'x'));
      const text = Papa.unparse({ fields: ['a', 'b'], data }, { newline: '\n' });
      const whole = await trial(parse, { text, separator: ',' });
      const { found } = await readAll(text, { size: 1024, separator: ',' }, piece);
      expect(found).toEqual(whole.outcome.kind === 'done' ? whole.outcome.value : null);
    }),
    { numRuns: 40 },
  );
});
