import { noValues, problem, trial } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

const none = problem('power.missing', 'not lent');
const ENTRY = { key: 'k', version: 1, expires: null, updated: '2026-01-01T00:00:00.000Z' };

test('a value is had with what is known of it, or what was given for none', async () => {
  const held = (value: object | null) => ({
    values: { ...noValues(none), get: async () => ({ value: value === null ? null : { ...ENTRY, value } }) },
  });
  expect((await trial(step, { key: 'k' }, held({ a: 1 }))).outcome).toMatchObject({
    value: { found: true, value: { a: 1 }, entry: ENTRY },
  });
  expect((await trial(step, { key: 'k', default: 7 }, held(null))).outcome).toMatchObject({
    value: { found: false, value: 7, entry: null },
  });
  expect((await trial(step, { key: 'k' })).outcome).toMatchObject({ kind: 'problem' });
});

test('the power asked for is to read what is named plainly, or any where an expression names it', () => {
  const asked = (name: unknown) =>
    (step.needs?.({ store: name }) ?? []).map(({ scope, computed }) => [scope, computed]);
  expect(asked('people')).toEqual([['read keys people', undefined]]);
  expect(asked('{{ input.name }}')).toEqual([['read keys *', true]]);
  expect(asked('no name')).toEqual([]);
});
