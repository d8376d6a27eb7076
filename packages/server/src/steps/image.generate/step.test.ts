import { expect, test } from 'vitest';
import { noModels, problem, trial, trialFiles } from '@headgate/core/step';
import { step } from './step.ts';

const USE = { input: 2, output: 9, cached: 0, money: 0 };
const drawing = (mediaType: string) => ({
  ...noModels(problem('x', 'x')),
  draw: async () => ({ images: [{ bytes: Uint8Array.of(1, 2), mediaType }], model: 'a/b', usage: USE }),
});

test('pictures become files of the folder, and nothing else becomes one', async () => {
  const files = trialFiles(new Map());
  const given = { model: 'a/b', prompt: 'A cat', folder: 'pictures/', name: 'cat' };
  const { outcome } = await trial(step, given, { models: drawing('image/png'), files });
  expect(outcome).toMatchObject({
    kind: 'done',
    value: { files: [{ path: 'pictures/cat-1.png', size: 2 }], usage: USE },
  });
  const other = await trial(step, given, { models: drawing('text/html'), files });
  expect(other.outcome).toMatchObject({ kind: 'problem', problem: { code: 'model.answer' } });
});

test('it asks for the model and for the folder', () => {
  expect(step.needs?.({ model: 'a/b', folder: 'pictures/' })).toMatchObject([
    { power: 'model', scope: 'a/b' },
    { power: 'file', scope: 'write pictures/' },
  ]);
});
