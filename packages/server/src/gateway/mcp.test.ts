/** The MCP server, spoken to by the official client, in both eras of the protocol. */

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROUTES } from '@headgate/core/api';
import { startServer, type TestServer } from '../../../../test/fixtures/server.ts';

let server: TestServer;
let key: string;
const open: Client[] = [];

const MODERN = { mode: { pin: '2026-07-28' } } as const;
const LEGACY = { mode: 'legacy' } as const;

const clientOf = async (
  plain: string,
  mode: typeof MODERN | typeof LEGACY,
  path = ROUTES.speakMcp.path,
): Promise<Client> => {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: mode });
  open.push(client);
  await client.connect(
    new StreamableHTTPClientTransport(new URL(server.url + path), {
      requestInit: { headers: { authorization: `Bearer ${plain}` } },
    }),
  );
  return client;
};

const tool = (name: string, more: Record<string, unknown> = {}) => ({
  headgate: 1,
  name,
  description: `Says hello as ${name}`,
  input: {
    type: 'object',
    properties: { name: { type: 'string', minLength: 1 } },
    required: ['name'],
    additionalProperties: false,
  },
  triggers: [{ id: 'call', kind: 'mcp.tool@1', with: {} }],
  steps: [{ id: 'greet', kind: 'set@1', with: { value: { text: 'Hello {{ input.name }}' } } }],
  output: '{{ steps.greet }}',
  ...more,
});

const publish = async (draft: unknown, more: Record<string, unknown> = {}, by = key): Promise<string> => {
  const made = await server.ask('POST', '/api/v1/flows', { key: by, body: { draft, ...more } });
  const { id } = made.json as { id: string };
  const published = await server.ask('POST', `/api/v1/flows/${id}/publish`, { key: by, body: { grant: 'needed' } });
  expect(published.status, published.text).toBe(201);
  return id;
};

const slow = tool('Slow', {
  steps: [
    { id: 'first', kind: 'set@1', with: { value: 1 } },
    { id: 'nap', kind: 'wait@1', after: ['first'], with: { for: '700ms' } },
    { id: 'last', kind: 'set@1', after: ['nap'], with: { value: 2 } },
  ],
  output: '{{ steps.last }}',
});

const long = tool('Long', {
  steps: [
    { id: 'first', kind: 'set@1', with: { value: 1 } },
    { id: 'nap', kind: 'wait@1', after: ['first'], with: { for: '10m' } },
  ],
  output: '{{ steps.nap }}',
});

beforeAll(async () => {
  server = await startServer();
  key = (await server.key()).plain;
  await publish(tool('Größe & Gruß'));
  await publish(
    tool('Named', {
      triggers: [{ id: 'call', kind: 'mcp.tool@1', with: { name: 'greet-by', description: 'Greets' } }],
    }),
  );
  await publish(slow);
  await publish(long);
  await publish(tool('Not a tool', { triggers: [] }));
  await publish(
    tool('Fails', {
      steps: [{ id: 'no', kind: 'stop@1', with: { problem: 'name.empty', text: 'No such order' } }],
      output: null,
    }),
  );
});
afterAll(async () => {
  await Promise.all(open.map((client) => client.close()));
  await server.close();
});

describe.each([
  ['2026-07-28', MODERN],
  ['2025-11-25', LEGACY],
] as const)('in the era of %s', (_era, mode) => {
  test('a published flow with the trigger is a tool: named, described, with the schema of its input', async () => {
    const { tools } = await (await clientOf(key, mode)).listTools();
    expect(tools.map(({ name }) => name)).toEqual(['grosse_gruss', 'greet-by', 'slow', 'long', 'fails']);
    expect(tools[1]).toMatchObject({
      title: 'Named',
      description: 'Greets',
      inputSchema: { type: 'object', required: ['name'], additionalProperties: false },
      annotations: { readOnlyHint: true, openWorldHint: false },
    });
    expect(JSON.stringify(tools)).not.toContain('"at"');
  });

  test('a call runs the flow and answers with its output; the run says where it came from', async () => {
    const client = await clientOf(key, mode);
    const answer = await client.callTool({ name: 'greet-by', arguments: { name: 'Ann' } });
    expect(answer).toMatchObject({
      content: [{ type: 'text', text: '{"text":"Hello Ann"}' }],
      structuredContent: { text: 'Hello Ann' },
    });
    const runs = await server.ask('GET', '/api/v1/runs?trigger=mcp.tool@1', { key });
    expect((runs.json as { runs: unknown[] }).runs[0]).toMatchObject({
      state: 'done',
      trigger: { id: 'call', kind: 'mcp.tool@1' },
    });
  });

  test('a flow that takes longer is waited for, and tells how far it is where the client asks', async () => {
    const client = await clientOf(key, mode);
    const told: unknown[] = [];
    const params = { name: 'slow', arguments: { name: 'Ann' } };
    const answer = await client.callTool(params, { onprogress: (progress) => told.push(progress) });
    expect(answer.content).toEqual([{ type: 'text', text: '2' }]);
    expect(told).toEqual([
      { progress: 1, message: 'first' },
      { progress: 2, message: 'nap' },
      { progress: 3, message: 'last' },
    ]);
    expect((await client.callTool(params)).content).toEqual([{ type: 'text', text: '2' }]);
  });

  test('what goes wrong is an answer that a model can act on; a tool that is not there is an error', async () => {
    const client = await clientOf(key, mode);
    const failed = await client.callTool({ name: 'fails', arguments: { name: 'Ann' } });
    expect(failed).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('name.empty: No such order') }],
    });
    const wrong = await client.callTool({ name: 'greet-by', arguments: { nome: 'Ann' } });
    expect(wrong).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('nome') }] });
    await expect(client.callTool({ name: 'not_a_tool', arguments: {} })).rejects.toThrow('Unknown tool: not_a_tool');
  });

  test('a call that is taken back cancels its run', async () => {
    const client = await clientOf(key, mode);
    const back = new AbortController();
    const params = { name: 'long', arguments: { name: 'Ann' } };
    const call = client.callTool(params, { signal: back.signal, onprogress: () => back.abort() });
    await expect(call).rejects.toThrow(/abort/i);
    await expect
      .poll(async () => {
        const { json } = await server.ask('GET', '/api/v1/runs?trigger=mcp.tool@1', { key });
        return (json as { runs: { state: string }[] }).runs[0]?.state;
      })
      .toBe('cancelled');
  });
});
