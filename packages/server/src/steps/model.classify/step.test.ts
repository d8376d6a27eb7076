import { expect, test } from 'vitest';
import { type GenerateCall, type Generated, noModels, problem, trial } from '@headgate/core/step';
import { step } from './step.ts';

const USE = { input: 2, output: 1, cached: 0, money: 0 };

const classify = async (more: object, ...texts: readonly string[]) => {
  const calls: GenerateCall[] = [];
  const generate = async (call: GenerateCall): Promise<Generated> => {
    calls.push(call);
    const text = texts[calls.length - 1] ?? '';
    return { text, calls: [], finish: 'stop', model: 'a/b', cached: false, usage: USE };
  };
  const given = {
    model: 'a/b',
    text: 'I want my money back.',
    labels: ['order', { label: 'complaint', means: 'somebody is not content' }],
    ...more,
  };
  const { outcome } = await trial(step, given, { models: { ...noModels(problem('x', 'x')), generate } });
  return { outcome, calls };
};

test('one label, of those that were given', async () => {
  const { outcome, calls } = await classify({}, '{"label": "complaint"}');
  expect(outcome).toMatchObject({ kind: 'done', value: { label: 'complaint', labels: ['complaint'], usage: USE } });
  expect(calls[0]?.system).toContain('complaint: somebody is not content');
  expect(calls[0]?.schema).toMatchObject({ properties: { label: { enum: ['order', 'complaint'] } } });
});

test('another label than those is sent back once, and then a Problem', async () => {
  expect((await classify({}, '{"label": "rage"}', '{"label": "complaint"}')).outcome).toMatchObject({
    value: { label: 'complaint' },
  });
  expect((await classify({}, '{"label": "rage"}', '{"label": "fury"}')).outcome).toMatchObject({
    problem: { code: 'model.answer' },
  });
});

test('several labels, or none', async () => {
  expect((await classify({ several: true }, '{"labels": ["order", "complaint", "order"]}')).outcome).toMatchObject({
    value: { label: 'order', labels: ['order', 'complaint'] },
  });
  expect((await classify({ several: true }, '{"labels": []}')).outcome).toMatchObject({
    value: { label: null, labels: [] },
  });
});
