import { expect, test } from 'vitest';
import { trial, trialFiles } from '@headgate/core/step';
import { step } from './step.ts';

test('what it is given is the answer', async () => {
  expect((await trial(step, { text: 'Hello' })).outcome).toMatchObject({ kind: 'respond', status: 200, body: 'Hello' });
});

test('files go with it by what they lead to, under their own names', async () => {
  const files = trialFiles(new Map([['speech/hello.mp3', 'ID3']]));
  const kept = await files.keep('speech/hello.mp3');
  if ('problem' in kept) throw new Error(kept.problem.text);
  const { path: _, ...bare } = kept.value;
  const info = { path: 'speech/hello.mp3', size: 3, type: 'audio/mpeg', text: false, version: 1, updated: '' };
  const { outcome } = await trial(step, { text: 'Hello', files: [info, bare] }, { files });
  expect(outcome).toEqual({
    ...{ kind: 'respond', status: 200, headers: {}, body: 'Hello' },
    files: [
      { file: kept.value.file, size: 3, type: 'audio/mpeg', name: 'hello.mp3' },
      { file: kept.value.file, size: 3, type: 'application/octet-stream', name: 'hello.mp3' },
    ],
  });
});

test('FS-10 what the run does not hold is refused, and the field is named', async () => {
  const files = trialFiles(new Map([['a.txt', 'a']]));
  const info = { path: 'b.txt', size: 1, type: 'text/plain', text: true, version: 1, updated: '' };
  const there = { ...info, path: 'a.txt' };
  const { outcome } = await trial(step, { text: 'Hello', files: [there, info] }, { files });
  expect(outcome).toMatchObject({ kind: 'problem', problem: { code: 'file.missing', at: { field: 'files.1' } } });
});

test('API-09 takes a text and nothing else', () => {
  for (const input of [{ text: 1 }, {}, { text: 'a', html: '<b>' }, { text: 'a', files: ['a.txt'] }])
    expect(step.input.safeParse(input).success).toBe(false);
});
