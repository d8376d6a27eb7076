/** The client of OpenAI, as it is, against flows that are models. */

import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startServer, type TestServer } from '../../../../test/fixtures/server.ts';
import { type ModelServer, openModelServer } from '../engine/testing/models/server.ts';

vi.setConfig({ testTimeout: 60_000 });

let server: TestServer;
let models: ModelServer;
let key: string;
let flow: string;

const TALK = {
  headgate: 1,
  name: 'Talk',
  triggers: [{ id: 'chat', kind: 'chat@1', with: { model: 'helper' } }],
  steps: [
    {
      id: 'answer',
      kind: 'model.generate@1',
      with: {
        model: 'local/small',
        messages: "{{ input.history.concat([{ role: 'user', content: input.message }]) }}",
        stream: true,
      },
    },
    { id: 'reply', kind: 'chat.reply@1', after: ['answer'], with: { text: '{{ steps.answer.text }}' } },
  ],
};
const VECTOR = {
  headgate: 1,
  name: 'Vector',
  triggers: [{ id: 'chat', kind: 'chat@1', with: { model: 'vectors' } }],
  steps: [{ id: 'a', kind: 'set@1', with: { value: ['{{ input.message.length }}', 0.5] } }],
  output: '{{ steps.a }}',
};

/** A flow that takes pictures, and has a model look at them. */
const LOOKS = {
  headgate: 1,
  name: 'Looks',
  triggers: [{ id: 'chat', kind: 'chat@1', with: { model: 'looks', files: { kinds: ['image/*'], size: 1 } } }],
  steps: [
    {
      id: 'refs',
      kind: 'each@1',
      with: {
        over: '{{ input.files }}',
        steps: [{ id: 'ref', kind: 'file.read@1', with: { path: 'chat/{{ item.path.slice(5) }}', as: 'reference' } }],
      },
    },
    {
      id: 'see',
      kind: 'model.generate@1',
      after: ['refs'],
      with: { model: 'local/small', prompt: '{{ input.message }}', files: '{{ steps.refs }}', stream: true },
    },
    { id: 'reply', kind: 'chat.reply@1', after: ['see'], with: { text: '{{ steps.see.text }}' } },
  ],
};
const DOT = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
const POINT = `data:image/png;base64,${DOT}`;

const publish = async (draft: object, as: string): Promise<string> => {
  const { id } = (await server.ask('POST', '/api/v1/flows', { key: as, body: { draft } })).json as { id: string };
  const done = await server.ask('POST', `/api/v1/flows/${id}/publish`, { key: as, body: { grant: 'needed' } });
  expect(done).toMatchObject({ status: 201 });
  return id;
};
const client = (base: string, apiKey = key): OpenAI =>
  new OpenAI({ baseURL: `${server.url}${base}`, apiKey, maxRetries: 0 });

beforeAll(async () => {
  models = await openModelServer();
  server = await startServer({ egressAllow: models.host });
  key = (await server.key()).plain;
  const secret = { name: 'models', value: 'sk-of-a-provider-0123456789abcdef', origins: [models.origin] };
  await server.ask('PUT', '/api/v1/secrets', { key, body: secret });
  const provider = { name: 'local', kind: 'openai-compatible', secret: { name: 'models' }, baseUrl: models.url };
  await server.ask('PUT', '/api/v1/model-providers', { key, body: provider });
  flow = await publish(TALK, key);
  await publish(VECTOR, key);
  await publish(LOOKS, key);
});
afterAll(async () => {
  await server.close();
  await models.close();
});

const MESSAGES = [
  { role: 'system' as const, content: 'Be kind.' },
  { role: 'user' as const, content: 'My name is Ada.' },
  { role: 'assistant' as const, content: 'Hello Ada.' },
  { role: 'user' as const, content: [{ type: 'text' as const, text: 'Who am I?' }] },
];

describe.each(['/v1', '/api/v1'])('at the base address %s', (base) => {
  test('completions: whole, and as a stream', async () => {
    models.next({ says: 'You are Ada.' }, { says: 'You are still Ada.' });
    const openai = client(base);
    const made = await openai.chat.completions.create({ model: 'helper', messages: MESSAGES, temperature: 0.2 });
    expect(made).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { role: 'assistant', content: 'You are Ada.' }, finish_reason: 'stop' }],
    });
    expect(models.asked.at(-1)?.body.messages).toHaveLength(4);
    const stream = await openai.chat.completions.create({ model: 'helper', messages: MESSAGES, stream: true });
    let text = '';
    let finish: string | null = null;
    for await (const { choices } of stream) {
      text += choices[0]?.delta.content ?? '';
      finish = choices[0]?.finish_reason ?? finish;
    }
    expect([text, finish]).toEqual(['You are still Ada.', 'stop']);
  });

  test('responses: whole, gone on with, and as a stream of the events that the client knows', async () => {
    models.next({ says: 'Noted.' }, { says: 'Forty-two.' });
    const openai = client(base);
    const first = await openai.responses.create({ model: flow, input: 'Remember 42.' });
    expect(first).toMatchObject({ object: 'response', status: 'completed', output_text: 'Noted.' });
    const stream = openai.responses.stream({ model: flow, input: 'Which?', previous_response_id: first.id });
    const types: string[] = [];
    for await (const { type } of stream) types.push(type);
    const last = await stream.finalResponse();
    expect(last.output_text).toBe('Forty-two.');
    expect(types[0]).toBe('response.created');
    expect(types).toContain('response.output_text.delta');
    expect(types.at(-1)).toBe('response.completed');
    const said = models.asked.at(-1)?.text ?? '';
    for (const one of ['Remember 42.', 'Noted.', 'Which?']) expect(said).toContain(one);
  });

  test('embeddings: a flow that answers with numbers', async () => {
    const made = await client(base).embeddings.create({ model: 'vectors', input: ['ab', 'abcd'] });
    expect(made.data.map(({ embedding }) => embedding)).toEqual([
      [2, 0.5],
      [4, 0.5],
    ]);
  });
});

test('models: flows that say they are', async () => {
  const list = await client('/v1').models.list();
  expect(list.data.map(({ id }) => id)).toEqual(['helper', 'vectors', 'looks']);
});

test('what cannot be answered comes in the client’s own errors', async () => {
  const openai = client('/v1');
  const ask = (more: object) =>
    openai.chat.completions.create({ model: 'helper', messages: [{ role: 'user', content: 'x' }], ...more });
  await expect(ask({ model: 'nobody' })).rejects.toMatchObject({
    ...{ status: 404, code: 'model_not_found' },
    message: expect.stringContaining('GET /v1/models'),
  });
  await expect(ask({ response_format: { type: 'json_object' } })).rejects.toMatchObject({ code: 'input.invalid' });
  await expect(ask({ messages: [{ role: 'assistant', content: 'x' }] })).rejects.toMatchObject({ status: 422 });
  const wrong = client('/v1', `hg_${'x'.repeat(43)}`);
  await expect(wrong.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
  await expect(openai.embeddings.create({ model: 'helper', input: 'x' })).rejects.toMatchObject({
    code: 'chat.vector',
  });
  models.next({ status: 400, message: 'no' });
  await expect(ask({})).rejects.toMatchObject({ code: 'run.failed' });
});

test('a client that asks again by itself begins no second run of one that failed, whatever its author calls that (AK3); twin: of what began nothing that is not said', async () => {
  const triggers = [{ id: 'chat', kind: 'chat@1', with: { model: 'busy' } }];
  const steps = [{ id: 'end', kind: 'stop@1', with: { problem: 'requests.limit', text: 'Come tomorrow.' } }];
  const busy = await publish({ headgate: 1, name: 'Busy', triggers, steps }, key);
  const runs = async (): Promise<number> => {
    const { runs: all } = (await server.ask('GET', `/api/v1/runs?flow=${busy}`, { key })).json as { runs: unknown[] };
    return all.length;
  };
  let asked = 0;
  const patient = new OpenAI({
    ...{ baseURL: `${server.url}/v1`, apiKey: key, maxRetries: 1 },
    fetch: (url, how) => {
      asked += 1;
      return fetch(url, how);
    },
  });
  const ask = (model: string) => patient.chat.completions.create({ model, messages: [{ role: 'user', content: 'x' }] });
  await expect(ask('busy')).rejects.toMatchObject({ status: 429, code: 'requests.limit' });
  expect([asked, await runs()]).toEqual([1, 1]);
  const told = async (model: string): Promise<string | null> => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'x' }] });
    return (await fetch(`${server.url}/v1/chat/completions`, { method: 'POST', headers, body })).headers.get(
      'x-should-retry',
    );
  };
  expect([await told('busy'), await told('nobody')]).toEqual(['false', null]);
});

test('what the models of the run used is told: whole, in the last chunk of a stream where it is asked for, and of embeddings', async () => {
  const openai = client('/v1');
  const messages = [{ role: 'user' as const, content: 'one two three' }];
  const use = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 };
  models.next({ says: 'a b c d' }, { says: 'a b c d' }, { says: 'a b c d' }, { says: 'a b c d' }, { says: 'a b c d' });
  expect((await openai.chat.completions.create({ model: 'helper', messages })).usage).toEqual(use);
  const streamed = async (more: object) => {
    const all = [];
    const stream = await openai.chat.completions.create({ model: 'helper', messages, stream: true, ...more });
    for await (const chunk of stream) all.push(chunk);
    return all;
  };
  const counted = await streamed({ stream_options: { include_usage: true } });
  expect(counted.at(-1)).toMatchObject({ choices: [], usage: use });
  expect(counted.slice(0, -1).every(({ usage, choices }) => usage === null && choices.length === 1)).toBe(true);
  expect((await streamed({})).every((chunk) => !('usage' in chunk))).toBe(true);
  const whole = await openai.responses.create({ model: 'helper', input: 'one two three', store: false });
  expect(whole.usage).toMatchObject({ input_tokens: 3, output_tokens: 4, total_tokens: 7 });
  const stream = openai.responses.stream({ model: 'helper', input: 'one two three', store: false });
  expect((await stream.finalResponse()).usage).toMatchObject({ input_tokens: 3, output_tokens: 4, total_tokens: 7 });
  const none = await openai.embeddings.create({ model: 'vectors', input: 'ab' });
  expect(none.usage).toEqual({ prompt_tokens: 0, total_tokens: 0 });
});

describe('pictures', () => {
  const files = async (): Promise<readonly string[]> =>
    (
      (await server.ask('GET', '/api/v1/files?prefix=chat/', { key })).json as { files: readonly { path: string }[] }
    ).files.map(({ path }) => path);
  const image = (url: string) => ({ type: 'image_url' as const, image_url: { url } });
  const text = { type: 'text' as const, text: 'What is it?' };

  test('one in a message reaches the flow as a file, and its model as a picture, in completions and in responses', async () => {
    const openai = client('/v1');
    models.next({ says: 'A dot.' }, { says: 'A dot again.' });
    const made = await openai.chat.completions.create({
      model: 'looks',
      messages: [{ role: 'user', content: [text, image(POINT)] }],
    });
    expect(made.choices[0]?.message.content).toBe('A dot.');
    expect(models.asked.at(-1)?.text).toContain(DOT);
    const again = await openai.responses.create({
      model: 'looks',
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'And now?' },
            { type: 'input_image', image_url: POINT, detail: 'auto' },
          ],
        },
      ],
    });
    expect(again.output_text).toBe('A dot again.');
    expect(models.asked.at(-1)?.text).toContain(DOT);
    expect(await files()).toHaveLength(2);
    for (const path of await files()) expect(path).toMatch(/^chat\/[0-9a-f]{32}\/[0-9a-f]{18}-picture-1\.png$/);
  });

  test('SSRF-01 no address is fetched, what is no picture is refused, and a flow that takes none says so', async () => {
    const openai = client('/v1');
    const before = [models.asked.length, await files()];
    const ask = (model: string, ...urls: string[]) =>
      openai.chat.completions.create({ model, messages: [{ role: 'user', content: [text, ...urls.map(image)] }] });
    for (const url of [
      `${models.origin}/v1/models`,
      'http://169.254.169.254/latest/meta-data/',
      'file:///etc/passwd',
      'data:text/html;base64,PGI+',
      'data:image/png;base64,###',
      'data:image/png,abc',
    ])
      await expect(ask('looks', POINT, url)).rejects.toMatchObject({
        ...{ status: 422, code: 'field.wrong', param: 'messages', type: 'invalid_request_error' },
      });
    await expect(ask('helper', POINT)).rejects.toMatchObject({ status: 415, code: 'chat.kind' });
    expect([models.asked.length, await files()]).toEqual(before);
  });
});

test('a picture is kept once its message fits what the flow takes, and not before: neither it nor a session stays of one that does not', async () => {
  const short = { type: 'object', properties: { message: { type: 'string', maxLength: 5 } }, required: ['message'] };
  const strict = await publish(
    {
      ...{ headgate: 1, name: 'Strict', input: short, output: '{{ steps.a }}' },
      triggers: [{ id: 'chat', kind: 'chat@1', with: { model: 'strict', files: { kinds: ['image/*'], size: 1 } } }],
      steps: [
        { id: 'read', kind: 'file.read@1', with: { path: 'chat/{{ input.files[0].path.slice(5) }}', as: 'reference' } },
        { id: 'a', kind: 'set@1', after: ['read'], with: { value: '{{ input.message }}' } },
      ],
    },
    key,
  );
  const openai = client('/v1');
  const kept = async () =>
    ((await server.ask('GET', '/api/v1/files?prefix=chat/', { key })).json as { files: readonly unknown[] }).files
      .length;
  const sessions = async () => (await server.ask('GET', `/api/v1/chat/${strict}/sessions`, { key })).json;
  const completed = (text: string) =>
    openai.chat.completions.create({
      model: 'strict',
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text },
            { type: 'image_url', image_url: { url: POINT } },
          ],
        },
      ],
    });
  const responded = (text: string) =>
    openai.responses.create({
      model: 'strict',
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_text', text },
            { type: 'input_image', image_url: POINT, detail: 'auto' },
          ],
        },
      ],
    });
  const before = await kept();
  for (const ask of [completed, responded])
    await expect(ask('too long')).rejects.toMatchObject({ status: 422, code: 'input.invalid' });
  expect(await kept()).toBe(before);
  expect(await sessions()).toMatchObject({ sessions: [] });
  // Twin: what fits is kept, read and answered.
  expect((await completed('one')).choices[0]?.message.content).toBe('one');
  expect((await responded('two')).output_text).toBe('two');
  expect(await kept()).toBe(before + 2);
  expect(await sessions()).toMatchObject({ sessions: [{ title: 'two' }] });
});

test('tools of a caller are refused in words of their own; none offered, or none wanted, is no refusal', async () => {
  const openai = client('/v1');
  const messages = [{ role: 'user' as const, content: 'x' }];
  const tool = { type: 'function' as const, function: { name: 'rm', parameters: { type: 'object' } } };
  const refused = { status: 422, code: 'chat.tools', param: 'tools', type: 'invalid_request_error' };
  const before = models.asked.length;
  for (const more of [
    { tools: [tool] },
    { tools: [tool], tool_choice: 'auto' as const },
    { tool_choice: 'required' as const },
  ])
    for (const stream of [false, true])
      await expect(
        openai.chat.completions.create({ model: 'helper', messages, stream, ...more }),
      ).rejects.toMatchObject(refused);
  const search = [{ type: 'web_search' as const }];
  await expect(openai.responses.create({ model: 'helper', input: 'x', tools: search })).rejects.toMatchObject(refused);
  expect(models.asked).toHaveLength(before);
  models.next({ says: 'Well.' });
  const made = await openai.chat.completions.create({ model: 'helper', messages, tools: [], tool_choice: 'none' });
  expect(made.choices[0]?.message.content).toBe('Well.');
});

describe('another tenant', () => {
  test('AZ-01 finds no flow of this one as a model, by name or by id, and goes on from no response of it', async () => {
    models.otherwise({ says: 'Well.' });
    const mine = await client('/v1').responses.create({ model: 'helper', input: 'a secret of mine' });
    const other = (await server.key({ workspace: 'other' })).plain;
    const own = await publish(
      {
        ...TALK,
        steps: [TALK.steps[1] as object].map((one) => ({
          ...one,
          after: [],
          with: { text: 'own {{ input.history.length }}' },
        })),
      },
      other,
    );
    const theirs = client('/v1', other);
    for (const model of [flow, 'vectors'])
      await expect(theirs.responses.create({ model, input: 'x' })).rejects.toMatchObject({ status: 404 });
    expect((await theirs.models.list()).data.map(({ id }) => id)).toEqual(['helper']);
    const asks = theirs.responses.create({ model: own, input: 'x', previous_response_id: mine.id });
    await expect(asks).rejects.toMatchObject({ status: 404 });
    // Twin: one's own flow of the same name answers, and goes on from one's own response.
    const first = await theirs.responses.create({ model: 'helper', input: 'x' });
    expect(first.output_text).toBe('own 0');
    const next = await theirs.responses.create({ model: own, input: 'x', previous_response_id: first.id });
    expect(next.output_text).toBe('own 2');
  });
});

test('TOK-13 a key in the address is refused, and comes in a header by either name', async () => {
  const body = { model: 'helper', input: 'x' };
  const ask = (path: string, headers: Record<string, string>) =>
    server.ask('POST', path, { headers: { 'content-type': 'application/json', ...headers }, body });
  for (const name of ['api_key', 'x-api-key', 'key'])
    expect(await ask(`/v1/responses?${name}=${key}`, {})).toMatchObject({
      status: 400,
      json: { error: { code: 'auth.query' } },
    });
  expect((await ask('/v1/responses', { 'x-api-key': key })).status).toBe(200);
  expect((await ask('/v1/responses', { authorization: `Bearer ${key}` })).status).toBe(200);
});
