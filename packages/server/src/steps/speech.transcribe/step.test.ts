import { expect, test } from 'vitest';
import { type Files, noFiles, noModels, problem, trial } from '@headgate/core/step';
import { step } from './step.ts';

const USE = { input: 2, output: 1, cached: 0, money: 0 };

test('a recording is read and handed on, and its words come back', async () => {
  const heard: unknown[] = [];
  const bytes = async function* () {
    yield Uint8Array.of(7);
  };
  const read: Files['read'] = async (_source, use) => ({
    value: await use({ size: 1, type: 'audio/mpeg', read: bytes }),
  });
  const { outcome } = await trial(
    step,
    { model: 'a/b', file: { file: 'blob_12345678', size: 1, type: 'audio/mpeg', path: 'in/call.mp3' }, language: 'de' },
    {
      models: {
        ...noModels(problem('x', 'x')),
        transcribe: async (call) => {
          heard.push(call.file, call.language);
          return { text: 'Hello.', model: 'a/b', usage: USE };
        },
      },
      files: { ...noFiles(problem('x', 'x')), read },
    },
  );
  expect(outcome).toMatchObject({ kind: 'done', value: { text: 'Hello.', model: 'a/b', usage: USE } });
  expect(heard).toEqual([{ type: 'file', mediaType: 'audio/mpeg', bytes: Uint8Array.of(7), name: 'call.mp3' }, 'de']);
});
