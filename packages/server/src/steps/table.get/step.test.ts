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

test('a row is had by its id or by a column, null where there is none, and a Problem where there are several', async () => {
  const found = (rows: readonly (typeof ROW)[]) => ({
    tables: {
      ...noTables(none),
      get: async () => ({ value: ROW }),
      find: async () => ({ value: { rows, next: null } }),
    },
  });
  const by = { table: 'people', column: 'a', value: 1 };
  expect((await trial(step, { table: 'people', id: 'row_1' }, found([]))).outcome).toMatchObject({ value: ROW });
  expect((await trial(step, by, found([ROW]))).outcome).toMatchObject({ value: ROW });
  expect((await trial(step, by, found([]))).outcome).toMatchObject({ value: null });
  expect((await trial(step, by, found([ROW, ROW]))).outcome).toMatchObject({
    problem: { code: 'table.match' },
    sent: 'no',
  });
  for (const input of [{ table: 'a' }, { ...by, id: 'x' }, { table: 'a', column: 'b' }])
    expect(step.input.safeParse(input).success).toBe(false);
});

test('the power asked for is to read what is named plainly, or any where an expression names it', () => {
  const asked = (name: unknown) =>
    (step.needs?.({ table: name }) ?? []).map(({ scope, computed }) => [scope, computed]);
  expect(asked('people')).toEqual([['read table people', undefined]]);
  expect(asked('{{ input.name }}')).toEqual([['read table *', true]]);
  expect(asked('no name')).toEqual([]);
});
