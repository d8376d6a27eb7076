/** Questions to models over a real engine and store, against a server of models on loopback. */

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
const usage = async () => (await ground.store.in('default').limits.usage(ground.clock.now())).day;
const eventsOf = async (run: string) => (await ground.engine.journal('default', run, 0, 10_000))?.events ?? [];

test('a model that was lent answers; what it used stands in the journal and in what the workspace used', async () => {
  await setUp({ models: [{ id: 'small', price: { in: 2, out: 10 } }] });
  server.next({ says: 'Fine, thank you.' });
  const run = await ground.run(await ground.publish(asks({ system: 'Be short.', temperature: 0 }), LENT));
  expect(run).toMatchObject({
    state: 'done',
    output: { text: 'Fine, thank you.', value: null, finish: 'stop', model: 'local/small', cached: false },
  });
  const [question] = server.asked;
  expect(question?.body).toMatchObject({ model: 'small', temperature: 0, max_tokens: 4096 });
  expect(question?.headers['authorization']).toBe(`Bearer ${SECRET}`);
  expect(question?.text).not.toContain(SECRET);
  // Six words in, three out.
  const used = { tokens: 9, money: 6 * 2 + 3 * 10 };
  expect((await eventsOf(run.id)).find(({ type }) => type === 'step.done')?.data).toMatchObject({ usage: used });
  expect(await usage()).toMatchObject(used);
});

test('an answer is told as it comes, in events of the run', async () => {
  await setUp();
  server.next({ says: 'One two three four five.' });
  const run = await ground.run(await ground.publish(asks({ stream: true }), LENT));
  expect(run).toMatchObject({ state: 'done', output: { text: 'One two three four five.', finish: 'stop' } });
  const said = (await eventsOf(run.id)).filter(({ type }) => type === 'step.said');
  expect(said.map(({ data }) => (data as { text: string }).text).join('')).toBe('One two three four five.');
  expect(said[0]).toMatchObject({ step: 'ask', data: { at: 0 } });
  expect(await usage()).toMatchObject({ tokens: 9 });
});

test('a secret that a model says is in no event, whatever pieces it comes in', async () => {
  await setUp();
  server.next({ pieces: [], then: 'cut' }, { says: `It is ${SECRET.split('').join('')} and more.` });
  const run = await ground.run(await ground.publish(asks({ stream: true }), LENT));
  expect(run.state).toBe('done');
  const told = JSON.stringify((await eventsOf(run.id)).filter(({ type }) => type === 'step.said'));
  expect(told).toContain('and more.');
  expect(told).not.toContain(SECRET);
});

test('a step that was lent nothing, another model or fewer tokens asks nobody', async () => {
  await setUp();
  for (const [power, code] of [
    [null, 'grant.missing'],
    ['model: local/large', 'grant.missing'],
    ['model: local/small, 100 tokens a run', 'grant.tokens'],
  ] as const) {
    const run = await ground.run(
      await ground.publish(asks(), { grants: power === null ? [] : [{ step: 'ask', power }] }),
    );
    expect(run).toMatchObject({ state: 'failed', problem: { code, at: { step: 'ask' } } });
  }
  expect(server.asked).toEqual([]);
  expect(await usage()).toMatchObject({ tokens: 0 });
});

test('a provider that is busy is asked again after as long as it says, one that stays down is left for the next', async () => {
  await setUp();
  await setUp({ models: [{ id: 'other' }] }, 'spare');
  server.next({ status: 429, headers: { 'retry-after': '0' } }, { says: 'Now.' });
  const flow = await ground.publish(asks({ fallbacks: ['spare/other'], tries: 1 }), {
    grants: [{ step: 'ask', power: 'model: *' }],
  });
  expect((await ground.run(flow)).output).toMatchObject({ text: 'Now.', model: 'local/small' });
  server.next({ status: 503 }, { status: 500 }, { says: 'From the other.' });
  expect((await ground.run(flow)).output).toMatchObject({ text: 'From the other.', model: 'spare/other' });
  expect(server.asked.map(({ body }) => body.model)).toEqual(['small', 'small', 'small', 'small', 'other']);
});

test('a refusal is told with what the provider says, and is not tried again', async () => {
  await setUp();
  const flow = await ground.publish(asks(), LENT);
  for (const [status, code] of [
    [401, 'model.key'],
    [404, 'model.unknown'],
    [400, 'model.refused'],
  ] as const) {
    server.next({ status, message: 'Because of me.' });
    const run = await ground.run(flow);
    expect(run).toMatchObject({ state: 'failed', problem: { code, text: expect.stringContaining('Because of me.') } });
  }
  expect(server.asked).toHaveLength(3);
});

test('nonsense, silence and an answer that breaks off are Problems, and what they used is charged', async () => {
  await setUp();
  const flow = await ground.publish(asks({ tries: 0 }), LENT);
  server.next({ raw: '{"this is' });
  expect(await ground.run(flow)).toMatchObject({ state: 'failed', problem: { code: 'model.answer' } });
  const before = (await usage()).tokens;
  const streams = await ground.publish(asks({ tries: 0, stream: true, stall: '300ms' }), LENT);
  server.next({ pieces: ['One ', 'two '], then: 'cut' });
  expect(await ground.run(streams)).toMatchObject({ state: 'failed', problem: { code: 'model.cut' } });
  const after = (await usage()).tokens;
  expect(after).toBeGreaterThan(before);
  server.next({ pieces: ['One '], then: 'stall' });
  expect(await ground.run(streams)).toMatchObject({ state: 'failed', problem: { code: 'model.stalled' } });
  expect((await usage()).tokens).toBeGreaterThan(after);
});

test('LLM-10 questions at the same time never use more together than a budget leaves', async () => {
  await setUp();
  const each = {
    headgate: 1,
    name: 'Many',
    steps: [
      {
        id: 'all',
        kind: 'each@1',
        with: {
          over: '{{ input.list }}',
          concurrency: 10,
          steps: [
            {
              id: 'ask',
              kind: 'model.generate@1',
              with: { model: 'local/small', prompt: 'Count {{ item }}', maxTokens: 100 },
            },
          ],
        },
      },
    ],
    settings: { budget: { tokens: { run: 450 } } },
  };
  const flow = await ground.publish(each, { grants: [{ step: 'ask', power: 'model: local/*' }] });
  const run = await ground.run(flow, { list: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] });
  expect(run).toMatchObject({ state: 'failed', problem: { code: 'budget.tokens' } });
  // Each sets aside somewhat more than a hundred: the fifth would go beyond.
  expect(server.asked.length).toBeLessThanOrEqual(4);
});

test('a run that is cancelled breaks the question off', async () => {
  await setUp();
  server.next({ pieces: ['One '], then: 'stall' });
  const run = await ground.run(await ground.publish(asks({ stream: true }), LENT), {}, { wait: 0 });
  await server.came(1);
  await vi.waitFor(() => expect(server.stalled()).toBe(1));
  const { OWNER } = await import('../testing/ground.ts');
  await ground.engine.cancel(OWNER, run.id);
  await ground.until(run.id, 'cancelled');
  await vi.waitFor(() => expect(server.stalled()).toBe(0));
});

test('the same question is answered from before where the step asks for that, and costs nothing then', async () => {
  await setUp();
  server.next({ says: 'Once.' }, { says: 'Twice.' });
  const flow = await ground.publish(asks({ cache: true }), LENT);
  expect((await ground.run(flow)).output).toMatchObject({ text: 'Once.', cached: false });
  const { tokens } = await usage();
  expect((await ground.run(flow)).output).toMatchObject({ text: 'Once.', cached: true, usage: { input: 0 } });
  expect((await usage()).tokens).toBe(tokens);
  // Another question, and one that does not ask for it.
  expect((await ground.run(await ground.publish(asks({ cache: true, temperature: 1 }), LENT))).output).toMatchObject({
    text: 'Twice.',
  });
  expect((await ground.run(await ground.publish(asks(), LENT))).output).toMatchObject({ text: 'Well.' });
});

test('a value is what its schema says, or a Problem', async () => {
  await setUp();
  const schema = {
    type: 'object',
    properties: { n: { type: 'integer' } },
    required: ['n'],
    additionalProperties: false,
  };
  const flow = await ground.publish(asks({ schema }), LENT);
  server.next({ says: '```json\n{"n": 3}\n```' });
  expect((await ground.run(flow)).output).toMatchObject({ value: { n: 3 } });
  expect(server.asked[0]?.body['response_format']).toMatchObject({ type: 'json_schema' });
  server.next({ says: '{"n": 3, "more": 1}' });
  expect(await ground.run(flow)).toMatchObject({ state: 'failed', problem: { code: 'model.answer' } });
});

test('texts become vectors and are ranked, by the model that comes with the server, which nobody set up', async () => {
  const flow = await ground.publish(
    {
      headgate: 1,
      name: 'Ranks',
      steps: [
        { id: 'embed', kind: 'model.embed@1', with: { texts: ['A dog', 'A puppy', 'An invoice'] } },
        {
          id: 'rank',
          kind: 'model.rerank@1',
          with: {
            query: 'How do I reset my password?',
            texts: ['Our office is in Paris', 'Changing a forgotten password', 'Opening hours'],
          },
        },
      ],
      output: { dimensions: '{{ steps.embed.dimensions }}', best: '{{ steps.rank.items[0].text }}' },
    },
    { grants: [{ step: '*', power: 'model: offline/*' }] },
  );
  expect(await ground.run(flow, {}, { wait: 30_000 })).toMatchObject({
    state: 'done',
    output: { dimensions: 512, best: 'Changing a forgotten password' },
  });
  expect(server.asked).toEqual([]);
});

test('vectors, ranks, pictures and speech of a provider, each judged and counted', async () => {
  await setUp({
    models: [
      { id: 'vec', does: ['embed'] },
      { id: 'rank', does: ['rerank'] },
      { id: 'draw', does: ['image'] },
      { id: 'ear', does: ['transcribe'] },
      { id: 'voice', does: ['say'] },
    ],
  });
  const flow = await ground.publish(
    {
      headgate: 1,
      name: 'All',
      steps: [
        { id: 'embed', kind: 'model.embed@1', with: { model: 'local/vec', texts: ['aab', 'b'] } },
        {
          id: 'rank',
          kind: 'model.rerank@1',
          with: { model: 'local/rank', query: 'red apple', texts: ['blue sky', 'a red apple'] },
        },
        { id: 'draw', kind: 'image.generate@1', with: { model: 'local/draw', prompt: 'A cat', folder: 'out/' } },
        { id: 'say', kind: 'speech.say@1', with: { model: 'local/voice', text: 'Hello', path: 'out/hello.mp3' } },
        { id: 'take', kind: 'file.read@1', after: ['say'], with: { path: 'out/hello.mp3', as: 'reference' } },
        {
          id: 'hear',
          kind: 'speech.transcribe@1',
          after: ['take'],
          with: { model: 'local/ear', file: '{{ steps.take }}', hint: 'Ada' },
        },
      ],
      output: {
        vectors: '{{ steps.embed.vectors.length }}',
        best: '{{ steps.rank.items[0].text }}',
        picture: '{{ steps.draw.files[0] }}',
        heard: '{{ steps.hear.text }}',
      },
    },
    {
      grants: [
        { step: '*', power: 'model: local/*' },
        { step: '*', power: 'file: write out/' },
        { step: '*', power: 'file: read out/' },
      ],
    },
  );
  const run = await ground.run(flow, {}, { wait: 30_000 });
  expect(run.problem).toBe(null);
  expect(run).toMatchObject({
    state: 'done',
    output: {
      vectors: 2,
      best: 'a red apple',
      picture: { path: 'out/picture-1.png', type: 'image/png' },
      heard: 'Hello from the recording.',
    },
  });
  const form = server.asked.find(({ path }) => path === '/v1/audio/transcriptions');
  expect(form?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
  expect(form?.text).toContain('ID3 Hello');
  expect(form?.headers['authorization']).toBe(`Bearer ${SECRET}`);
  const used = (await eventsOf(run.id))
    .filter(({ type }) => type === 'step.done')
    .map(({ step, data }) => [step, (data as { usage?: { tokens: number } }).usage?.tokens]);
  expect(Object.fromEntries(used)).toMatchObject({ embed: 2, rank: 7, draw: 105, hear: 24 });
  // A model is asked for what it does, and for nothing else.
  const other = await ground.publish(asks({ model: 'local/vec' }), {
    grants: [{ step: 'ask', power: 'model: local/*' }],
  });
  expect(await ground.run(other)).toMatchObject({ state: 'failed', problem: { code: 'model.task' } });
});
