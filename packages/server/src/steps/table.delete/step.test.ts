import { noTables, problem, trial } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

const none = problem('power.missing', 'not lent');

test('rows are deleted by id or by conditions, and never without one of the two', async () => {
  const asked: unknown[] = [];
  const tables = { ...noTables(none), remove: async (...all: unknown[]) => (asked.push(all), { value: 3 }) };
  const where = [{ column: 'a', is: 'filled' }];
  expect((await trial(step, { table: 'p', where }, { tables })).outcome).toMatchObject({ value: { count: 3 } });
  await trial(step, { table: 'p', id: 'row_1' }, { tables });
  expect(asked).toEqual([
    ['p', { where }],
    ['p', { id: 'row_1' }],
  ]);
  for (const input of [{ table: 'p' }, { table: 'p', where: [] }, { table: 'p', where, id: 'x' }])
    expect(step.input.safeParse(input).success).toBe(false);
});

test('the power asked for is to write what is named plainly, or any where an expression names it', () => {
  const asked = (name: unknown) =>
    (step.needs?.({ table: name }) ?? []).map(({ scope, computed }) => [scope, computed]);
  expect(asked('people')).toEqual([['write table people', undefined]]);
  expect(asked('{{ input.name }}')).toEqual([['write table *', true]]);
  expect(asked('no name')).toEqual([]);
});
