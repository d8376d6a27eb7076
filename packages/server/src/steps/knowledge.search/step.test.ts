import { noKnowledge, problem, trial } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

const none = problem('power.missing', 'not lent');
const HIT = {
  ...{ text: 'Ten days.', score: 1, similarity: 0.9, ranks: { vector: 1, text: 1 }, meta: {} },
  citation: { document: 'leave.pdf', path: 'hr/leave.pdf', page: 3, heading: null, row: null, start: 0, end: 9 },
};

test('what is asked is handed on with its defaults, and comes back with a text that is numbered', async () => {
  const asked: unknown[] = [];
  const knowledge = { ...noKnowledge(none), search: async (...all: unknown[]) => (asked.push(all), { value: [HIT] }) };
  const told = await trial(step, { base: 'handbook', question: ' How long? ' }, { knowledge });
  expect(told.outcome).toEqual({
    kind: 'done',
    value: { hits: [HIT], context: '[1] leave.pdf, page 3\nTen days.' },
  });
  expect(asked).toEqual([['handbook', { question: 'How long?', top: 5, minScore: 0, where: [], mode: 'hybrid' }]]);
  expect((await trial(step, { base: 'handbook', question: 'x' })).outcome).toMatchObject({
    kind: 'problem',
    sent: 'no',
  });
});

test('conditions are of the closed grammar, and nothing else is one', () => {
  const takes = (where: unknown): boolean =>
    step.input.safeParse({ base: 'handbook', question: 'x', where: [where] }).success;
  expect(takes({ field: 'meta.team', is: 'eq', value: 'hr' })).toBe(true);
  expect(takes({ field: 'page', is: 'in', value: [1, 2] })).toBe(true);
  expect(takes({ field: 'page', is: 'in', value: 1 })).toBe(false);
  expect(takes({ field: 'workspace', is: 'eq', value: 'other' })).toBe(false);
  expect(takes({ field: 'name', is: 'sql', value: 'x' })).toBe(false);
  expect(takes({ field: 'name', is: 'eq', value: 'x', or: 1 })).toBe(false);
});

test('the power asked for is to search the base that is named, or any where an expression names it', () => {
  const asked = (base: unknown) => (step.needs?.({ base }) ?? []).map(({ scope, computed }) => [scope, computed]);
  expect(asked('handbook')).toEqual([['read knowledge handbook', undefined]]);
  expect(asked('{{ input.base }}')).toEqual([['read knowledge *', true]]);
  expect(asked('no name')).toEqual([]);
});
