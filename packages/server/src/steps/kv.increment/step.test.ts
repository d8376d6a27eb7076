import { noValues, problem, trial } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

const none = problem('power.missing', 'not lent');
const ENTRY = { key: 'k', version: 1, expires: null, updated: '2026-01-01T00:00:00.000Z' };

test('one is added where nothing else is said', async () => {
  const asked: unknown[] = [];
  const values = {
    ...noValues(none),
    increment: async (...all: unknown[]) => (asked.push(all), { value: { ...ENTRY, value: 3 } }),
  };
  expect((await trial(step, { key: 'k' }, { values })).outcome).toMatchObject({ value: { value: 3 } });
  await trial(step, { store: 'own', key: 'k', by: -2, ttl: '1s' }, { values });
  expect(asked).toEqual([
    ['main', 'k', 1, {}],
    ['own', 'k', -2, { ttl: 1_000 }],
  ]);
});

test('the power asked for is to write what is named plainly, or any where an expression names it', () => {
  const asked = (name: unknown) =>
    (step.needs?.({ store: name }) ?? []).map(({ scope, computed }) => [scope, computed]);
  expect(asked('people')).toEqual([['write keys people', undefined]]);
  expect(asked('{{ input.name }}')).toEqual([['write keys *', true]]);
  expect(asked('no name')).toEqual([]);
});
