/** Attacks on the MCP server, over real HTTP, each with what an honest client gets. */

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROUTES } from '@headgate/core/api';
import { startServer, type TestServer } from '../fixtures/server.ts';

let server: TestServer;
let key: string;

const PATH = ROUTES.speakMcp.path;
const ACCEPT = 'application/json, text/event-stream';
const rpc = (method: string, params: unknown = {}, id: unknown = 1) => ({ jsonrpc: '2.0', id, method, params });
const call = (name: string, args: unknown, id: unknown = 1) => rpc('tools/call', { name, arguments: args }, id);

const echo = (name: string, more: Record<string, unknown> = {}) => ({
  headgate: 1,
  name,
  input: { type: 'object', properties: { say: { type: 'string' } }, additionalProperties: false },
  triggers: [{ id: 'call', kind: 'mcp.tool@1', with: {} }],
  steps: [{ id: 'say', kind: 'set@1', with: { value: '{{ input.say ?? null }}' } }],
  output: '{{ steps.say }}',
  ...more,
});

const publish = async (plain: string, draft: unknown, more: Record<string, unknown> = {}): Promise<string> => {
  const made = await server.ask('POST', '/api/v1/flows', { key: plain, body: { draft, ...more } });
  const { id } = made.json as { id: string };
  const published = await server.ask('POST', `/api/v1/flows/${id}/publish`, { key: plain, body: { grant: 'needed' } });
  expect(published.status, published.text).toBe(201);
  return id;
};

const speak = (body: unknown, more: { key?: string; headers?: Record<string, string> } = {}, path: string = PATH) =>
  server.ask('POST', path, {
    ...(more.key === undefined ? {} : { key: more.key }),
    headers: { accept: ACCEPT, 'mcp-protocol-version': '2025-11-25', ...more.headers },
    body,
  });

const runs = async (plain = key): Promise<number> => {
  const { json } = await server.ask('GET', '/api/v1/runs', { key: plain });
  return (json as { runs: unknown[] }).runs.length;
};

/** The message that came back, whole or as the one frame of a stream. */
const messageOf = (text: string): unknown =>
  JSON.parse(text.startsWith('{') ? text : (/^data: (.*)$/m.exec(text)?.[1] ?? 'null'));

/** Until a run is under way. */
const napping = async (): Promise<void> => {
  await expect
    .poll(async () => {
      const { json } = await server.ask('GET', '/api/v1/runs', { key });
      return (json as { runs: { state: string }[] }).runs[0]?.state;
    })
    .toMatch(/running|waiting/);
};

beforeAll(async () => {
  server = await startServer();
  key = (await server.key()).plain;
  await publish(key, echo('Echo'));
});
afterAll(() => server.close());

describe('MCP-01: a page of another site reaches for the server', () => {
  test.each([
    ['an origin of its own', { origin: 'https://evil.example' }],
    ['an origin that looks like ours', { origin: 'http://127.0.0.1.evil.example' }],
    ['no origin that can be named', { origin: 'null' }],
    ['what the browser says of it', { 'sec-fetch-site': 'cross-site' }],
  ])('with %s it is turned away before anything is read, and no tool runs', async (_what, headers) => {
    const before = await runs();
    const answer = await speak(call('echo', { say: 'hi' }), { key, headers: headers as Record<string, string> });
    expect(answer.status).toBe(403);
    expect(await runs()).toBe(before);
  });

  test('a name that its own DNS points here is no host of ours', async () => {
    const before = await runs();
    const answer = await speak(call('echo', { say: 'hi' }), { key, headers: { host: 'rebound.example' } });
    expect(answer.status).toBe(421);
    expect(await runs()).toBe(before);
  });

  test('twin: a client that is no browser, and our own page, are served', async () => {
    const own: Record<string, string>[] = [{}, { origin: server.url, 'sec-fetch-site': 'same-origin' }];
    for (const headers of own) {
      const answer = await speak(call('echo', { say: 'hi' }), { key, headers });
      expect(messageOf(answer.text)).toMatchObject({ result: { content: [{ text: 'hi' }] } });
    }
  });
});

describe('MCP-02: nobody in particular asks', () => {
  test.each([rpc('tools/list'), call('echo', {}), rpc('server/discover'), rpc('initialize'), rpc('ping')])(
    '$method without a credential, and with a wrong one, is 401 and says where a token is to be had',
    async (message) => {
      for (const more of [{}, { key: `hg_${'A'.repeat(43)}` }]) {
        const answer = await speak(message, more);
        expect(answer.status).toBe(401);
        expect(answer.text).not.toContain('echo');
        const challenge = String(answer.headers['www-authenticate']);
        const at = /resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? '';
        const { json } = await server.ask('GET', new URL(at).pathname);
        expect(json).toMatchObject({ resource: expect.stringMatching(/\/api\/v1\/mcp\/streamable$/) });
      }
    },
  );

  test('a key in the address is no key', async () => {
    expect((await speak(rpc('tools/list'), {}, `${PATH}?key=${key}`)).status).toBeGreaterThanOrEqual(400);
  });

  test('twin: with a key the list is served', async () => {
    expect(messageOf((await speak(rpc('tools/list'), { key })).text)).toMatchObject({
      result: { tools: [{ name: 'echo' }] },
    });
  });
});

describe('MCP-03: a token for something else', () => {
  test('an engine token of another engine is refused, and the token of a call is in nothing that the flow sees', async () => {
    const forged = `${'e'.repeat(20)}.${'y'.repeat(40)}.${'x'.repeat(40)}`;
    expect((await speak(rpc('tools/list'), { headers: { authorization: `Bearer ${forged}` } })).status).toBe(401);
    const seen = echo('See', {
      steps: [{ id: 'say', kind: 'set@1', with: { value: '{{ { trigger, run, vars } }}' } }],
    });
    await publish(key, seen);
    const answer = await speak(call('see', {}), { key, headers: { 'mcp-anything': key } });
    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain(key.slice(4, 30));
  });
});

describe('MCP-06: tools that are not for the caller', () => {
  test('what another workspace, project, owner or switch hides is to a call what never existed', async () => {
    const other = (await server.key({ workspace: 'other' })).plain;
    await publish(other, echo('Theirs'));
    const mine = await publish(key, echo('Mine'));
    const off = await publish(key, echo('Off'));
    await server.ask('PATCH', `/api/v1/flows/${off}`, { key, body: { enabled: false } });
    await publish(key, echo('No tool', { triggers: [{ id: 'hook', kind: 'webhook@1', with: {} }] }));
    await publish(key, echo('Resting', { triggers: [{ id: 'call', kind: 'mcp.tool@1', with: {}, disabled: true }] }));
    const narrow = (await server.key({ flows: [mine] })).plain;
    const before = [await runs(), await runs(other)];
    const told = async (plain: string, name: string): Promise<unknown> =>
      messageOf((await speak(call(name, {}), { key: plain })).text);
    const never = (name: string) => ({
      jsonrpc: '2.0',
      id: 1,
      error: { code: -32602, message: `Unknown tool: ${name}` },
    });
    for (const name of ['theirs', 'off', 'no_tool', 'resting', 'never'])
      expect(await told(key, name)).toEqual(never(name));
    for (const name of ['echo', 'theirs', 'never']) expect(await told(narrow, name)).toEqual(never(name));
    expect(await told(other, 'echo')).toEqual(never('echo'));
    expect([await runs(), await runs(other)]).toEqual(before);
    // Twin: what is its own it may call.
    expect(await told(narrow, 'mine')).toMatchObject({ result: { content: [{ text: 'null' }] } });
    expect(await told(other, 'theirs')).toMatchObject({ result: {} });
  });

  test('a key that may not run anything has no tools, and a project shows its own alone', async () => {
    const reader = (await server.key({ permissions: ['flow.read'] })).plain;
    expect((await speak(rpc('tools/list'), { key: reader })).status).toBe(403);
    const made = await server.ask('POST', '/api/v1/projects', { key, body: { name: 'Shop' } });
    const { id: shop } = made.json as { id: string };
    await publish(key, echo('In the shop'), { project: shop });
    const names = async (id: string): Promise<unknown> => {
      const { text } = await speak(rpc('tools/list'), { key }, `/api/v1/mcp/project/${id}/streamable`);
      return (messageOf(text) as { result: { tools: { name: string }[] } }).result.tools.map(({ name }) => name);
    };
    expect(await names(shop)).toEqual(['in_the_shop']);
    const never = await speak(rpc('tools/list'), { key }, '/api/v1/mcp/project/never/streamable');
    expect(never.status).toBe(404);
  });

  test('a key that ends is heard at once, in the middle of a call too', async () => {
    const nap = { id: 'say', kind: 'wait@1', with: { for: '1500ms' } };
    await publish(key, echo('Nap', { steps: [nap], output: 'late' }));
    const { id, plain } = await server.key();
    const answer = speak(call('nap', {}), { key: plain });
    await napping();
    expect((await server.ask('DELETE', `/api/v1/keys/${id}`, { key })).status).toBe(204);
    const { text } = await answer;
    expect(text).not.toContain('late');
    expect(text).toContain('auth.invalid');
  });
});

describe('MCP-08: many clients that count alike', () => {
  test('each answer is for who asked, with equal ids and one key or many, all at once', async () => {
    const keys = [key, (await server.key()).plain, (await server.key()).plain];
    const asked = Array.from({ length: 600 }, (_, i) => ({ plain: keys[i % 3] ?? key, say: `nonce ${i}` }));
    const lane = async (): Promise<number> => {
      let crossed = 0;
      for (let next = asked.pop(); next !== undefined; next = asked.pop()) {
        const { text } = await speak(call('echo', { say: next.say }, 1), { key: next.plain });
        const message = messageOf(text) as { result?: { content: { text: string }[] } };
        if (message.result?.content[0]?.text !== next.say) crossed += 1;
      }
      return crossed;
    };
    const crossed = await Promise.all(Array.from({ length: 12 }, lane));
    expect(crossed.reduce((sum, one) => sum + one, 0)).toBe(0);
  });

  test('one cannot take back the call of another by its number', async () => {
    const { plain: stranger } = await server.key();
    const answer = speak(call('nap', {}, 77), { key });
    await napping();
    const backed = await speak(
      { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 77 } },
      { key: stranger },
    );
    expect(backed.status).toBe(202);
    expect(messageOf((await answer).text)).toMatchObject({ id: 77, result: { content: [{ text: 'late' }] } });
  });
});

describe('MCP-13: what is no message', () => {
  test.each([
    ['deep JSON', `${'['.repeat(60_000)}${']'.repeat(60_000)}`],
    ['no JSON', '{"jsonrpc"'],
    ['a batch', JSON.stringify([rpc('tools/list'), rpc('tools/list')])],
    ['no object', '7'],
    ['a method that is none', JSON.stringify(rpc('tools/'.repeat(2_000)))],
    ['a name of a tool without end', JSON.stringify(call('x'.repeat(64_000), {}))],
    [
      'params that are a prototype',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"__proto__","arguments":{}}}',
    ],
  ])('%s is refused, and the server goes on', async (_what, body) => {
    const before = await runs();
    const answer = await server.ask('POST', PATH, {
      key,
      headers: { accept: ACCEPT, 'content-type': 'application/json', 'mcp-protocol-version': '2025-11-25' },
      body,
    });
    expect(answer.status).toBeLessThan(500);
    expect(answer.text).not.toContain('"result"');
    expect(await runs()).toBe(before);
    expect((await speak(rpc('tools/list'), { key })).status).toBe(200);
  });

  test.each(['text/plain', 'text/plain; a=application/json', 'application/json-seq', 'multipart/form-data'])(
    'the media type %s is not taken for JSON',
    async (type) => {
      const answer = await server.ask('POST', PATH, {
        key,
        headers: { accept: ACCEPT, 'content-type': type },
        body: JSON.stringify(rpc('tools/list')),
      });
      expect(answer.status).toBe(415);
    },
  );

  test('a subscription is refused and its stream ends: no client holds one open without measure (Q-03)', async () => {
    const params = {
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
        'io.modelcontextprotocol/clientCapabilities': {},
      },
      notifications: { toolsListChanged: true },
    };
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen' };
    const answer = await speak(rpc('subscriptions/listen', params), { key, headers });
    expect(answer.text).toContain('"error"');
    expect(answer.text).toContain('ubscription');
  });

  test('there is no session to take over: GET and DELETE are no ways in', async () => {
    for (const method of ['GET', 'DELETE'])
      expect((await server.ask(method, PATH, { key, headers: { 'mcp-session-id': 'x' } })).status).toBe(405);
  });
});

test('SEC-01: a secret that a flow gives by mistake is hidden in the answer to an MCP client, in both eras', async () => {
  const value = 'mcp-canary-5b1f9c2e77';
  await server.ask('PUT', '/api/v1/secrets', {
    key,
    body: { name: 'canary', value, origins: ['https://api.example.com'] },
  });
  const client = async (mode: 'legacy' | { pin: string }): Promise<string> => {
    const one = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
    await one.connect(
      new StreamableHTTPClientTransport(new URL(server.url + PATH), { requestInit: { headers: { 'x-api-key': key } } }),
    );
    const told = await one.callTool(
      { name: 'echo', arguments: { say: `it is ${value}` } },
      { onprogress: () => undefined },
    );
    await one.close();
    return JSON.stringify(told);
  };
  for (const mode of ['legacy', { pin: '2026-07-28' }] as const) {
    const told = await client(mode);
    expect(told).toContain('it is ');
    expect(told).not.toContain(value);
  }
});

test('the era of 2025-11-25 can be switched off, and the newer one is served by the same rules', async () => {
  const strict = await startServer({ mcpLegacy: false });
  const plain = (await strict.key()).plain;
  const old = await strict.ask('POST', PATH, { key: plain, headers: { accept: ACCEPT }, body: rpc('initialize', {}) });
  expect(old.text).toContain('2026-07-28');
  expect(old.text).not.toContain('"result"');
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(strict.url + PATH), { requestInit: { headers: { 'x-api-key': plain } } }),
  );
  expect((await client.listTools()).tools).toEqual([]);
  await client.close();
  await strict.close();
});
