import { expect, test } from 'vitest';
import { noModels, problem, trial } from '@headgate/core/step';
import { step } from './step.ts';

const USE = { input: 2, output: 0, cached: 0, money: 0 };

test('the best come first, with their place and their text', async () => {
  const rerank = async () => ({
    ranks: [
      { index: 1, score: 0.9 },
      { index: 0, score: 0.1 },
    ],
    model: 'a/b',
    usage: USE,
  });
  const models = { ...noModels(problem('x', 'x')), rerank };
  const { outcome } = await trial(step, { query: 'q', texts: ['worse', 'better'] }, { models });
  expect(outcome).toMatchObject({
    value: {
      items: [
        { index: 1, score: 0.9, text: 'better' },
        { index: 0, score: 0.1, text: 'worse' },
      ],
      model: 'a/b',
    },
  });
  const one = await trial(step, { query: 'q', texts: ['worse', 'better'], top: 1 }, { models });
  expect(one.outcome).toMatchObject({ value: { items: [{ text: 'better' }] } });
});
