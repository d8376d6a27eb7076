import { trial, trialFiles } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

const held = new Map<string, string | Uint8Array>([['in/a', 'to be copied']]);
const files = trialFiles(held, 5);
const outcome = async (input: unknown) => (await trial(step, input, { files })).outcome;

test('a text is written as it is, any other value as JSON, base64 as its bytes, a reference as what it leads to', async () => {
  expect(await outcome({ path: 'out/a', content: 'é' })).toMatchObject({
    kind: 'done',
    value: { path: 'out/a', size: 2 },
  });
  await outcome({ path: 'out/b', content: { n: [1] } });
  await outcome({ path: 'out/c', content: 'AP8Q', base64: true });
  const kept = await files.keep('in/a');
  await outcome({ path: 'out/d', from: 'value' in kept ? kept.value : null });
  expect(held.get('out/d')).toEqual(new TextEncoder().encode('to be copied'));
  expect(held.get('out/a')).toBe('é');
  expect(held.get('out/b')).toBe('{"n":[1]}');
  expect(held.get('out/c')).toEqual(Uint8Array.of(0, 255, 16));
});

test('what is no base64 is not written, and a path that is none neither', async () => {
  for (const [input, code] of [
    [{ path: 'out/e', content: 'no base64!', base64: true }, 'file.base64'],
    [{ path: 'out/e', content: 5, base64: true }, 'file.base64'],
    [{ path: '../e', content: 'x' }, 'file.path'],
  ] as const)
    expect(await outcome(input)).toMatchObject({ kind: 'problem', problem: { code }, sent: 'no' });
  expect([...held.keys()].some((path) => path.endsWith('e'))).toBe(false);
});

test('it takes content or a reference, and not both', () => {
  for (const input of [{ path: 'a' }, { path: 'a', content: 1, from: { file: 'abcdefgh', size: 1, type: 'x' } }])
    expect(step.input.safeParse(input).success).toBe(false);
});

test('the power asked for is to write the file, or into the folder that stands plainly there', () => {
  const asked = (path: string) => (step.needs?.({ path }) ?? []).map(({ scope }) => scope);
  expect(asked('out/a')).toEqual(['write out/a']);
  expect(asked('out/{{ input.name }}')).toEqual(['write out/']);
  expect(asked('{{ input.name }}')).toEqual(['write *']);
});
