/** The MCP server, spoken to by the official client, in both eras of the protocol. */

import { Client, SSEClientTransport, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
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
  path: string = ROUTES.speakMcp.path,
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

const PROMISED = {
  type: 'object',
  properties: { total: { type: 'number' }, currency: { type: 'string', default: 'EUR' } },
  required: ['total', 'currency'],
  additionalProperties: false,
};

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
  await publish(
    tool('Promises', {
      input: { type: 'object', properties: { total: {} }, additionalProperties: false },
      triggers: [{ id: 'call', kind: 'mcp.tool@1', with: { output: PROMISED } }],
      steps: [{ id: 'sum', kind: 'set@1', with: { value: { total: '{{ input.total }}' } } }],
      output: '{{ steps.sum }}',
    }),
  );
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
    expect(tools.map(({ name }) => name)).toEqual(['grosse_gruss', 'greet-by', 'slow', 'long', 'promises', 'fails']);
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

  test('a tool that promises what it gives is held to it: defaults are filled in, and what does not fit is a Problem', async () => {
    const client = await clientOf(key, mode);
    const promised = (await client.listTools()).tools.find(({ name }) => name === 'promises');
    expect(promised?.outputSchema).toEqual(PROMISED);
    expect(JSON.stringify(promised)).not.toContain('"fits"');
    // The client judges what is structured by the schema itself, too.
    const kept = await client.callTool({ name: 'promises', arguments: { total: 3 } });
    expect(kept.structuredContent).toEqual({ total: 3, currency: 'EUR' });
    expect(kept.content).toEqual([{ type: 'text', text: '{"total":3,"currency":"EUR"}' }]);
    const broken = await client.callTool({ name: 'promises', arguments: { total: 'three' } });
    expect(broken).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('mcp.output') }] });
    expect(broken.structuredContent).toBeUndefined();
    expect(JSON.stringify(broken.content)).toContain('output.total');
    expect(JSON.stringify(broken.content)).not.toContain('three');
  });
});

describe('where clients of Langflow look for the server', () => {
  const { speakMcp, ...elsewhere } = ROUTES;
  const at = (path: string): string => path.replace('{project}', 'default');

  test.each([
    elsewhere.speakMcpSlashed,
    elsewhere.speakMcpSse,
    elsewhere.speakMcpMounted,
    elsewhere.speakMcpMountedSse,
    elsewhere.speakMcpBelow,
    elsewhere.speakProjectMcpSse,
    elsewhere.speakProjectMcpBelow,
  ])('$path lists and calls the same tools, in both eras, and nobody without a key', async ({ path }) => {
    const own = (await (await clientOf(key, MODERN)).listTools()).tools;
    for (const mode of [MODERN, LEGACY]) {
      const client = await clientOf(key, mode, at(path));
      expect((await client.listTools()).tools).toEqual(own);
      const told = await client.callTool({ name: 'greet-by', arguments: { name: 'Bo' } });
      expect(told.structuredContent).toEqual({ text: 'Hello Bo' });
    }
    const nobody = await server.ask('POST', at(path), { body: { jsonrpc: '2.0', id: 1, method: 'tools/list' } });
    expect(nobody.status).toBe(401);
    expect(String(nobody.headers['www-authenticate'])).toContain('resource_metadata=');
    expect((await server.ask('POST', `${at(path)}?x-api-key=${key}`, { body: {} })).status).toBe(400);
  });

  test.each([
    [elsewhere.openMcpSse, speakMcp.path],
    [elsewhere.openMcpMountedSse, speakMcp.path],
    [elsewhere.openProjectMcpSse, ROUTES.speakProjectMcp.path],
  ])('$path opens no stream, and says to who has a key where to go', async ({ path }, right) => {
    const headers = { accept: 'text/event-stream' };
    const refused = await server.ask('GET', at(path), { key, headers });
    expect(refused).toMatchObject({ status: 410, json: { code: 'mcp.sse', fix: expect.stringContaining(at(right)) } });
    expect((await server.ask('GET', at(path), { headers })).status).toBe(401);
    expect((await server.ask('GET', `${at(path)}?x-api-key=${key}`, { headers })).status).toBe(400);
  });

  test('a client of the old transport is told so, and a project that is not there is nowhere', async () => {
    const client = new Client({ name: 'old', version: '1' }, { versionNegotiation: LEGACY });
    const transport = new SSEClientTransport(new URL(server.url + elsewhere.openMcpSse.path), {
      requestInit: { headers: { authorization: `Bearer ${key}` } },
    });
    await expect(client.connect(transport)).rejects.toThrow('410');
    const never = elsewhere.openProjectMcpSse.path.replace('{project}', 'never');
    expect((await server.ask('GET', never, { key })).status).toBe(404);
  });
});
