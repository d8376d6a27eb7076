import { expect, test } from 'vitest';
import { trial, trialFiles } from '@headgate/core/step';
import { entryName } from './names.ts';
import { step } from './step.ts';

const asked = (raw: object) => (step.needs?.(raw as Record<string, unknown>) ?? []).map(({ scope }) => scope);

test('what it asks for are the files, or the folder, that stand there, and where it writes', () => {
  expect(asked({ entries: [{ path: 'in/a.txt' }, { text: 'x', name: 'x' }], path: 'out/a.zip' })).toEqual([
    'read in/a.txt',
    'write out/a.zip',
  ]);
  expect(asked({ folder: 'in/' })).toEqual(['read in/']);
  expect(asked({ entries: '{{ steps.list }}' })).toEqual(['read *']);
  expect(asked({ entries: ['{{ steps.one }}'] })).toEqual(['read *']);
});

test('it takes entries or a folder, and of each entry one content', () => {
  for (const input of [
    {},
    { entries: [], folder: 'a/' },
    { entries: [{ text: 'a', path: 'b' }] },
    { entries: [{ name: 'a' }] },
  ])
    expect(step.input.safeParse(input).success).toBe(false);
});

test('FS-06 a name that is no path of a file is refused before anything is packed', async () => {
  for (const name of ['../x', '/x', 'a/../b', 'a\\b', '', 'a//b', 'a\nb']) expect(entryName(name)).toBeUndefined();
  expect(entryName('./a/b')).toBe('a/b');
  const files = trialFiles(new Map());
  const done = await trial(step, { entries: [{ text: 'x', name: '../x' }] }, { files });
  expect(done.outcome).toMatchObject({ kind: 'problem', problem: { code: 'archive.name', at: { field: 'entries' } } });
  const entries = [
    { text: 'x', name: 'x' },
    { text: 'y', name: 'x' },
  ];
  expect((await trial(step, { entries }, { files })).outcome).toMatchObject({ problem: { code: 'archive.twice' } });
});
