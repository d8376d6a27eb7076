/** Files of chats over the real API: of answers, and of visitors; whose they are, and how they leave. */

import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startServer, type TestServer } from '../../../../test/fixtures/server.ts';

vi.setConfig({ testTimeout: 60_000 });

const SHOP = 'https://shop.example';
const PAGE = '<!doctype html><script>alert(1)</script>';

let server: TestServer;
let key: string;
let other: string;

const files = { kinds: ['audio/*', 'text/plain'], size: 1, visitors: true };
const SAYS_FILES = (settings: object) => ({
  headgate: 1,
  name: 'Files',
  triggers: [{ id: 'chat', kind: 'chat@1', with: settings }],
  steps: [
    {
      id: 'page',
      kind: 'file.write@1',
      with: { path: 'out/{{ input.session }}.html', content: PAGE, type: 'text/html' },
    },
    { id: 'read', kind: 'file.read@1', after: ['page'], with: { path: '{{ steps.page.path }}', as: 'reference' } },
    {
      id: 'reply',
      kind: 'chat.reply@1',
      after: ['read'],
      with: { text: '{{ input.message }}', files: '{{ [steps.page, steps.read] }}' },
    },
  ],
});

const api = (method: string, path: string, body?: unknown, as = key, headers: Record<string, string> = {}) =>
  server.ask(method, `/api/v1/${path}`, { key: as, headers, ...(body === undefined ? {} : { body }) });
const publish = async (draft: object, visibility = 'workspace'): Promise<string> => {
  const { id } = (await api('POST', 'flows', { draft })).json as { id: string };
  expect(await api('POST', `flows/${id}/publish`, { grant: 'needed' })).toMatchObject({ status: 201 });
  expect((await api('PATCH', `flows/${id}`, { visibility })).status).toBe(200);
  return id;
};
type Sent = {
  session: string;
  asked: { files: { path: string }[] };
  reply: { id: string; files: object[] };
  run: string;
};
const send = async (flow: string, body: object, as = key): Promise<Sent> => {
  const answer = await api('POST', `chat/${flow}/messages`, { wait: 20, ...body }, as);
  expect(answer.status, answer.text).toBe(200);
  return answer.json as Sent;
};

let inner: string;
let open: string;
let shut: string;

beforeAll(async () => {
  server = await startServer({ limits: { visits: 200 } });
  key = (await server.key()).plain;
  other = (await server.key()).plain;
  inner = await publish(SAYS_FILES({ files }));
  open = await publish(SAYS_FILES({ who: 'public', origins: [SHOP], files }), 'public');
  const { visitors: _, ...members } = files;
  shut = await publish(SAYS_FILES({ who: 'public', origins: [SHOP], files: members }), 'public');
});
afterAll(() => server.close());

const visit = (flow: string, method: string, path: string, ticket: string, body?: unknown, type?: string) =>
  server.ask(method, `/api/v1/public/${flow}/chat${path}`, {
    headers: {
      ...{ origin: SHOP, 'sec-fetch-site': 'cross-site', 'x-chat-ticket': ticket },
      ...(type === undefined ? {} : { 'content-type': type }),
    },
    ...(body === undefined ? {} : { body }),
  });
const enter = async (flow: string) => {
  const answer = await server.ask('POST', `/api/v1/public/${flow}/chat`, { headers: { origin: SHOP }, body: {} });
  return answer.json as { ticket: string; look: { files: object | null } };
};

test('an answer tells of its files wherever it is told, and each is read by its place', async () => {
  const { session, reply } = await send(inner, { message: 'Hello' });
  const shown = { name: `${session}.html`, size: PAGE.length, type: 'text/html' };
  expect(reply.files).toEqual([shown, shown]);
  const events = (await api('GET', `chat/${inner}/messages/${reply.id}/events`)).text;
  expect(events).toContain(`"files":[{"name":"${session}.html"`);
  for (const path of [`messages/${reply.id}`, `sessions/${session}/messages`]) {
    const text = (await api('GET', `chat/${inner}/${path}`)).text;
    expect(text).toContain(`"files":[{"name":"${session}.html"`);
    expect(text).not.toContain('blob');
    expect(text).not.toContain('"file"');
  }
  for (const n of [0, 1]) expect((await api('GET', `chat/${inner}/messages/${reply.id}/files/${n}`)).text).toBe(PAGE);
  expect((await api('GET', `chat/${inner}/messages/${reply.id}/files/2`)).status).toBe(404);
});

test('FS-08 a page among the files of an answer leaves as bytes to be kept, and nothing shows or runs it', async () => {
  const { session, reply } = await send(inner, { message: 'Hello' });
  const { headers, text } = await api('GET', `chat/${inner}/messages/${reply.id}/files/0`);
  expect(text).toBe(PAGE);
  expect(headers).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="${session}.html"; filename*=UTF-8''${session}.html`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  });
});

test('bytes that are no text leave as they are', async () => {
  const bytes = Buffer.from([0xff, 0xfb, 0x90, 0, 0xc3, 0x28, 0xe9, 10]);
  const content = bytes.toString('base64');
  const flow = await publish({
    headgate: 1,
    name: 'Speaks',
    triggers: [{ id: 'chat', kind: 'chat@1' }],
    steps: [
      { id: 'say', kind: 'file.write@1', with: { path: 'out/a.mp3', content, base64: true, type: 'audio/mpeg' } },
      { id: 'reply', kind: 'chat.reply@1', after: ['say'], with: { text: '', files: '{{ [steps.say] }}' } },
    ],
  });
  const { reply } = await send(flow, { message: 'Hello' });
  expect(reply.files).toEqual([{ name: 'a.mp3', size: bytes.length, type: 'audio/mpeg' }]);
  const got = await fetch(`http://127.0.0.1:${server.port}/api/v1/chat/${flow}/messages/${reply.id}/files/0`, {
    headers: { 'x-api-key': key },
  });
  expect(Buffer.from(await got.arrayBuffer())).toEqual(bytes);
});

test('AZ-01 a file of an answer is for whom the answer was for; twin: he reads it', async () => {
  const { reply } = await send(inner, { message: 'Mine' });
  const path = `chat/${inner}/messages/${reply.id}/files/0`;
  const never = `chat/${inner}/messages/msg_${'0'.repeat(reply.id.length - 4)}/files/0`;
  for (const as of [other, key]) {
    const answer = await api('GET', as === other ? path : never, undefined, as);
    expect(answer).toMatchObject({ status: 404, json: { code: 'missing' } });
  }
  expect((await api('GET', `chat/${open}/messages/${reply.id}/files/0`)).status).toBe(404);
  expect((await api('GET', path)).status).toBe(200);
  const [mine, theirs] = [await enter(open), await enter(open)];
  const sent = (await visit(open, 'POST', '/messages', mine.ticket, { message: 'Hi' })).json as Sent;
  const events = (await visit(open, 'GET', `/messages/${sent.reply.id}/events`, mine.ticket)).text;
  expect(events).toContain('"files":[{"name"');
  const file = `/messages/${sent.reply.id}/files/0`;
  expect((await visit(open, 'GET', file, theirs.ticket)).status).toBe(404);
  expect((await visit(open, 'GET', file, 'none')).status).toBe(401);
  expect((await api('GET', `chat/${open}${file}`)).status).toBe(404);
  const got = await visit(open, 'GET', file, mine.ticket);
  expect([got.status, got.text, got.headers['access-control-allow-origin']]).toEqual([200, PAGE, SHOP]);
});

describe('files of visitors', () => {
  test('a visitor sends a recording and names it in his message, where the trigger says so', async () => {
    const { ticket, look } = await enter(open);
    expect(look.files).toEqual({ kinds: files.kinds, size: 1024 * 1024 });
    const put = await visit(
      open,
      'POST',
      '/files?name=voice.webm',
      ticket,
      Buffer.from('sound'),
      'audio/webm;codecs=opus',
    );
    expect(put).toMatchObject({ status: 201, json: { name: 'voice.webm', size: 5, type: 'audio/webm' } });
    const { path } = put.json as { path: string };
    const sent = await visit(open, 'POST', '/messages', ticket, { message: 'Listen', files: [path] });
    expect(sent).toMatchObject({
      status: 202,
      json: { asked: { files: [{ path, name: 'voice.webm', type: 'audio/webm' }] } },
    });
    // Kinds and sizes are judged here again.
    const strange = await visit(open, 'POST', '/files?name=a.html', ticket, Buffer.from(PAGE), 'text/html');
    expect(strange).toMatchObject({ status: 415, json: { code: 'chat.kind' } });
    const large = await visit(open, 'POST', '/files?name=a.txt', ticket, Buffer.alloc(1024 * 1024 + 1), 'text/plain');
    expect(large).toMatchObject({ status: 413, json: { code: 'chat.size' } });
  });

  test('AZ-01 nobody names the file of another in a message: visitor, key or member; twin: its sender does', async () => {
    const [mine, theirs] = [await enter(open), await enter(open)];
    const put = await visit(open, 'POST', '/files?name=a.txt', mine.ticket, Buffer.from('x'), 'text/plain');
    const named = { message: 'x', files: [(put.json as { path: string }).path] };
    expect((await visit(open, 'POST', '/messages', theirs.ticket, named)).json).toMatchObject({ code: 'chat.file' });
    expect((await api('POST', `chat/${open}/messages`, named)).json).toMatchObject({ code: 'chat.file' });
    expect((await visit(open, 'POST', '/messages', mine.ticket, named)).status).toBe(202);
    const sent = await api('POST', `chat/${inner}/files?name=a.txt`, Buffer.from('x'), key, {
      'content-type': 'text/plain',
    });
    const own = { message: 'x', files: [(sent.json as { path: string }).path] };
    expect((await api('POST', `chat/${inner}/messages`, own, other)).json).toMatchObject({ code: 'chat.file' });
    expect((await api('POST', `chat/${inner}/messages`, own)).status).toBe(202);
  });

  test('API-06 a visitor sends no file where the trigger does not say so, also none that he sent before; twin: a member does', async () => {
    const { ticket, look } = await enter(shut);
    expect(look.files).toBeNull();
    const put = await visit(shut, 'POST', '/files?name=a.txt', ticket, Buffer.from('x'), 'text/plain');
    expect(put).toMatchObject({ status: 415, json: { code: 'chat.kind' } });
    const visitor = JSON.parse(Buffer.from(ticket.split('.')[0] ?? '', 'base64url').toString('utf8')) as { v: string };
    const folder = createHash('sha256').update(`${shut}\nvisitor:${visitor.v}`).digest('hex').slice(0, 32);
    await server.ask('PUT', `/api/v1/files?path=chat/${folder}/a.txt`, { key, body: 'x' });
    const named = { message: 'x', files: [`chat/${folder}/a.txt`] };
    expect((await visit(shut, 'POST', '/messages', ticket, named)).json).toMatchObject({ code: 'chat.kind' });
    expect((await visit(shut, 'POST', '/messages', ticket, { message: 'x' })).status).toBe(202);
    const member = await api('POST', `chat/${shut}/files?name=a.txt`, Buffer.from('x'), key, {
      'content-type': 'text/plain',
    });
    expect(member.status).toBe(201);
  });

  test('DOS-08 files of visitors count as their messages do', async () => {
    const small = await startServer({ limits: { visits: 3, flowVisits: 100 } });
    try {
      const made = (await small.key()).plain;
      const draft = SAYS_FILES({ who: 'public', origins: [SHOP], files });
      const { id } = (await small.ask('POST', '/api/v1/flows', { key: made, body: { draft } })).json as { id: string };
      await small.ask('POST', `/api/v1/flows/${id}/publish`, { key: made, body: { grant: 'needed' } });
      await small.ask('PATCH', `/api/v1/flows/${id}`, { key: made, body: { visibility: 'public' } });
      const entered = await small.ask('POST', `/api/v1/public/${id}/chat`, { headers: { origin: SHOP }, body: {} });
      const { ticket } = entered.json as { ticket: string };
      const statuses = [];
      for (let i = 0; i < 4; i += 1) {
        const headers = { origin: SHOP, 'x-chat-ticket': ticket, 'content-type': 'text/plain' };
        const put = await small.ask('POST', `/api/v1/public/${id}/chat/files?name=a.txt`, { headers, body: 'x' });
        statuses.push(put.status);
      }
      expect(statuses).toEqual([201, 201, 201, 429]);
    } finally {
      await small.close();
    }
  });
});

test('a page may use the microphone where its chat takes sound from who opens it, and whether another chat exists is not told', async () => {
  const policyOf = async (flow: string) => (await server.ask('GET', `/chat/${flow}`)).headers['permissions-policy'];
  const heard = 'camera=(), geolocation=(), microphone=(self), payment=(), usb=()';
  expect(await policyOf(open)).toBe(heard);
  expect(await policyOf(shut)).toBe(heard.replace('(self)', '()'));
  expect([await policyOf(inner), await policyOf('flow_never')]).toEqual([heard, heard]);
});

test('FS-10 an answer carries no file that its run did not read or make, whatever it is told; twin: its own', async () => {
  const secret = await server.ask('PUT', '/api/v1/files?path=in/secret.txt', { key, body: 'a secret' });
  const row = secret.json as { path: string; size: number; type: string; version: number; updated: string };
  const hands = await publish({
    headgate: 1,
    name: 'Hands out',
    input: { type: 'object', properties: { files: {}, given: { type: 'array' }, message: { type: 'string' } } },
    triggers: [{ id: 'chat', kind: 'chat@1' }],
    steps: [
      { id: 'own', kind: 'file.write@1', with: { path: 'out/own.txt', content: 'own' } },
      {
        id: 'reply',
        kind: 'chat.reply@1',
        after: ['own'],
        with: { text: 'Here', files: '{{ input.given == null ? [steps.own] : input.given }}' },
      },
    ],
  });
  const named = {
    path: row.path,
    size: row.size,
    type: row.type,
    text: true,
    version: row.version,
    updated: row.updated,
  };
  // The blob that another run of the same workspace holds.
  const { run: theirs } = await send(inner, { message: 'Hello' });
  const journal = (await api('GET', `runs/${theirs}/events`)).text;
  const blob = /"files":\[\{"file":"([^"]+)"/.exec(journal)?.[1] ?? '';
  expect(blob).not.toBe('');
  const refs = [
    named,
    { file: blob, size: PAGE.length, type: 'text/html' },
    { file: 'b'.repeat(33), size: 1, type: 'a/b' },
  ];
  for (const one of refs) {
    const sent = await api('POST', `chat/${hands}/messages`, { message: 'x', input: { given: [one] }, wait: 20 });
    const { reply, run: failed } = sent.json as { reply: { state: string; files: unknown[] }; run: string };
    expect([reply.state, reply.files]).toEqual(['failed', []]);
    expect((await api('GET', `runs/${failed}`)).json).toMatchObject({
      problem: { code: 'file.reference', at: { step: 'reply', field: 'with.files.0' } },
    });
  }
  const { reply } = await send(hands, { message: 'x' });
  expect(reply.files).toMatchObject([{ name: 'own.txt', size: 3 }]);
});
