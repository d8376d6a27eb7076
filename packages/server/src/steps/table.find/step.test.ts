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

test('what is asked is handed on as data, and a refusal is the step’s', async () => {
  const asked: unknown[] = [];
  const tables = {
    ...noTables(none),
    find: async (...all: unknown[]) => (asked.push(all), { value: { rows: [ROW], next: 'c' } }),
  };
  const where = [{ column: 'a', is: 'eq', value: 1 }];
  const input = { table: 'people', where, match: 'any', sort: { column: 'a', order: 'desc' }, limit: 5, cursor: 'b' };
  expect((await trial(step, input, { tables })).outcome).toMatchObject({
    kind: 'done',
    value: { rows: [ROW], next: 'c' },
  });
  expect(asked).toEqual([
    ['people', { where, match: 'any', sort: { column: 'a', order: 'desc' }, limit: 5, cursor: 'b' }],
  ]);
  expect((await trial(step, { table: 'people' })).outcome).toMatchObject({ kind: 'problem', sent: 'no' });
  expect(step.input.safeParse({ table: 'people', where: [{ column: 'a', is: 'sql', value: 1 }] }).success).toBe(false);
});

test('the power asked for is to read what is named plainly, or any where an expression names it', () => {
  const asked = (name: unknown) =>
    (step.needs?.({ table: name }) ?? []).map(({ scope, computed }) => [scope, computed]);
  expect(asked('people')).toEqual([['read table people', undefined]]);
  expect(asked('{{ input.name }}')).toEqual([['read table *', true]]);
  expect(asked('no name')).toEqual([]);
});
