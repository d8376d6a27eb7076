import { trial, trialFiles } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

const files = trialFiles(new Map(['a/1', 'a/2', 'a/3', 'b/1'].map((path) => [path, 'x'])));

test('the files of a folder are given a page at a time, with how to go on', async () => {
  const first = (await trial(step, { folder: 'a/', limit: 2 }, { files })).outcome;
  expect(first).toMatchObject({ value: { files: [{ path: 'a/1' }, { path: 'a/2' }], next: 'a/2' } });
  const second = (await trial(step, { folder: 'a/', after: 'a/2' }, { files })).outcome;
  expect(second).toMatchObject({ value: { files: [{ path: 'a/3' }], next: null } });
  expect((await trial(step, {}, { files })).outcome).toMatchObject({ value: { files: { length: 4 }, next: null } });
});

test('the power asked for is to read the folder; without one, every file', () => {
  const asked = (raw: object) => (step.needs?.({ ...raw }) ?? []).map(({ scope }) => scope);
  expect(asked({ folder: 'a/' })).toEqual(['read a/']);
  expect(asked({ folder: 'a/{{ input.x }}/' })).toEqual(['read a/']);
  expect(asked({ folder: '{{ input.x }}' })).toEqual(['read *']);
  expect(asked({})).toEqual(['read *']);
  expect(asked({ folder: 'a' })).toEqual([]);
});
