/** What of documents is read here, and how much. */

import { expect, test } from 'vitest';
import { type Formats, KNOWLEDGE_LIMITS } from '@headgate/core';
import { readDocument } from './read.ts';

const formats: Formats = { run: () => Promise.reject(new Error('CSV needs no program')) };
const read = async (text: string) => {
  const bytes = new TextEncoder().encode(text);
  return readDocument(formats, 'a.csv', { size: bytes.length, read: async (from, to) => bytes.subarray(from, to) });
};

test('rows of CSV are read with the names of their columns, and those that say nothing are passed over', async () => {
  expect(await read('name,office\nAda,London\n,\nAlan,\n')).toEqual({
    ok: true,
    value: [
      { text: 'name: Ada\noffice: London\n', row: 2 },
      { text: 'name: Alan\n', row: 4 },
    ],
  });
});

test('DOS-02 a CSV of separators, of empty rows, or of a name that is said with each cell, is told to be too large', async () => {
  const large = { ok: false, problem: { code: 'knowledge.large' } };
  expect(await read(','.repeat(32 * 1024 * 1024))).toMatchObject(large);
  expect(await read(','.repeat(KNOWLEDGE_LIMITS.text))).toMatchObject(large);
  expect(await read(`a\n${'x\n'.repeat(KNOWLEDGE_LIMITS.ofDocument + 1)}`)).toMatchObject(large);
  expect(await read(`${'n'.repeat(1_000_000)}\n${'x\n'.repeat(19_000)}`)).toMatchObject({ ok: true });
  expect(await read(`a,b\n${',\n'.repeat(3_000_000)}`)).toMatchObject({ problem: { code: 'knowledge.format' } });
});
