/** Questions that a run asks its caller over MCP: an answer is for the question that was shown, and for no other. */

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { ROUTES } from '@headgate/core/api';
import { startServer, type TestServer } from '../fixtures/server.ts';

vi.setConfig({ testTimeout: 60_000 });

type Said = { action: 'accept' | 'cancel'; content?: Record<string, string> };
type Row = { readonly id: string; readonly title: string; readonly run: string };

const YES: Said = { action: 'accept', content: { answer: 'approved' } };

let server: TestServer;
let key: string;
let client: Client;
/** What the person at the client was shown, and what is said to it. */
const shown: string[] = [];
let say: (message: string) => Promise<Said> | Said = () => ({ action: 'cancel' });

beforeAll(async () => {
  server = await startServer();
  key = (await server.key({ user: 'u_ann', role: 'owner' })).plain;
  const sure = (id: string, title: string, after: string[]) => ({
    ...{ id, kind: 'ask@1', after },
    with: { title, who: { members: ['u_ann'] } },
  });
  const draft = {
    headgate: 1,
    name: 'Pay',
    triggers: [{ id: 'call', kind: 'mcp.tool@1', with: {} }],
    steps: [sure('small', 'Pay 12 EUR?', []), sure('large', 'Pay 9000 EUR?', ['small'])],
    output: { small: '{{ steps.small.answer }}', large: '{{ steps.large.answer }}' },
  };
  const { id } = (await server.ask('POST', '/api/v1/flows', { key, body: { draft } })).json as { id: string };
  const published = await server.ask('POST', `/api/v1/flows/${id}/publish`, { key, body: { grant: 'needed' } });
  expect(published.status, published.text).toBe(201);
  client = new Client(
    { name: 'test', version: '1' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } }, capabilities: { elicitation: { form: {} } } },
  );
  client.setRequestHandler('elicitation/create', async ({ params }) => {
    shown.push(params.message);
    return say(params.message);
  });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(server.url + ROUTES.speakMcp.path), {
      requestInit: { headers: { authorization: `Bearer ${key}` } },
    }),
  );
});
afterAll(async () => {
  await client.close();
  await server.close();
});
beforeEach(() => {
  shown.length = 0;
});

const open = async (): Promise<readonly Row[]> =>
  ((await server.ask('GET', '/api/v1/asks?state=open', { key })).json as { asks: Row[] }).asks;

describe('WH-08 an answer that comes late', () => {
  test('is none to the question that the run asks by then, which is shown first; twin: each answer counts for its own', async () => {
    let first = true;
    say = async (message) => {
      if (!first) return { action: 'cancel' };
      first = false;
      // While the person reads, the same question is answered elsewhere, and the run goes on to ask for something else.
      const [row] = await open();
      expect(message).toContain(row?.title);
      const path = `/api/v1/asks/${row?.id ?? ''}/answer`;
      expect((await server.ask('POST', path, { key, body: { answer: 'refused' } })).status).toBe(200);
      await vi.waitUntil(async () => (await open()).some(({ title }) => title.includes('9000')), 20_000);
      return YES;
    };
    await client.callTool({ name: 'pay', arguments: {} });
    expect(shown).toEqual(['Pay 12 EUR?', 'Pay 9000 EUR?']);
    const [left] = await open();
    expect(left).toMatchObject({ title: 'Pay 9000 EUR?' });
    expect((await server.ask('POST', `/api/v1/runs/${left?.run ?? ''}/cancel`, { key, body: {} })).status).toBe(200);

    say = () => YES;
    shown.length = 0;
    const paid = await client.callTool({ name: 'pay', arguments: {} });
    expect(shown).toEqual(['Pay 12 EUR?', 'Pay 9000 EUR?']);
    expect(paid.structuredContent).toEqual({ small: 'approved', large: 'approved' });
  });
});
