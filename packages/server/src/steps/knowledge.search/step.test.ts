import { noKnowledge, noModels, problem, trial } from '@headgate/core/step';
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

test('a model judges more than are wanted, and the best of them come first', async () => {
  const named = (text: string) => ({ ...HIT, text });
  const tops: unknown[] = [];
  const knowledge = {
    ...noKnowledge(none),
    search: async (_base: string, { top }: { top: number }) => (tops.push(top), { value: ['a', 'b', 'c'].map(named) }),
  };
  const calls: unknown[] = [];
  const usage = { input: 3, output: 0, cached: 0, money: 1 };
  const rerank = async (call: unknown) => {
    calls.push(call);
    return { ranks: [2, 0, 1].map((index) => ({ index, score: 1 - index / 10 })), model: 'r/one', usage };
  };
  const models = { ...noModels(none), rerank };
  const given = { base: 'handbook', question: 'x', top: 2 };
  const told = await trial(step, { ...given, rerank: { model: 'r/one', tries: 0 } }, { knowledge, models });
  expect(told.outcome).toMatchObject({
    value: {
      hits: [{ text: 'c' }, { text: 'a' }],
      context: '[1] leave.pdf, page 3\nc\n\n[2] leave.pdf, page 3\na',
      rerank: { model: 'r/one', usage },
    },
  });
  expect(calls).toEqual([{ models: ['r/one'], timeout: 120_000, tries: 0, query: 'x', texts: ['a', 'b', 'c'] }]);
  await trial(step, { ...given, rerank: { of: 1 } }, { knowledge, models });
  await trial(step, { ...given, top: 60, rerank: {} }, { knowledge, models });
  await trial(step, given, { knowledge, models });
  expect(tops).toEqual([8, 2, 100, 2]);
  expect(calls).toHaveLength(3);
  const refused = await trial(step, { ...given, rerank: {} }, { knowledge });
  expect(refused.outcome).toMatchObject({ kind: 'problem' });
});

test('a model that judges is asked by its own power, which is asked for where one is wanted alone', () => {
  const asked = (rerank: unknown) =>
    (step.needs?.({ base: 'handbook', rerank }) ?? []).map(({ power, scope }) => `${power}: ${scope}`);
  const search = 'data: read knowledge handbook';
  expect(asked(undefined)).toEqual([search]);
  expect(asked({})).toEqual([search, 'model: offline/embeddings-en']);
  expect(asked({ model: 'r/one', fallbacks: ['r/two'] })).toEqual([search, 'model: r/one', 'model: r/two']);
  expect(asked('{{ input.rerank }}')).toEqual([search, 'model: *']);
  expect(asked({ model: '{{ input.model }}' })).toEqual([search, 'model: *']);
});
