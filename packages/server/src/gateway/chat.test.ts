/** Chats over the real API: messages, sessions, answers while they are written, and whose they are. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startServer, type TestServer } from '../../../../test/fixtures/server.ts';
import { type ModelServer, openModelServer } from '../engine/testing/models/server.ts';

vi.setConfig({ testTimeout: 60_000 });

let server: TestServer;
let models: ModelServer;
let key: string;
let flow: string;

const ask = (method: string, path: string, body?: unknown, as = key) =>
  server.ask(method, `/api/v1/${path}`, { key: as, ...(body === undefined ? {} : { body }) });

const TALK = {
  headgate: 1,
  name: 'Talk',
  triggers: [{ id: 'chat', kind: 'chat@1', with: { title: 'Help', greeting: 'Hello!', model: 'helper' } }],
  steps: [
    {
      id: 'think',
      kind: 'model.generate@1',
      with: { model: 'local/small', prompt: 'secret plan for {{ input.message }}', stream: true },
    },
    {
      id: 'answer',
      kind: 'model.generate@1',
      after: ['think'],
      with: {
        model: 'local/small',
        messages: "{{ input.history.concat([{ role: 'user', content: input.message }]) }}",
        stream: true,
      },
    },
    { id: 'reply', kind: 'chat.reply@1', after: ['answer'], with: { text: '{{ steps.answer.text }}' } },
  ],
};

const publish = async (draft: object, as = key): Promise<string> => {
  const { id } = (await ask('POST', 'flows', { draft }, as)).json as { id: string };
  expect(await ask('POST', `flows/${id}/publish`, { grant: 'needed' }, as)).toMatchObject({ status: 201 });
  return id;
};

type Message = { id: string; text: string | null; role: string; state: string };
type Sent = { session: string; asked: Message; reply: Message; run?: string };

beforeAll(async () => {
  models = await openModelServer();
  server = await startServer({ egressAllow: '127.0.0.1' });
  key = (await server.key()).plain;
  await ask('PUT', 'secrets', { name: 'models', value: 'sk-of-a-provider-0123456789abcdef', origins: [models.origin] });
  await ask('PUT', 'model-providers', {
    ...{ name: 'local', kind: 'openai-compatible', secret: { name: 'models' }, default: 'small', baseUrl: models.url },
  });
  flow = await publish(TALK);
});
afterAll(async () => {
  await server.close();
  await models.close();
});

const send = async (message: string, more: object = {}, as = key) => {
  const answer = await ask('POST', `chat/${flow}/messages`, { message, wait: 30, ...more }, as);
  return { ...answer, sent: answer.json as Sent };
};

test('a message is answered, and what was said comes with the next one', async () => {
  models.next({ says: 'A plan' }, { says: 'Paris it is.' }, { says: 'Another plan' }, { says: 'You said Paris.' });
  const one = await send('Where to?', { session: 'trip' });
  expect(one).toMatchObject({ status: 200, sent: { session: 'trip', reply: { text: 'Paris it is.', state: 'done' } } });
  const two = await send('What did I say?', { session: 'trip' });
  expect(two.sent.reply.text).toBe('You said Paris.');
  expect(models.asked.at(-1)?.body.messages?.map(({ role, content }) => [role, JSON.stringify(content)])).toEqual([
    ['user', expect.stringContaining('Where to?')],
    ['assistant', expect.stringContaining('Paris it is.')],
    ['user', expect.stringContaining('What did I say?')],
  ]);
  const { json } = await ask('GET', `chat/${flow}/sessions/trip/messages`);
  expect((json as { messages: Message[] }).messages.map(({ role, text }) => [role, text])).toEqual([
    ['user', 'Where to?'],
    ['assistant', 'Paris it is.'],
    ['user', 'What did I say?'],
    ['assistant', 'You said Paris.'],
  ]);
});

test('sessions are listed, renamed, voted in, and deleted', async () => {
  models.otherwise({ says: 'Well.' });
  const { sent } = await send('A first question of a session');
  expect(sent.session).toMatch(/^[\w-]{24}$/);
  expect((await ask('GET', `chat/${flow}/sessions`)).json).toMatchObject({
    sessions: [{ session: sent.session, title: 'A first question of a session' }, { session: 'trip' }],
  });
  expect(await ask('PATCH', `chat/${flow}/sessions/${sent.session}`, { title: 'Mine' })).toMatchObject({
    ...{ status: 200, json: { title: 'Mine' } },
  });
  const vote = { vote: -1, words: 'too short' };
  expect((await ask('PUT', `chat/${flow}/messages/${sent.reply.id}/vote`, vote)).status).toBe(204);
  expect((await ask('GET', `chat/${flow}/messages/${sent.reply.id}`)).json).toMatchObject(vote);
  expect((await ask('PUT', `chat/${flow}/messages/${sent.asked.id}/vote`, vote)).status).toBe(404);
  expect((await ask('DELETE', `chat/${flow}/sessions/${sent.session}`)).status).toBe(204);
  expect((await ask('GET', `chat/${flow}/sessions/${sent.session}/messages`)).status).toBe(404);
  expect((await ask('GET', `chat/${flow}/messages/${sent.reply.id}`)).status).toBe(404);
});

type Event = { seq: number; type: string; text?: string; at?: number };
const eventsIn = (text: string): Event[] =>
  [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? '') as Event);

test('the answer is told while it is written, is resumed, and holds nothing of the steps before it', async () => {
  models.next({ says: 'a plan nobody is told' }, { says: 'One two three four.' });
  const { status, sent } = await send('Count', { wait: 0 });
  expect(status).toBe(202);
  const path = `/api/v1/chat/${flow}/messages/${sent.reply.id}/events`;
  const { text } = await server.ask('GET', path, { key });
  const events = eventsIn(text);
  expect(events.at(-1)).toMatchObject({ type: 'reply', text: 'One two three four.' });
  const said = events.filter(({ type }) => type === 'said');
  expect(said.map((one) => one.text).join('')).toBe('One two three four.');
  expect(text).not.toContain('a plan nobody is told');
  const after = String(said.at(-1)?.seq ?? 0);
  const resumed = await server.ask('GET', path, { key, headers: { 'last-event-id': after } });
  // What the journal had not yet is told again, in its place.
  const again = eventsIn(resumed.text);
  expect(again.at(-1)).toEqual(events.at(-1));
  expect(again.every(({ seq }) => Number(seq) > Number(after))).toBe(true);
  const read = [...said, ...again.slice(0, -1)].reduce(
    (whole, one) => whole.slice(0, Number(one.at)) + String(one.text),
    '',
  );
  expect(read).toBe('One two three four.');
});

test('a flow without chat.reply answers with its output, and a failed one with what its author says', async () => {
  const triggers = [{ id: 'chat', kind: 'chat@1' }];
  const input = {
    type: 'object',
    properties: { message: { type: 'string' }, tone: { type: 'string', default: 'kind' } },
    required: ['message'],
    additionalProperties: false,
  };
  const echo = await publish({
    ...{ headgate: 1, name: 'Echo', triggers, input },
    steps: [
      { id: 'bad', kind: 'if@1', with: { when: "{{ input.message == 'no' }}" } },
      { id: 'refuse', kind: 'stop@1', after: ['bad.true'], with: { problem: 'said.no', text: 'Not that.' } },
      { id: 'say', kind: 'set@1', after: ['bad.false'], with: { value: '{{ input.tone }} {{ input.message }}' } },
    ],
    output: '{{ steps.say }}',
  });
  const to = (body: object) => ask('POST', `chat/${echo}/messages`, { wait: 30, ...body });
  expect((await to({ message: 'yes' })).json).toMatchObject({ reply: { text: 'kind yes' } });
  expect((await to({ message: 'yes', input: { tone: 'rude' } })).json).toMatchObject({ reply: { text: 'rude yes' } });
  expect((await to({ message: 'no' })).json).toMatchObject({
    ...{ reply: { state: 'failed', problem: { code: 'said.no', text: 'Not that.' } } },
  });
  for (const input of [{ code: 'x' }, { message: 'other' }, { history: [] }])
    expect(await to({ message: 'yes', input })).toMatchObject({ status: 422, json: { code: 'input.unknown' } });
  const none = await publish({ headgate: 1, name: 'None', steps: [{ id: 'a', kind: 'set@1', with: { value: 1 } }] });
  expect((await ask('POST', `chat/${none}/messages`, { message: 'x' })).json).toMatchObject({ code: 'chat.none' });
});

test('an answer under way is cancelled by who asked for it', async () => {
  models.next({ says: 'plan' }, { pieces: ['Long '], then: 'stall' });
  const { sent } = await send('Go on for ever', { wait: 0, session: 'long' });
  await vi.waitUntil(() => models.stalled() > 0, 20_000);
  const path = `chat/${flow}/messages/${sent.reply.id}/cancel`;
  expect((await ask('POST', path)).json).toMatchObject({ state: 'failed', problem: { code: 'run.cancelled' } });
  expect((await ask('POST', path)).json).toMatchObject({ code: 'run.over' });
});

test('AZ-01 a session of one key is another session for another, and nobody finds what another said', async () => {
  const other = (await server.key({ permissions: ['run'] })).plain;
  models.otherwise({ says: 'Well.' });
  const mine = await send('my secret is here', { session: 'shared' });
  const theirs = await send('what is the secret?', { session: 'shared' }, other);
  expect(theirs.status).toBe(200);
  const said = models.asked.at(-1)?.text ?? '';
  expect(said).toContain('what is the secret?');
  expect(said).not.toContain('my secret is here');
  const { json } = await ask('GET', `chat/${flow}/sessions/shared/messages`, undefined, other);
  expect(JSON.stringify(json)).not.toContain('my secret is here');
  const { reply } = mine.sent;
  for (const [method, path, body] of [
    ['GET', `messages/${reply.id}`],
    ['GET', `messages/${reply.id}/events`],
    ['POST', `messages/${reply.id}/cancel`],
    ['PUT', `messages/${reply.id}/vote`, { vote: 1 }],
  ] as const)
    expect((await ask(method, `chat/${flow}/${path}`, body, other)).json).toMatchObject({ code: 'missing' });
  expect((await ask('DELETE', `chat/${flow}/sessions/shared`, undefined, other)).status).toBe(204);
  expect((await ask('GET', `chat/${flow}/sessions/shared/messages`)).text).toContain('my secret is here');
});

test('AZ-05 what the draft of a chat says is for who may change it; twin: what is published is told to who may run it', async () => {
  const draft = { ...TALK, triggers: [{ id: 'chat', kind: 'chat@1', with: { greeting: 'Not yet for anybody.' } }] };
  const id = await publish(TALK);
  expect(await ask('PUT', `flows/${id}/draft`, { draft, revision: 1 })).toMatchObject({ status: 200 });
  const runner = (await server.key({ permissions: ['flow.read', 'run', 'run.read'] })).plain;
  const refused = await ask('GET', `chat/${id}?draft=true`, undefined, runner);
  expect(refused).toMatchObject({ status: 403, json: { code: 'permission.missing' } });
  expect(refused.text).not.toContain('Not yet');
  expect(await ask('GET', `chat/${id}`, undefined, runner)).toMatchObject({
    status: 200,
    json: { greeting: 'Hello!' },
  });
  expect(await ask('GET', `chat/${id}?draft=true`)).toMatchObject({ json: { greeting: 'Not yet for anybody.' } });
});

test('what was said lies sealed', async () => {
  models.otherwise({ says: 'canary-of-the-answer' });
  await send('canary-of-the-question', { session: 'sealed' });
  const { readFileSync, readdirSync } = await import('node:fs');
  const names = readdirSync(server.dir, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const found = names.filter((one) => {
    const bytes = readFileSync(`${one.parentPath}/${one.name}`);
    return bytes.includes('canary-of-the-question') || bytes.includes('canary-of-the-answer');
  });
  expect(found.map(({ name }) => name)).toEqual([]);
});

test('a name that two flows go by, as a model or as a name, names neither; the id of each does', async () => {
  const twin = (name: string, model: string | null, says: string) => ({
    ...{ headgate: 1, name, output: says, steps: [{ id: 'a', kind: 'set@1', with: { value: 1 } }] },
    triggers: [{ id: 'chat', kind: 'chat@1', with: model === null ? {} : { model } }],
  });
  const one = await publish(twin('twin', null, 'one'));
  const openai = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: key, maxRetries: 0 });
  const answer = (model: string) => openai.responses.create({ model, input: 'x' });
  expect((await answer('twin')).output_text).toBe('one');
  const other = await publish(twin('Other', 'twin', 'other'));
  await expect(answer('twin')).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
  expect((await answer(one)).output_text).toBe('one');
  expect((await answer(other)).output_text).toBe('other');
  expect((await answer('Other')).output_text).toBe('other');
});

test('who leaves while texts are embedded has no more runs started for him', async () => {
  const held: (() => void)[] = [];
  const peer = createServer((_, response) => held.push(() => response.end('{}'))).listen(0, '127.0.0.1');
  await once(peer, 'listening');
  const { port } = peer.address() as AddressInfo;
  const slow = await publish({
    ...{ headgate: 1, name: 'Slow', output: [1, 2] },
    triggers: [{ id: 'chat', kind: 'chat@1', with: { model: 'slow' } }],
    steps: [{ id: 'a', kind: 'http.request@1', with: { method: 'GET', url: `http://127.0.0.1:${port}/` } }],
  });
  const runs = async () =>
    ((await ask('GET', `runs?flow=${slow}`)).json as { runs: { state: string }[] }).runs.map(({ state }) => state);
  const openai = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: key, maxRetries: 0 });
  const leaving = new AbortController();
  const asked = openai.embeddings.create({ model: 'slow', input: ['a', 'b', 'c'] }, { signal: leaving.signal });
  const left = asked.then(
    () => null,
    (error: unknown) => error,
  );
  await expect.poll(() => held.length).toBe(1);
  leaving.abort();
  expect(await left).toBeInstanceOf(OpenAI.APIUserAbortError);
  // The server has heard of it once it answers others.
  for (let i = 0; i < 5; i += 1) await runs();
  held[0]?.();
  await expect.poll(runs).toEqual(['done']);
  // Twin: who stays gets all of them. By then the one who left would have had his.
  const stayed = openai.embeddings.create({ model: 'slow', input: ['a', 'b'] });
  for (const which of [1, 2]) {
    await expect.poll(() => held.length).toBe(which + 1);
    held[which]?.();
  }
  expect((await stayed).data).toHaveLength(2);
  expect(await runs()).toEqual(['done', 'done', 'done']);
  peer.close();
  peer.closeAllConnections();
});
