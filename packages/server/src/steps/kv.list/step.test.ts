import { noValues, problem, trial } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

const none = problem('power.missing', 'not lent');
const ENTRY = { key: 'k', version: 1, expires: null, updated: '2026-01-01T00:00:00.000Z' };

test('keys come a page at a time', async () => {
  const asked: unknown[] = [];
  const values = {
    ...noValues(none),
    list: async (...all: unknown[]) => (asked.push(all), { value: { entries: [ENTRY], more: true } }),
  };
  expect((await trial(step, { prefix: 'a', after: 'b', limit: 1 }, { values })).outcome).toMatchObject({
    value: { keys: [ENTRY], next: 'k' },
  });
  expect(asked).toEqual([['main', { prefix: 'a', after: 'b', limit: 1 }]]);
});

test('the power asked for is to read what is named plainly, or any where an expression names it', () => {
  const asked = (name: unknown) =>
    (step.needs?.({ store: name }) ?? []).map(({ scope, computed }) => [scope, computed]);
  expect(asked('people')).toEqual([['read keys people', undefined]]);
  expect(asked('{{ input.name }}')).toEqual([['read keys *', true]]);
  expect(asked('no name')).toEqual([]);
});
