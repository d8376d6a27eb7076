import { expect, test } from 'vitest';
import {
  type Files,
  type GenerateCall,
  type Generated,
  noFiles,
  noModels,
  problem,
  readSaid,
  trial,
} from '@headgate/core/step';
import { step } from './step.ts';

const NONE = noModels(problem('x', 'x'));

const ANSWER: Generated = {
  text: 'Well.',
  calls: [],
  finish: 'stop',
  model: 'a/b',
  cached: false,
  usage: { input: 1, output: 1, cached: 0, money: 0 },
};

const asked = async (input: object, text = 'Well.') => {
  const calls: GenerateCall[] = [];
  const generate = async (call: GenerateCall) => {
    calls.push(call);
    return { ...ANSWER, text };
  };
  const { outcome } = await trial(step, input, {
    models: { ...NONE, generate },
  });
  return { outcome, call: calls[0] };
};

test('what is asked is what the settings say, with limits where they say none', async () => {
  const { outcome, call } = await asked({ model: 'a/b', prompt: 'How?', fallbacks: ['c/d'], system: 'Be short.' });
  expect(call).toMatchObject({
    ...{ models: ['a/b', 'c/d'], system: 'Be short.', maxTokens: 4096, timeout: 120_000, tries: 2 },
    messages: [{ role: 'user', content: [{ type: 'text', text: 'How?' }] }],
  });
  expect(outcome).toMatchObject({ kind: 'done', value: { text: 'Well.', value: null, model: 'a/b' } });
});

test('a conversation goes in as it is, files with its last message', async () => {
  const file = { file: 'blob_12345678', size: 3, type: 'image/png', path: 'in/a.png' };
  const bytes = async function* () {
    yield Uint8Array.of(1, 2, 3);
  };
  const calls: GenerateCall[] = [];
  const read: Files['read'] = async (_source, use) => ({
    value: await use({ size: 3, type: 'image/png', read: bytes }),
  });
  const { outcome } = await trial(
    step,
    {
      model: 'a/b',
      files: [file],
      messages: [
        { role: 'user', content: 'A' },
        { role: 'assistant', content: 'B' },
        { role: 'user', content: 'C' },
      ],
    },
    {
      models: {
        ...NONE,
        generate: async (call) => {
          calls.push(call);
          return ANSWER;
        },
      },
      files: { ...noFiles(problem('x', 'x')), read },
    },
  );
  expect(outcome.kind).toBe('done');
  expect(calls[0]?.messages).toEqual([
    { role: 'user', content: [{ type: 'text', text: 'A' }] },
    { role: 'assistant', content: [{ type: 'text', text: 'B' }] },
    {
      role: 'user',
      content: [
        { type: 'file', mediaType: 'image/png', bytes: Uint8Array.of(1, 2, 3), name: 'a.png' },
        { type: 'text', text: 'C' },
      ],
    },
  ]);
});

test('a value is judged by its schema', async () => {
  const schema = {
    type: 'object',
    properties: { n: { type: 'integer' } },
    required: ['n'],
    additionalProperties: false,
  };
  const given = { model: 'a/b', prompt: 'How many?', schema };
  expect((await asked(given, '{"n": 3}')).outcome).toMatchObject({ kind: 'done', value: { value: { n: 3 } } });
  for (const text of ['three', '{"n": "3"}', '{"n": 3, "m": 4}', '[]'])
    expect((await asked(given, text)).outcome).toMatchObject({
      kind: 'problem',
      problem: { code: 'model.answer', retry: 'yes' },
    });
  const wrong = await asked({ ...given, schema: { $ref: '#/x' } });
  expect(wrong.outcome).toMatchObject({
    kind: 'problem',
    problem: { at: { field: expect.stringContaining('with.schema') } },
  });
  expect(wrong.call).toBeUndefined();
});

test('it asks for the models that it names, each once, and a grant for some tokens will do', () => {
  expect(step.needs?.({ model: 'a/b', fallbacks: ['a/b', 'c/d'] })).toMatchObject([
    { power: 'model', scope: 'a/b', least: 'a/b, 1 tokens a run' },
    { scope: 'c/d' },
  ]);
  expect(step.needs?.({ model: '{{ input.model }}' })).toMatchObject([{ scope: '*', computed: true }]);
});

test('either a prompt or messages', () => {
  expect(step.input.safeParse({ model: 'a/b' }).success).toBe(false);
  expect(step.input.safeParse({ model: 'a/b', prompt: 'x', messages: [{ role: 'user', content: 'x' }] }).success).toBe(
    false,
  );
  expect(step.input.safeParse({ model: 'no model', prompt: 'x' }).success).toBe(false);
});

test('JSON is found by itself and between fences', () => {
  expect(readSaid('{"a":1}')).toEqual({ value: { a: 1 } });
  expect(readSaid('Here:\n```json\n{"a":1}\n```\nWell.')).toEqual({ value: { a: 1 } });
  expect(readSaid('nothing')).toBeUndefined();
});
