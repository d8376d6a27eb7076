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

test('rows are changed by id or by conditions, and never without one of the two', async () => {
  const asked: unknown[] = [];
  const tables = { ...noTables(none), change: async (...all: unknown[]) => (asked.push(all), { value: [ROW] }) };
  const where = [{ column: 'a', is: 'filled' }];
  expect((await trial(step, { table: 'p', id: 'row_1', values: { a: 1 } }, { tables })).outcome).toMatchObject({
    value: { count: 1, rows: [ROW] },
  });
  await trial(step, { table: 'p', where, match: 'any', values: { a: 1 } }, { tables });
  expect(asked).toEqual([
    ['p', { id: 'row_1' }, { a: 1 }],
    ['p', { where, match: 'any' }, { a: 1 }],
  ]);
  for (const input of [
    { table: 'p', values: {} },
    { table: 'p', where: [], values: {} },
    { table: 'p', where, id: 'x', values: {} },
  ])
    expect(step.input.safeParse(input).success).toBe(false);
});

test('the power asked for is to write what is named plainly, or any where an expression names it', () => {
  const asked = (name: unknown) =>
    (step.needs?.({ table: name }) ?? []).map(({ scope, computed }) => [scope, computed]);
  expect(asked('people')).toEqual([['write table people', undefined]]);
  expect(asked('{{ input.name }}')).toEqual([['write table *', true]]);
  expect(asked('no name')).toEqual([]);
});
