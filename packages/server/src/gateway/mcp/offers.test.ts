/** Prompts, resources, and questions to the caller in the middle of a call, spoken to by the official client. */

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROUTES } from '@headgate/core/api';
import { startServer, type TestServer } from '../../../../../test/fixtures/server.ts';

const MODERN = { mode: { pin: '2026-07-28' } } as const;
const LEGACY = { mode: 'legacy' } as const;

let server: TestServer;
let key: string;
const open: Client[] = [];

type Said = { action: 'accept' | 'decline' | 'cancel'; content?: Record<string, string | number | boolean | string[]> };

/** `answers`: what the person at the client says to each question, in their order; left out, it takes no questions. */
const clientOf = async (
  plain: string,
  mode: typeof MODERN | typeof LEGACY = MODERN,
  answers?: Said[],
): Promise<{ client: Client; asked: unknown[] }> => {
  const asked: unknown[] = [];
  const client = new Client(
    { name: 'test', version: '1' },
    { versionNegotiation: mode, ...(answers === undefined ? {} : { capabilities: { elicitation: { form: {} } } }) },
  );
  open.push(client);
  if (answers !== undefined)
    client.setRequestHandler('elicitation/create', ({ params }) => {
      asked.push(params);
      return answers.shift() ?? { action: 'cancel' };
    });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(server.url + ROUTES.speakMcp.path), {
      requestInit: { headers: { authorization: `Bearer ${plain}` } },
    }),
  );
  return { client, asked };
};

const publish = async (draft: unknown): Promise<string> => {
  const made = await server.ask('POST', '/api/v1/flows', { key, body: { draft } });
  const { id } = made.json as { id: string };
  const published = await server.ask('POST', `/api/v1/flows/${id}/publish`, { key, body: { grant: 'needed' } });
  expect(published.status, published.text).toBe(201);
  return id;
};

beforeAll(async () => {
  server = await startServer();
  key = (await server.key({ user: 'u_ann', role: 'owner' })).plain;
  await publish({
    headgate: 1,
    name: 'Weekly report',
    description: 'Asks for the report of a week',
    input: {
      type: 'object',
      properties: { week: { type: 'integer', description: 'Its number' }, tone: { type: 'string' } },
      required: ['week'],
      additionalProperties: false,
    },
    triggers: [{ id: 'take', kind: 'mcp.prompt@1', with: {} }],
    steps: [{ id: 'next', kind: 'set@1', with: { value: '{{ input.week + 1 }}' } }],
    output: { messages: [{ role: 'user', text: 'Write up week {{ input.week }}, then plan week {{ steps.next }}.' }] },
  });
  await publish({
    headgate: 1,
    name: 'Plain prompt',
    triggers: [{ id: 'take', kind: 'mcp.prompt@1', with: { name: 'plain', description: 'Says hello' } }],
    steps: [{ id: 'say', kind: 'set@1', with: { value: 'Say hello.' } }],
    output: '{{ steps.say }}',
  });
  await publish({
    headgate: 1,
    name: 'Pay',
    triggers: [{ id: 'call', kind: 'mcp.tool@1', with: {} }],
    steps: [
      { id: 'sure', kind: 'ask@1', with: { title: 'Pay 12 EUR?', text: 'To Bob.', who: { members: ['u_ann'] } } },
      { id: 'said', kind: 'set@1', after: ['sure'], with: { value: '{{ steps.sure.answer }}' } },
    ],
    output: { said: '{{ steps.said }}' },
  });
});
afterAll(async () => {
  await Promise.all(open.map((client) => client.close()));
  await server.close();
});

describe.each([
  ['2026-07-28', MODERN],
  ['2025-11-25', LEGACY],
] as const)('in the era of %s', (_era, mode) => {
  test('flows with the trigger are prompts: listed with their arguments, and made by a run', async () => {
    const { client } = await clientOf(key, mode);
    const { prompts } = await client.listPrompts();
    expect(prompts).toMatchObject([
      {
        name: 'weekly_report',
        title: 'Weekly report',
        description: 'Asks for the report of a week',
        arguments: [
          { name: 'week', description: 'Its number', required: true },
          { name: 'tone', required: false },
        ],
      },
      { name: 'plain', description: 'Says hello', arguments: [] },
    ]);
    const report = await client.getPrompt({ name: 'weekly_report', arguments: { week: '7' } });
    expect(report.messages).toEqual([
      { role: 'user', content: { type: 'text', text: 'Write up week 7, then plan week 8.' } },
    ]);
    expect((await client.getPrompt({ name: 'plain' })).messages[0]?.content).toEqual({
      type: 'text',
      text: 'Say hello.',
    });
    await expect(client.getPrompt({ name: 'weekly_report', arguments: { week: 'soon' } })).rejects.toThrow(/week/);
    await expect(client.getPrompt({ name: 'pay' })).rejects.toThrow('Unknown prompt');
  });

  test('files are resources, read as text or as bytes', async () => {
    const { client } = await clientOf(key, mode);
    const put = (path: string, body: Uint8Array, type: string) =>
      fetch(`${server.url}/api/v1/files?path=${encodeURIComponent(path)}`, {
        method: 'PUT',
        headers: { 'x-api-key': key, 'content-type': type },
        body: Buffer.from(body),
      });
    await put('notes/Größe 1.txt', Buffer.from('hello'), 'text/plain');
    await put('notes/two.bin', Buffer.from([0, 255, 1]), 'application/octet-stream');
    const { resources } = await client.listResources();
    expect(resources.map(({ name, mimeType }) => [name, mimeType])).toEqual([
      ['notes/Größe 1.txt', 'text/plain'],
      ['notes/two.bin', 'application/octet-stream'],
    ]);
    const [text, bytes] = resources;
    expect((await client.readResource({ uri: text?.uri ?? '' })).contents).toEqual([
      { uri: text?.uri, mimeType: 'text/plain', text: 'hello' },
    ]);
    expect((await client.readResource({ uri: bytes?.uri ?? '' })).contents).toMatchObject([{ blob: 'AP8B' }]);
    for (const uri of [
      'headgate://default/notes/none',
      'headgate://other/notes/two.bin',
      'file:///etc/passwd',
      'headgate://default/%',
    ])
      await expect(client.readResource({ uri })).rejects.toThrow('Unknown resource');
  });
});

test('SEC-02 bytes pass the guard before they are written in another encoding', async () => {
  const { client } = await clientOf(key);
  const token = `ghp_${'A1b2C3d4E5f6'.repeat(3)}`;
  const put = await fetch(`${server.url}/api/v1/files?path=keys.bin`, {
    method: 'PUT',
    headers: { 'x-api-key': key, 'content-type': 'application/octet-stream' },
    body: Buffer.concat([Buffer.from([255]), Buffer.from(token)]),
  });
  expect(put.status).toBe(200);
  const got = await client.readResource({ uri: 'headgate://default/keys.bin' });
  const { blob } = got.contents[0] as { blob: string };
  const bytes = Buffer.from(blob, 'base64');
  expect(bytes[0]).toBe(255);
  expect(bytes.toString('latin1')).not.toContain(token);
  const gone = (await server.ask('GET', '/api/v1/files?path=keys.bin', { key })).json as { files: { id: string }[] };
  await server.ask('DELETE', `/api/v1/files/${gone.files[0]?.id}`, { key });
});

test('MCP-06 who may not read files has no resources, and no prompt of what he may not run', async () => {
  const plain = (await server.key({ permissions: ['run'] })).plain;
  const { client } = await clientOf(plain);
  expect((await client.listResources()).resources).toEqual([]);
  await expect(client.readResource({ uri: 'headgate://default/notes/two.bin' })).rejects.toThrow('Unknown resource');
  const other = await clientOf((await server.key({ workspace: 'elsewhere' })).plain);
  expect((await other.client.listPrompts()).prompts).toEqual([]);
  expect((await other.client.listResources()).resources).toEqual([]);
  await expect(other.client.getPrompt({ name: 'plain' })).rejects.toThrow('Unknown prompt');
});

describe('a question in a call', () => {
  test('is put to the caller through its client, and the run goes on with the answer', async () => {
    const { client, asked } = await clientOf(key, MODERN, [{ action: 'accept', content: { answer: 'approved' } }]);
    const answer = await client.callTool({ name: 'pay', arguments: {} });
    expect(answer.structuredContent, JSON.stringify(answer)).toEqual({ said: 'approved' });
    expect(asked).toMatchObject([
      {
        message: 'Pay 12 EUR?\n\nTo Bob.',
        requestedSchema: { properties: { answer: { enum: ['approved', 'refused'] } } },
      },
    ]);
  });

  test('is refused by who declines it', async () => {
    const { client } = await clientOf(key, MODERN, [{ action: 'decline' }]);
    expect((await client.callTool({ name: 'pay', arguments: {} })).structuredContent).toEqual({ said: 'refused' });
  });

  test('stays in the inbox of who puts it off, and the call says so', async () => {
    const { client } = await clientOf(key, MODERN, [{ action: 'cancel' }]);
    const answer = await client.callTool({ name: 'pay', arguments: {} });
    expect(answer.isError).toBe(true);
    expect(JSON.stringify(answer.content)).toContain('ask.declined');
    const inbox = await server.ask('GET', '/api/v1/asks', { key });
    expect((inbox.json as { open: number }).open).toBe(1);
  });

  test('MCP-08 is answered for nobody else: not for another account, nor by the state of another’s call', async () => {
    const bob = (await server.key({ user: 'u_bob', role: 'editor' })).plain;
    const runs = await server.ask('GET', '/api/v1/runs?state=waiting', { key });
    const run = (runs.json as { runs: { id: string }[] }).runs[0]?.id;
    expect(run).toBeDefined();
    const answer = await server.ask('POST', ROUTES.speakMcp.path, {
      key: bob,
      headers: {
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': 'pay',
      },
      body: {
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: {
          name: 'pay',
          arguments: {},
          requestState: run,
          inputResponses: { answer: { action: 'accept', content: { answer: 'approved' } } },
          _meta: {
            'io.modelcontextprotocol/protocolVersion': '2026-07-28',
            'io.modelcontextprotocol/clientInfo': { name: 'evil', version: '1' },
            'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } },
          },
        },
      },
    });
    expect(answer.text).toContain('ask.over');
    const row = await server.ask('GET', `/api/v1/runs/${run}`, { key });
    expect((row.json as { state: string }).state).toBe('waiting');
  });
});
