import { expect, test } from 'vitest';
import { trial, trialFiles } from '@headgate/core/step';
import { step } from './step.ts';

const asked = (raw: object) => (step.needs?.(raw as Record<string, unknown>) ?? []).map(({ scope }) => scope);

test('it asks to read the archive, and to write below the folder that stands plainly there', () => {
  expect(asked({ path: 'in/a.zip', into: 'out/' })).toEqual(['read in/a.zip', 'write out/']);
  expect(asked({ path: 'in/a.zip', into: 'out/{{ input.name }}/' })).toEqual(['read in/a.zip', 'write out/']);
  expect(asked({ from: {}, into: '{{ input.name }}/' })).toEqual(['write *']);
  expect(asked({ path: 'in/a.zip' })).toEqual(['read in/a.zip']);
});

test('it takes a path or a reference, a folder to write into, and bounds within bounds', () => {
  const path = 'in/a.zip';
  for (const input of [{}, { path, into: 'out' }, { path, ratio: 1e9 }, { path, entries: 0 }, { path, bytes: 1e15 }])
    expect(step.input.safeParse(input).success).toBe(false);
  expect(step.input.safeParse({ path, into: 'out/' }).success).toBe(true);
});

test('an archive that is not there is a Problem, and nothing is read without a jail', async () => {
  const files = trialFiles(new Map([['in/a.zip', 'PK']]));
  expect((await trial(step, { path: 'in/b.zip' }, { files })).outcome).toMatchObject({
    problem: { code: 'file.missing' },
  });
  expect((await trial(step, { path: 'in/a.zip' }, { files })).outcome).toMatchObject({
    problem: { code: 'format.unavailable' },
  });
});
