import { noTables, problem, trial } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

const none = problem('power.missing', 'not lent');
const ROW = {
  id: 'row_1',
  version: 1,
  created: '2026-01-01T00:00:00.000Z',
  updated: '2026-01-01T00:00:00.000Z',
  values: {},
};

test('one row or several are handed on together', async () => {
  const asked: unknown[] = [];
  const tables = {
    ...noTables(none),
    add: async (...all: unknown[]) => (asked.push(all), { value: [{ ...ROW, made: true }] }),
  };
  const given = { table: 'people', by: 'email' };
  expect((await trial(step, { ...given, values: { a: 1 } }, { tables })).outcome).toMatchObject({
    value: { row: { id: 'row_1', made: true }, rows: [{ id: 'row_1' }] },
  });
  await trial(step, { ...given, rows: [{ a: 1 }, { a: 2 }] }, { tables });
  expect(asked).toEqual([
    ['people', [{ a: 1 }], ['email']],
    ['people', [{ a: 1 }, { a: 2 }], ['email']],
  ]);
  for (const input of [given, { ...given, values: {}, rows: [] }])
    expect(step.input.safeParse(input).success).toBe(false);
  expect((await trial(step, { ...given, values: {} })).outcome).toMatchObject({ kind: 'problem' });
});

test('the power asked for is to write what is named plainly, or any where an expression names it', () => {
  const asked = (name: unknown) =>
    (step.needs?.({ table: name }) ?? []).map(({ scope, computed }) => [scope, computed]);
  expect(asked('people')).toEqual([['write table people', undefined]]);
  expect(asked('{{ input.name }}')).toEqual([['write table *', true]]);
  expect(asked('no name')).toEqual([]);
});
