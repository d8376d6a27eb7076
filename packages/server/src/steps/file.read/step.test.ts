import { trial, trialFiles } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

const files = trialFiles(
  new Map<string, string | Uint8Array>([
    ['in/a.json', '{"n":1}'],
    ['in/bytes', Uint8Array.of(0, 255, 16)],
    ['in/large', new Uint8Array(8 * 1024 * 1024 + 1)],
    ['in/many', `[${'{},'.repeat(300_000)}{}]`],
  ]),
);
const outcome = async (input: unknown) => (await trial(step, input, { files })).outcome;

test('a file is given as text, JSON, base64 or a reference', async () => {
  expect(await outcome({ path: 'in/a.json' })).toEqual({ kind: 'done', value: '{"n":1}' });
  expect(await outcome({ path: 'in/a.json', as: 'json' })).toEqual({ kind: 'done', value: { n: 1 } });
  expect(await outcome({ path: 'in/bytes', as: 'base64' })).toEqual({ kind: 'done', value: 'AP8Q' });
  const kept = await outcome({ path: 'in/a.json', as: 'reference' });
  expect(kept).toMatchObject({ value: { size: 7, path: 'in/a.json' } });
  const from = kept.kind === 'done' ? kept.value : null;
  expect(await outcome({ from, as: 'json' })).toEqual({ kind: 'done', value: { n: 1 } });
  expect(await outcome({ from, as: 'reference' })).toEqual({ kind: 'done', value: from });
});

test('what it cannot be is a problem that says what to do instead', async () => {
  const codes = [];
  for (const input of [
    { path: 'in/none' },
    { path: 'in/bytes' },
    { path: 'in/large', as: 'base64' },
    { path: 'in/bytes', as: 'json' },
    { path: 'in/many', as: 'json' },
    { path: '../x' },
  ]) {
    const done = await outcome(input);
    codes.push(done.kind === 'problem' ? [done.problem.code, done.sent] : done.kind);
  }
  expect(codes).toEqual([
    ['file.missing', 'no'],
    ['file.text', 'no'],
    ['file.size', 'no'],
    ['file.text', 'no'],
    ['value.too_many', 'no'],
    ['file.path', 'no'],
  ]);
});

test('it takes a path or a reference, and not both', () => {
  const ref = { file: 'ref_in/a', size: 1, type: 'x' };
  for (const input of [{}, { path: 'a', from: { ...ref, file: 'abcdefgh' } }, { from: { ...ref, file: '../../x' } }])
    expect(step.input.safeParse(input).success).toBe(false);
});

test('the power asked for is the file or the folder that stands plainly there, and any file where none does', () => {
  const asked = (path: unknown) =>
    (step.needs?.({ path }) ?? []).map(({ scope, computed }) => [scope, computed === true]);
  expect(asked('in/a.csv')).toEqual([['read in/a.csv', false]]);
  expect(asked('in/{{ input.name }}.csv')).toEqual([['read in/', false]]);
  expect(asked('in/2026-{{ input.month }}/a')).toEqual([['read in/', false]]);
  expect(asked('{{ input.path }}')).toEqual([['read *', true]]);
  expect(asked('name-{{ input.path }}')).toEqual([['read *', true]]);
  expect(asked('../{{ input.path }}')).toEqual([['read *', true]]);
  expect(asked('../a')).toEqual([]);
  expect(asked(undefined)).toEqual([]);
});
