import { noKnowledge, problem, trial } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

const none = problem('power.missing', 'not lent');

test('a document is handed on under its key, which is its name where it has none', async () => {
  const asked: unknown[] = [];
  const knowledge = {
    ...noKnowledge(none),
    add: async (...all: unknown[]) => (asked.push(all), { value: { pieces: 1, changed: true } }),
  };
  const told = await trial(step, { base: 'tickets', key: 't1', text: 'Broken.', meta: { team: 'x' } }, { knowledge });
  expect(told.outcome).toEqual({ kind: 'done', value: { pieces: 1, changed: true } });
  expect(asked).toEqual([['tickets', { key: 't1', name: 't1', text: 'Broken.', meta: { team: 'x' } }]]);
  expect((await trial(step, { base: 'tickets', key: 't1', text: 'x' })).outcome).toMatchObject({ kind: 'problem' });
  expect((step.needs?.({ base: 'tickets' }) ?? []).map(({ scope }) => scope)).toEqual(['write knowledge tickets']);
});
