/** Public chats over the real API: tickets, origins, limits, and what visitors are told. */

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startServer, type TestServer } from '../../../../test/fixtures/server.ts';

vi.setConfig({ testTimeout: 60_000 });

const SHOP = 'https://shop.example';
const OTHER = 'https://other.example';

let server: TestServer;
let key: string;
let flow: string;
let shut: string;

const TALK = {
  headgate: 1,
  name: 'Talk',
  triggers: [{ id: 'chat', kind: 'chat@1', with: { who: 'public', origins: [SHOP], greeting: 'Hello!' } }],
  steps: [
    { id: 'bad', kind: 'if@1', with: { when: "{{ input.message == 'break' }}" } },
    {
      id: 'far',
      kind: 'code@1',
      after: ['bad.true'],
      with: { source: 'export default () => { throw new Error("inner place") }' },
    },
    {
      id: 'reply',
      kind: 'chat.reply@1',
      after: ['bad.false'],
      with: { text: '{{ input.history.length }} {{ input.message }}' },
    },
  ],
};

const publish = async (draft: object, visibility: string): Promise<string> => {
  const { id } = (await server.ask('POST', '/api/v1/flows', { key, body: { draft } })).json as { id: string };
  expect(await server.ask('POST', `/api/v1/flows/${id}/publish`, { key, body: { grant: 'needed' } })).toMatchObject({
    status: 201,
  });
  expect((await server.ask('PATCH', `/api/v1/flows/${id}`, { key, body: { visibility } })).status).toBe(200);
  return id;
};

beforeAll(async () => {
  server = await startServer({ limits: { visits: 200 } });
  key = (await server.key()).plain;
  flow = await publish(TALK, 'public');
  shut = await publish({ ...TALK, triggers: [{ id: 'chat', kind: 'chat@1', with: { origins: [SHOP] } }] }, 'public');
});
afterAll(() => server.close());

const ask = (method: string, path: string, origin: string, ticket?: string, body?: object, of = flow) =>
  server.ask(method, `/api/v1/public/${of}/chat${path}`, {
    headers: { origin, 'sec-fetch-site': 'cross-site', ...(ticket === undefined ? {} : { 'x-chat-ticket': ticket }) },
    ...(body === undefined ? {} : { body }),
  });
const enter = async (origin = SHOP, before?: string): Promise<string> => {
  const answer = await ask('POST', '', origin, undefined, before === undefined ? {} : { ticket: before });
  expect(answer).toMatchObject({ status: 200, json: { look: { greeting: 'Hello!', title: 'Talk' } } });
  return (answer.json as { ticket: string }).ticket;
};
type Sent = { session: string; reply: { id: string } };
const send = async (ticket: string, body: object): Promise<Sent> => {
  const answer = await ask('POST', '/messages', SHOP, ticket, body);
  expect(answer).toMatchObject({ status: 202 });
  return answer.json as Sent;
};
const told = async (ticket: string, { reply }: Sent): Promise<string> =>
  (await ask('GET', `/messages/${reply.id}/events`, SHOP, ticket)).text;

test('a visitor writes, reads along, votes, goes on after his ticket was replaced, and has it forgotten', async () => {
  const ticket = await enter();
  const first = await send(ticket, { message: 'one' });
  expect(await told(ticket, first)).toContain('"text":"0 one"');
  expect((await ask('PUT', `/messages/${first.reply.id}/vote`, SHOP, ticket, { vote: 1 })).status).toBe(204);
  const next = await enter(SHOP, ticket);
  const second = await send(next, { message: 'two', session: first.session });
  expect(await told(next, second)).toContain('"text":"2 two"');
  const path = `/sessions/${first.session}/messages`;
  expect((await ask('GET', path, SHOP, next)).json).toMatchObject({ messages: [{}, { vote: 1 }, {}, {}] });
  expect((await ask('DELETE', `/sessions/${first.session}`, SHOP, next)).status).toBe(204);
  expect((await ask('GET', path, SHOP, next)).status).toBe(404);
});

test('a visitor hears of a failure that there was one, and no id of a run', async () => {
  const ticket = await enter();
  const sent = await send(ticket, { message: 'break' });
  expect(JSON.stringify(sent)).not.toContain('"run"');
  const text = await told(ticket, sent);
  expect(text).toContain('run.failed');
  expect(text).not.toContain('inner place');
});

describe('GUI-07 a ticket', () => {
  test('GUI-07 replayed from another origin, or without one, or for another chat, is refused; twin: at home it is good', async () => {
    const ticket = await enter();
    const sent = await send(ticket, { message: 'mine' });
    const messages = `/sessions/${sent.session}/messages`;
    expect((await ask('GET', messages, SHOP, ticket)).status).toBe(200);
    for (const origin of [
      OTHER,
      'https://shop.example:8443',
      'http://shop.example',
      'https://shop.example.evil.example',
    ])
      expect((await ask('GET', messages, origin, ticket)).json).toMatchObject({ code: 'chat.ticket' });
    for (const origin of ['null', 'https://SHOP.example/x'])
      expect((await ask('POST', '/messages', origin, ticket, { message: 'x' })).json).toMatchObject({
        code: 'origin.foreign',
      });
    const own = `http://127.0.0.1:${server.port}`;
    expect((await ask('GET', messages, own, ticket)).json).toMatchObject({ code: 'chat.ticket' });
    const second = await publish(TALK, 'public');
    expect((await ask('GET', messages, SHOP, ticket, undefined, second)).json).toMatchObject({ code: 'chat.ticket' });
    const bare = await server.ask('POST', `/api/v1/public/${flow}/chat/messages`, {
      headers: { 'x-chat-ticket': ticket },
      body: { message: 'x' },
    });
    expect(bare.json).toMatchObject({ code: 'origin.foreign' });
  });

  test('GUI-07 changed, or of another visitor, reaches nobody’s session', async () => {
    const [mine, theirs] = [await enter(), await enter()];
    const sent = await send(mine, { message: 'mine alone', session: 'main' });
    expect((await ask('GET', '/sessions/main/messages', SHOP, theirs)).status).toBe(404);
    expect((await ask('GET', `/messages/${sent.reply.id}/events`, SHOP, theirs)).status).toBe(404);
    const [body = '', mark = ''] = mine.split('.');
    const changed = JSON.parse(Buffer.from(body, 'base64url').toString()) as { v: string };
    const forged = `${Buffer.from(JSON.stringify({ ...changed, o: OTHER })).toString('base64url')}.${mark}`;
    for (const ticket of [forged, `${body}.`, 'x', '', `${body}.${'A'.repeat(mark.length)}`])
      expect((await ask('GET', '/sessions/main/messages', OTHER, ticket)).json).toMatchObject({ code: 'chat.ticket' });
    expect((await ask('GET', '/sessions/main/messages', SHOP, mine)).status).toBe(200);
  });

  test('GUI-07 is no credential anywhere else', async () => {
    const ticket = await enter();
    const ways: Record<string, string>[] = [
      { 'x-api-key': ticket },
      { authorization: `Bearer ${ticket}` },
      { 'x-chat-ticket': ticket },
    ];
    for (const headers of ways)
      expect((await server.ask('GET', `/api/v1/chat/${flow}/sessions`, { headers })).status).toBe(401);
  });
});

test('GUI-08 browsers are told yes for the origins of the chat’s trigger, and for its own addresses alone', async () => {
  const asks = { 'access-control-request-method': 'POST' };
  const preflight = (path: string, origin: string) => server.ask('OPTIONS', path, { headers: { origin, ...asks } });
  const yes = await preflight(`/api/v1/public/${flow}/chat/messages`, SHOP);
  expect([yes.status, yes.headers['access-control-allow-origin']]).toEqual([204, SHOP]);
  expect(yes.headers['access-control-allow-credentials']).toBeUndefined();
  for (const [path, origin] of [
    [`/api/v1/public/${flow}/chat/messages`, OTHER],
    [`/api/v1/public/${shut}/chat/messages`, SHOP],
    [`/api/v1/public/${flow}/runs`, SHOP],
    [`/api/v1/chat/${flow}/messages`, SHOP],
    [`/api/v1/public/${flow}/chatter`, SHOP],
  ] as const)
    expect((await preflight(path, origin)).headers['access-control-allow-origin']).toBeUndefined();
  const ticket = await enter();
  const read = await ask('POST', '/messages', SHOP, ticket, { message: 'x' });
  expect(read.headers['access-control-allow-origin']).toBe(SHOP);
});

test('AZ-01 a chat for members, or one that is not shared with everybody, is not there for visitors', async () => {
  expect((await ask('POST', '', SHOP, undefined, {}, shut)).status).toBe(404);
  const ticket = await enter();
  await server.ask('PATCH', `/api/v1/flows/${flow}`, { key, body: { visibility: 'workspace' } });
  expect((await ask('POST', '/messages', SHOP, ticket, { message: 'x' })).status).toBe(404);
  const [shown, never] = [await server.ask('GET', `/chat/${flow}`), await server.ask('GET', '/chat/flow_never')];
  expect(shown.text.replaceAll(flow, 'flow_never')).toBe(never.text);
  expect(shown.text).toContain(' member>');
  expect(shown.text).not.toContain('Talk');
  await server.ask('PATCH', `/api/v1/flows/${flow}`, { key, body: { visibility: 'public' } });
  expect((await ask('POST', '/messages', SHOP, ticket, { message: 'x' })).status).toBe(202);
});

test('GUI-06 the page and the script: no inline script, nothing from elsewhere, no key', async () => {
  const page = await server.ask('GET', `/chat/${flow}`);
  expect(page.text).toContain(`<headgate-chat flow="${flow}"`);
  expect(page.text.match(/<script[^>]*>/g)).toEqual(['<script src="/chat/widget.js" defer>']);
  const policy = String(page.headers['content-security-policy']);
  expect(policy).toContain(
    "default-src 'none'; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'",
  );
  // What an answer carries is shown from memory; nothing is loaded from anywhere.
  expect(policy.match(/(img|media|frame|object)-src [^;]*/g)).toEqual(['img-src blob:', 'media-src blob:']);
  const script = await server.ask('GET', '/chat/widget.js');
  expect(script.headers['cross-origin-resource-policy']).toBe('cross-origin');
  expect(script.text).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|hg_|eval\(/);
});

test('DOS-08 messages of one network are limited, and those to one flow by whoever has a ticket: who has none takes no place', async () => {
  const small = await startServer({ limits: { visits: 8, flowVisits: 3 } });
  try {
    const made = await small.key();
    const shared = async (): Promise<string> => {
      const { id } = (await small.ask('POST', '/api/v1/flows', { key: made.plain, body: { draft: TALK } })).json as {
        id: string;
      };
      await small.ask('POST', `/api/v1/flows/${id}/publish`, { key: made.plain, body: { grant: 'needed' } });
      await small.ask('PATCH', `/api/v1/flows/${id}`, { key: made.plain, body: { visibility: 'public' } });
      return id;
    };
    const [one, other] = [await shared(), await shared()];
    const headers = { origin: SHOP };
    const entered = async (id: string): Promise<string> =>
      ((await small.ask('POST', `/api/v1/public/${id}/chat`, { headers, body: {} })).json as { ticket: string }).ticket;
    const statuses = async (id: string, ticket: string, times: number): Promise<readonly number[]> => {
      const all = [];
      for (let i = 0; i < times; i += 1) {
        const sent = { headers: { ...headers, 'x-chat-ticket': ticket }, body: { message: 'x' } };
        all.push((await small.ask('POST', `/api/v1/public/${id}/chat/messages`, sent)).status);
      }
      return all;
    };
    expect(await statuses(one, 'none', 2)).toEqual([401, 401]);
    // The third message fills the flow; the network has places left, as the other flow shows.
    expect(await statuses(one, await entered(one), 4)).toEqual([202, 202, 202, 429]);
    expect(await statuses(other, await entered(other), 3)).toEqual([202, 202, 429]);
  } finally {
    await small.close();
  }
});
