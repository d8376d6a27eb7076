/** Providers that mean harm, or fail in a way that costs, over a real engine and store. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Ground, openGround } from '../testing/ground.ts';
import { type ModelServer, openModelServer } from '../testing/models/server.ts';

vi.setConfig({ testTimeout: 60_000 });

let ground: Ground;
let server: ModelServer;
beforeEach(async () => {
  ground = await openGround();
  server = await openModelServer();
});
afterEach(async () => {
  await ground.close();
  await server.close();
});

const SECRET = 'sk-a-key-that-nobody-sees-0123456789';

const setUp = async (more: object = {}, name = 'local'): Promise<void> => {
  const scoped = ground.store.in('default');
  await scoped.secrets.put({
    project: 'default',
    name: 'models',
    origins: [server.origin],
    value: SECRET,
    owner: 'owner',
    at: 1,
  });
  const doc = { kind: 'openai-compatible', baseUrl: server.url, secret: { name: 'models' }, ...more };
  await scoped.modelProviders.put({ name, doc, by: 'owner', updated: 1 });
};

const asks = (fields: object = {}, rest: object = {}) => ({
  headgate: 1,
  name: 'Asks',
  steps: [
    {
      id: 'ask',
      kind: 'model.generate@1',
      with: { model: 'local/small', prompt: 'How are you today?', ...fields },
      ...rest,
    },
  ],
  output: '{{ steps.ask }}',
});
const LENT = { grants: [{ step: 'ask', power: 'model: local/small, 20k tokens a run' }] };

const embeds = (texts: readonly string[]) => ({
  headgate: 1,
  name: 'Embeds',
  steps: [{ id: 'embed', kind: 'model.embed@1', with: { model: 'local/vec', texts, tries: 0 } }],
  output: '{{ steps.embed.vectors.length }}',
});

test('DOS-04 an answer with more values than the question explains is refused before it is read', async () => {
  await setUp({ models: [{ id: 'vec', does: ['embed'] }, { id: 'small' }] });
  const grants = [{ step: '*', power: 'model: local/*' }];
  const vector = (numbers: number) =>
    JSON.stringify({ data: [{ embedding: Array(numbers).fill(1), index: 0 }], usage: { prompt_tokens: 1 } });
  const flow = await ground.publish(embeds(['One text']), { grants });
  server.next({ raw: vector(300_000) });
  expect(await ground.run(flow)).toMatchObject({
    state: 'failed',
    problem: { code: 'model.answer', text: expect.stringContaining('more than the question explains') },
  });
  // As many as a vector may have.
  server.next({ raw: vector(10_000) });
  expect(await ground.run(flow)).toMatchObject({ state: 'done', output: 1 });
  // The same of a chat, where it answers and where it refuses, whatever it calls its answer.
  const chat = await ground.publish(asks({ tries: 0 }), { grants });
  const message = { role: 'assistant', content: 'Well.' };
  const raw = JSON.stringify({
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    more: Array(250_000).fill({}),
  });
  for (const type of ['application/json', 'text/event-stream']) {
    server.next({ raw, type });
    expect(await ground.run(chat)).toMatchObject({ state: 'failed', problem: { code: 'model.answer' } });
  }
  server.next({ raw: `${' '.repeat(9 * 1024 * 1024)}${JSON.stringify({ choices: [] })}` });
  expect(await ground.run(chat)).toMatchObject({
    problem: { code: 'model.answer', text: expect.stringContaining('more than the question explains') },
  });
});

test('an event that is longer than one may be breaks its answer off', async () => {
  await setUp();
  const flow = await ground.publish(asks({ tries: 0, stream: true }), LENT);
  const one = (content: string) =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;
  const last = JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
  const end = `data: ${last}\n\ndata: [DONE]\n\n`;
  server.next({ raw: `${one('Well')}${one('x'.repeat(2 * 1024 * 1024))}${end}`, type: 'text/event-stream' });
  expect(await ground.run(flow)).toMatchObject({ state: 'failed', problem: { code: 'model.cut' } });
  // Many that are short may be longer together.
  server.next({ raw: `${one('x'.repeat(700)).repeat(2_000)}${end}`, type: 'text/event-stream' });
  expect(await ground.run(flow)).toMatchObject({ state: 'done', output: { finish: 'stop' } });
});

test('LLM-10 an answer that never came is charged as the longest that it may have been', async () => {
  await setUp();
  const flow = await ground.publish(
    {
      headgate: 1,
      name: 'Twice',
      steps: [
        {
          id: 'both',
          kind: 'each@1',
          with: {
            ...{ over: [1, 2], concurrency: 1, onItem: 'collect' },
            steps: [
              {
                id: 'ask',
                kind: 'model.generate@1',
                with: { model: 'local/small', prompt: 'Count', maxTokens: 1_000, tries: 0, timeout: '1s' },
              },
            ],
          },
        },
      ],
      settings: { budget: { tokens: { run: 1_500 } } },
    },
    { grants: [{ step: '*', power: 'model: local/*' }] },
  );
  const refused = { state: 'failed', problem: { code: 'budget.tokens' } };
  server.otherwise({ pieces: [], then: 'stall' });
  expect(await ground.run(flow)).toMatchObject(refused);
  expect(server.asked).toHaveLength(1);
  // What a proxy gave up to wait for was thought about, too.
  for (const status of [408, 504, 524]) {
    server.otherwise({ status });
    expect(await ground.run(flow)).toMatchObject(refused);
  }
  // What the provider refused at once costs nothing.
  server.otherwise({ status: 503 });
  expect(await ground.run(flow)).toMatchObject({ state: 'done' });
  expect(server.asked).toHaveLength(6);
});

test('no more pictures become files than were asked for', async () => {
  await setUp({ models: [{ id: 'draw', does: ['image'] }] });
  const flow = await ground.publish(
    {
      headgate: 1,
      name: 'Draws',
      steps: [
        { id: 'mine', kind: 'file.write@1', with: { path: 'out/picture-2.png', content: 'Mine', type: 'text/plain' } },
        {
          id: 'draw',
          kind: 'image.generate@1',
          after: ['mine'],
          with: { model: 'local/draw', prompt: 'A cat', folder: 'out/', count: 1 },
        },
        { id: 'take', kind: 'file.read@1', after: ['draw'], with: { path: 'out/picture-2.png', as: 'text' } },
      ],
      output: { files: '{{ steps.draw.files.length }}', second: '{{ steps.take }}' },
    },
    {
      grants: [
        { step: '*', power: 'model: local/*' },
        { step: '*', power: 'file: write out/' },
        { step: '*', power: 'file: read out/' },
      ],
    },
  );
  const picture = {
    b64_json: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  };
  server.next({ raw: JSON.stringify({ data: Array(5).fill(picture) }) });
  const run = await ground.run(flow);
  expect(run.problem).toBe(null);
  expect(run.output).toMatchObject({ files: 1, second: 'Mine' });
});

test('all vectors of one step come within its time, however many questions they take', async () => {
  await setUp({ models: [{ id: 'vec', does: ['embed'] }] });
  const texts = Array.from({ length: 300 }, (_, i) => `Text ${i}`);
  const flow = await ground.publish(
    {
      headgate: 1,
      name: 'Embeds',
      steps: [{ id: 'embed', kind: 'model.embed@1', with: { model: 'local/vec', texts, tries: 0, timeout: '100s' } }],
    },
    { grants: [{ step: '*', power: 'model: local/*' }] },
  );
  // Each question takes 60 s.
  server.otherwise(() => {
    ground.clock.shift(60_000);
    return { says: '' };
  });
  expect(await ground.run(flow)).toMatchObject({ state: 'failed', problem: { code: 'model.timeout' } });
  expect(server.asked).toHaveLength(2);
});

test('an answer is given again to the flow that asked for it alone', async () => {
  await setUp();
  server.next({ says: 'Once.' }, { says: 'Twice.' });
  const [one, other] = [
    await ground.publish(asks({ cache: true }), LENT),
    await ground.publish(asks({ cache: true }), LENT),
  ];
  expect((await ground.run(one)).output).toMatchObject({ text: 'Once.', cached: false });
  expect((await ground.run(other)).output).toMatchObject({ text: 'Twice.', cached: false });
  expect((await ground.run(one)).output).toMatchObject({ text: 'Once.', cached: true });
});
