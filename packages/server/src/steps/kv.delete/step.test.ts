import { noValues, problem, trial } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

const none = problem('power.missing', 'not lent');

test('it says whether there was something', async () => {
  const values = { ...noValues(none), remove: async () => ({ value: true }) };
  expect((await trial(step, { key: 'k' }, { values })).outcome).toMatchObject({ value: { deleted: true } });
  expect((await trial(step, { key: 'k' })).outcome).toMatchObject({ kind: 'problem' });
});

test('the power asked for is to write what is named plainly, or any where an expression names it', () => {
  const asked = (name: unknown) =>
    (step.needs?.({ store: name }) ?? []).map(({ scope, computed }) => [scope, computed]);
  expect(asked('people')).toEqual([['write keys people', undefined]]);
  expect(asked('{{ input.name }}')).toEqual([['write keys *', true]]);
  expect(asked('no name')).toEqual([]);
});
