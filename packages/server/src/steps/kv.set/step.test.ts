import { noValues, problem, trial } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

const none = problem('power.missing', 'not lent');
const ENTRY = { key: 'k', version: 1, expires: null, updated: '2026-01-01T00:00:00.000Z' };

test('a value is kept for a time, and one that is too large is not', async () => {
  const asked: unknown[] = [];
  const values = { ...noValues(none), set: async (...all: unknown[]) => (asked.push(all), { value: ENTRY }) };
  expect((await trial(step, { key: 'k', value: [1], ttl: '2m', only: 'new' }, { values })).outcome).toMatchObject({
    value: ENTRY,
  });
  expect(asked).toEqual([['main', 'k', [1], { ttl: 120_000, only: 'new' }]]);
  expect((await trial(step, { key: 'k', value: 'x'.repeat(60_001) }, { values })).outcome).toMatchObject({
    problem: { code: 'kv.value' },
    sent: 'no',
  });
  expect(step.input.safeParse({ key: 'k', value: 1, ttl: 'soon' }).success).toBe(false);
});

test('the power asked for is to write what is named plainly, or any where an expression names it', () => {
  const asked = (name: unknown) =>
    (step.needs?.({ store: name }) ?? []).map(({ scope, computed }) => [scope, computed]);
  expect(asked('people')).toEqual([['write keys people', undefined]]);
  expect(asked('{{ input.name }}')).toEqual([['write keys *', true]]);
  expect(asked('no name')).toEqual([]);
});
