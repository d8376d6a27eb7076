import { noKnowledge, problem, trial } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

const none = problem('power.missing', 'not lent');

test('a document is taken out by its key; that there is none is told, and no problem', async () => {
  const knowledge = { ...noKnowledge(none), remove: async (_base: string, key: string) => ({ value: key === 't1' }) };
  const told = async (key: string) => (await trial(step, { base: 'tickets', key }, { knowledge })).outcome;
  expect(await told('t1')).toEqual({ kind: 'done', value: { deleted: true } });
  expect(await told('t2')).toEqual({ kind: 'done', value: { deleted: false } });
  expect((await trial(step, { base: 'tickets', key: 't1' })).outcome).toMatchObject({ kind: 'problem' });
});
