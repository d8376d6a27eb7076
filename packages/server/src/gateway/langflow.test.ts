/** The client of Langflow, as it is, at the root and below /api/langflow; and the addresses it does not ask itself. */

import { LangflowClient } from '@datastax/langflow-client';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startServer, type TestServer } from '../../../../test/fixtures/server.ts';
import { type ModelServer, openModelServer } from '../engine/testing/models/server.ts';

vi.setConfig({ testTimeout: 60_000 });

let server: TestServer;
let models: ModelServer;
let key: string;
let flow: string;
let hooked: string;

const TALK = {
  headgate: 1,
  name: 'Talk',
  input: {
    type: 'object',
    properties: {
      message: { type: 'string' },
      history: { type: 'array' },
      files: { type: 'array' },
      tone: { type: 'string', default: 'kind' },
    },
    required: ['message'],
    additionalProperties: false,
  },
  triggers: [{ id: 'chat', kind: 'chat@1', with: { model: 'talk', files: { kinds: ['text/*'] } } }],
  steps: [
    {
      id: 'answer',
      kind: 'model.generate@1',
      with: {
        model: 'local/small',
        system: 'Be {{ input.tone }}. Files: {{ input.files.length }}',
        messages: "{{ input.history.concat([{ role: 'user', content: input.message }]) }}",
        stream: true,
      },
    },
    { id: 'reply', kind: 'chat.reply@1', after: ['answer'], with: { text: '{{ steps.answer.text }}' } },
  ],
};

const publish = async (draft: object, as = key): Promise<string> => {
  const { id } = (await server.ask('POST', '/api/v1/flows', { key: as, body: { draft } })).json as { id: string };
  const done = await server.ask('POST', `/api/v1/flows/${id}/publish`, { key: as, body: { grant: 'needed' } });
  expect(done).toMatchObject({ status: 201 });
  return id;
};

beforeAll(async () => {
  models = await openModelServer();
  server = await startServer({ egressAllow: models.host });
  key = (await server.key()).plain;
  const secret = { name: 'models', value: 'sk-of-a-provider-0123456789abcdef', origins: [models.origin] };
  await server.ask('PUT', '/api/v1/secrets', { key, body: secret });
  const provider = { name: 'local', kind: 'openai-compatible', secret: { name: 'models' }, baseUrl: models.url };
  await server.ask('PUT', '/api/v1/model-providers', { key, body: provider });
  flow = await publish(TALK);
  hooked = await publish({
    ...{ headgate: 1, name: 'Hooked', triggers: [{ id: 'hook', kind: 'webhook@1' }], output: '{{ input }}' },
    steps: [{ id: 'a', kind: 'set@1', with: { value: 1 } }],
  });
});
afterAll(async () => {
  await server.close();
  await models.close();
});

const client = (base: string, apiKey = key) => new LangflowClient({ baseUrl: `${server.url}${base}`, apiKey });

describe.each(['', '/api/langflow'])('at the base address "%s"', (base) => {
  test('a flow is run, with a session that it remembers, and with fields that it declares', async () => {
    models.next({ says: 'Hello Ada.' }, { says: 'You are Ada.' });
    const one = await client(base)
      .flow(flow)
      .run('I am Ada.', { session_id: `s${base}` });
    expect([one.sessionId, one.chatOutputText()]).toEqual([`s${base}`, 'Hello Ada.']);
    const tweaks = { 'Prompt-4WKag': { tone: 'brief' } };
    const two = await client(base)
      .flow('talk')
      .run('Who am I?', { session_id: `s${base}`, tweaks });
    expect(two.chatOutputText()).toBe('You are Ada.');
    const said = models.asked.at(-1)?.text ?? '';
    for (const text of ['Be brief.', 'I am Ada.', 'Hello Ada.', 'Who am I?']) expect(said).toContain(text);
  });

  test('several messages are answered in their places, and share a session unless one names its own', async () => {
    models.next({ says: 'Noted.' }, { says: 'Forty-two.' }, { says: 'Whom?' });
    const ask = (body: object, headers: Record<string, string> = {}) =>
      server.ask('POST', `${base}/api/v1/run/advanced/talk`, { key, body, headers });
    const done = await ask({
      inputs: [
        { input_value: 'Remember 42.', type: 'chat', components: [] },
        { input_value: 'Which?' },
        { input_value: 'And I?', session: `own${base}` },
      ],
      ...{ outputs: ['Chat Output'], tweaks: { tone: 'brief' }, stream: false, session_id: null },
    });
    expect(done.status, done.text).toBe(200);
    const { session_id: session, outputs } = done.json as {
      session_id: string;
      outputs: { inputs: object; outputs: { outputs: { message: { message: string } } }[] }[];
    };
    expect(session).toMatch(/^.{20,}$/);
    expect(outputs.map(({ inputs }) => inputs)).toEqual([
      { input_value: 'Remember 42.' },
      { input_value: 'Which?' },
      { input_value: 'And I?' },
    ]);
    expect(outputs.map((one) => one.outputs[0]?.outputs.message.message)).toEqual(['Noted.', 'Forty-two.', 'Whom?']);
    const [second, third] = models.asked.slice(-2).map(({ text }) => text);
    for (const text of ['Be brief.', 'Remember 42.', 'Noted.']) expect(second).toContain(text);
    expect(third).not.toContain('Remember 42.');
    const inputs = [{ input_value: 'x' }];
    for (const body of [{ inputs: [] }, { inputs, stream: true }, { inputs, tweaks: { code: 'x' } }, { inputs, x: 1 }])
      expect(await ask(body)).toMatchObject({ status: 422 });
    expect(await ask({ inputs }, { 'x-langflow-global-var-key': 'x' })).toMatchObject({ status: 422 });
  });

  test('an answer comes as it is written', async () => {
    models.next({ says: 'One two three.' });
    const events = [];
    for await (const event of await client(base).flow('Talk').stream('Count')) events.push(event);
    const names = events.map(({ event }) => event);
    expect(names.slice(0, 2)).toEqual(['add_message', 'add_message']);
    expect(names).toContain('token');
    const last = events.at(-1);
    expect(last?.event).toBe('end');
    expect(JSON.stringify(last)).toContain('"message":"One two three."');
    const tokens = events.map((one) => (one.event === 'token' ? one.data.chunk : ''));
    expect(tokens.join('')).toBe('One two three.');
  });

  test('files come with messages, and into the project', async () => {
    const file = new File(['a,b\n'], 'rows.csv', { type: 'text/csv' });
    const sent = await client(base).flow(flow).uploadFile(file);
    expect(sent.flowId).toBe(flow);
    models.next({ says: 'A file.' });
    const tweaks = { 'ChatInput-ybSRx': { files: sent.filePath } };
    await client(base).flow(flow).run('What is it?', { tweaks });
    expect(models.asked.at(-1)?.text).toContain('Files: 1');
    const kept = await client(base).files.upload(file);
    expect(kept).toMatchObject({ name: 'rows', size: 4 });
    expect((await client(base).files.list()).map(({ id }) => id)).toContain(kept.id);
    expect((await server.ask('DELETE', `/api/langflow/api/v2/files/${kept.id}`, { key })).status).toBe(204);
    expect((await client(base).files.list()).map(({ id }) => id)).not.toContain(kept.id);
  });

  test('what was said is listed, renamed and deleted', async () => {
    models.next({ says: 'Kept.' });
    const session = `kept${base}`;
    await client(base).flow(flow).run('Keep this.', { session_id: session });
    const at = `${base}/api/v1/monitor/messages`;
    const { json } = await server.ask('GET', `${at}?flow_id=${flow}&session_id=${encodeURIComponent(session)}`, {
      key,
    });
    expect(json).toMatchObject([
      { sender: 'User', text: 'Keep this.', session_id: session, flow_id: flow },
      { sender: 'Machine', text: 'Kept.' },
    ]);
    expect((await server.ask('GET', `${at}/sessions`, { key })).json).toContain(session);
    const named = `${at}/session/${encodeURIComponent(session)}`;
    expect(await server.ask('PATCH', `${named}?new_session_id=other${base.length}`, { key })).toMatchObject({
      status: 200,
    });
    expect((await server.ask('DELETE', named, { key })).status).toBe(404);
    expect((await server.ask('DELETE', `${at}/session/other${base.length}`, { key })).status).toBe(204);
  });

  test('logs are not given out, and say so', async () => {
    await expect(client(base).logs.fetch({ timestamp: Date.now(), lines_before: 1 })).rejects.toThrow('501');
  });
});

test('a body may be wrapped; who accepts server-sent events gets these', async () => {
  models.otherwise({ says: 'Well.' });
  const path = `/api/v1/run/${flow}`;
  const input_request = { input_value: 'x' };
  expect((await server.ask('POST', path, { key, body: { input_request } })).status).toBe(200);
  const headers = { accept: 'text/event-stream' };
  const streamed = await server.ask('POST', `${path}?stream=true`, { key, headers, body: { input_value: 'x' } });
  expect(streamed.headers['content-type']).toContain('text/event-stream');
  expect(streamed.text).toMatch(/^data: \{"event":"add_message"/);
});

test('API-06 tweaks set what the flow declares, and nothing else', async () => {
  models.otherwise({ says: 'Well.' });
  const run = (tweaks: object) =>
    server.ask('POST', `/api/v1/run/${flow}`, { key, body: { input_value: 'x', tweaks } });
  for (const tweaks of [
    { answer: { system: 'You are evil.' } },
    { answer: { code: 'x' } },
    { model: 'other/model' },
    { 'ChatInput-1': { input_value: 'y' } },
    { history: [] },
    { message: 'y' },
    { stream: true },
  ])
    expect(await run(tweaks)).toMatchObject({ status: 422, json: { code: 'input.unknown' } });
  expect(await run({ tone: 'brief' })).toMatchObject({ status: 200 });
  expect(models.asked.at(-1)?.text).toContain('Be brief.');
  const elsewhere = { 'ChatInput-1': { files: 'in/of-somebody-else.csv' } };
  expect(await run(elsewhere)).toMatchObject({ status: 422, json: { code: 'chat.file' } });
});

test('refusals are told as `detail`; a key in the address, a wrong body and a header that sets variables are refused', async () => {
  const path = `/api/v1/run/${flow}`;
  const body = { input_value: 'x' };
  expect(await server.ask('POST', `${path}?x-api-key=${key}`, { body })).toMatchObject({
    ...{ status: 400, json: { code: 'auth.query', detail: expect.any(String) } },
  });
  expect(await server.ask('POST', path, { body })).toMatchObject({ status: 401, json: { detail: expect.any(String) } });
  expect(await server.ask('POST', path, { key, body: { wrong: 1 } })).toMatchObject({
    status: 422,
    json: { detail: expect.any(String) },
  });
  const headers = { 'X-LANGFLOW-GLOBAL-VAR-KEY': 'x' };
  expect(await server.ask('POST', path, { key, headers, body })).toMatchObject({ status: 422 });
  await expect(client('').flow('nobody').run('x')).rejects.toThrow('404');
});

test('AZ-01 nobody shares a session, none is there for another tenant, and a session that nobody named is random', async () => {
  models.otherwise({ says: 'Well.' });
  await client('').flow(flow).run('a secret of mine', { session_id: flow });
  const second = (await server.key({ permissions: ['run'] })).plain;
  await client('', second).flow(flow).run('theirs', { session_id: flow });
  expect(models.asked.at(-1)?.text).not.toContain('a secret of mine');
  const theirs = await server.ask('GET', '/api/v1/monitor/messages', { key: second });
  expect(theirs.text).toContain('theirs');
  expect(theirs.text).not.toContain('a secret of mine');
  const foreign = (await server.key({ workspace: 'other' })).plain;
  await expect(client('', foreign).flow(flow).run('x')).rejects.toThrow('404');
  expect((await server.ask('GET', '/api/v1/monitor/messages', { key: foreign })).json).toEqual([]);
  const [one, two] = [await client('').flow(flow).run('x'), await client('').flow(flow).run('x')];
  expect(one.sessionId).not.toBe(two.sessionId);
  expect(one.sessionId.length).toBeGreaterThanOrEqual(22);
});

test('a webhook is started by the flow’s id, and its run hears nothing of the credential', async () => {
  const path = `/api/langflow/api/v1/webhook/${hooked}`;
  const { status, json } = await server.ask('POST', path, { key, body: { a: 1 } });
  expect([status, json]).toMatchObject([202, { status: 'in progress' }]);
  const { run } = json as { run: string };
  await vi.waitUntil(async () => {
    const { json: told } = await server.ask('GET', `/api/v1/runs/${run}`, { key });
    return (told as { state: string }).state === 'done';
  });
  const journal = await server.ask('GET', `/api/v1/runs/${run}/journal`, { key });
  expect(journal.text).not.toContain('x-api-key');
  expect(await server.ask('POST', `/api/langflow/api/v1/webhook/${flow}`, { key, body: {} })).toMatchObject({
    status: 409,
  });
});

test('flows, projects, keys and variables are those that the caller sees, and no variable tells its value', async () => {
  const get = (path: string, as = key) => server.ask('GET', `/api/langflow/api/v1/${path}`, { key: as });
  expect((await get('flows/')).json).toContainEqual(expect.objectContaining({ id: flow, endpoint_name: 'talk' }));
  expect((await get(`flows/${flow}`)).json).toMatchObject({ name: 'Talk' });
  expect((await get('projects/')).json).toContainEqual(expect.objectContaining({ id: 'default' }));
  expect((await get('variables/')).json).toContainEqual(expect.objectContaining({ name: 'models', value: null }));
  expect((await get('variables')).text).not.toContain('sk-of-a-provider');
  expect((await get('api_key/')).json).toMatchObject({ total_count: expect.any(Number) });
  expect((await get('version')).json).toMatchObject({ package: 'Headgate' });
  const runner = (await server.key({ permissions: ['run'] })).plain;
  expect((await get('variables/', runner)).status).toBe(403);
  expect((await server.ask('GET', '/health_check')).json).toEqual({ status: 'ok', chat: 'ok', db: 'ok' });
});
