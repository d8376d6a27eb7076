import { expect, test } from 'vitest';
import { type EmbedCall, noModels, problem, trial } from '@headgate/core/step';
import { step } from './step.ts';

const USE = { input: 2, output: 0, cached: 0, money: 0 };

test('texts become vectors, by the model that comes with the server where none is named', async () => {
  const calls: EmbedCall[] = [];
  const embed = async (call: EmbedCall) => {
    calls.push(call);
    return { vectors: call.texts.map(() => [1, 0]), model: call.models[0] ?? '', usage: USE };
  };
  const { outcome } = await trial(step, { texts: ['a', 'b'] }, { models: { ...noModels(problem('x', 'x')), embed } });
  expect(outcome).toMatchObject({
    kind: 'done',
    value: {
      vectors: [
        [1, 0],
        [1, 0],
      ],
      dimensions: 2,
      model: 'offline/embeddings-en',
      usage: USE,
    },
  });
  expect(calls[0]).toMatchObject({ models: ['offline/embeddings-en'], texts: ['a', 'b'] });
});

test('it asks for the model that it will ask', () => {
  expect(step.needs?.({ texts: [] })).toMatchObject([{ power: 'model', scope: 'offline/embeddings-en' }]);
  expect(step.needs?.({ texts: [], model: 'openai/text-embedding-3-small' })).toMatchObject([
    { scope: 'openai/text-embedding-3-small' },
  ]);
});

test('a step that was lent nothing gives none', async () => {
  const { outcome } = await trial(step, { texts: ['a'] });
  expect(outcome).toMatchObject({ kind: 'problem', problem: { code: 'power.missing' } });
});
