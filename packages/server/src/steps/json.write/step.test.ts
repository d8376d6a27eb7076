import { trial, trialFiles } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

test('a value is JSON, a list a line each, as a text or in a file', async () => {
  const held = new Map<string, string | Uint8Array>();
  const files = trialFiles(held);
  expect((await trial(step, { value: { a: [1] } })).outcome).toMatchObject({ value: '{"a":[1]}' });
  await trial(step, { value: [{ a: 'é' }, 2], lines: true, path: 'out/a' }, { files });
  expect(held.get('out/a')).toBe('{"a":"é"}\n2\n');
  expect((await trial(step, { value: { a: 1 }, lines: true })).outcome).toMatchObject({
    problem: { code: 'value.not_list' },
  });
  expect((step.needs?.({ path: 'out/{{ input.a }}' }) ?? []).map(({ scope }) => scope)).toEqual(['write out/']);
});
