import { expect, test } from 'vitest';
import { noModels, problem, trial, trialFiles } from '@headgate/core/step';
import { step } from './step.ts';

const USE = { input: 2, output: 0, cached: 0, money: 0 };

test('a text becomes a recording at its path', async () => {
  const models = {
    ...noModels(problem('x', 'x')),
    say: async () => ({ bytes: Uint8Array.of(1, 2, 3), mediaType: 'audio/mpeg', model: 'a/b', usage: USE }),
  };
  const given = { model: 'a/b', text: 'Hello.', path: 'speech/hello.mp3' };
  const { outcome } = await trial(step, given, { models, files: trialFiles(new Map()) });
  expect(outcome).toMatchObject({
    kind: 'done',
    value: { file: { path: 'speech/hello.mp3', size: 3 }, usage: USE },
  });
  expect(step.needs?.(given)).toMatchObject([{ power: 'model' }, { power: 'file', scope: 'write speech/hello.mp3' }]);
});
