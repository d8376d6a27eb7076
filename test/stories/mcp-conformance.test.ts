/**
 * The official conformance suite of MCP against this server: those of its scenarios that a server of flows answers. Its tools
 * are flows, made here under the names the suite asks for. The suite knows no credentials; a proxy on loopback adds the key.
 *
 * Not applicable, and why: sampling, logging, completion, images, audio, embedded resources and subscriptions are capabilities
 * that this server does not announce; `$ref` is no part of the input of a flow, whose forms are made of it; resources to read have addresses of the suite's own (ours are those of files); elicitation
 * is of the era of 2026-07-28 here, which the suite does not speak (offers.test.ts does).
 */

import { execFile } from 'node:child_process';
import { createServer, request as forward, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROUTES } from '@headgate/core/api';
import { startServer, type TestServer } from '../fixtures/server.ts';

const SUITE = join(import.meta.dirname, '../../node_modules/@modelcontextprotocol/conformance/dist/index.js');

/** What the suite said, and how it ended. The server runs in this process: nothing here may wait for it standing still. */
const suite = (scenario: string): Promise<{ readonly code: number; readonly out: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [SUITE, 'server', '--url', url, '--scenario', scenario], (fault, stdout, stderr) =>
      resolve({ code: fault === null ? 0 : Number(fault.code ?? 1), out: stdout + stderr }),
    );
  });

let server: TestServer;
let proxy: Server;
let url: string;

const flow = (name: string, more: Record<string, unknown>) => ({
  headgate: 1,
  name,
  description: `${name}, for the suite`,
  triggers: [{ id: 'call', kind: 'mcp.tool@1', with: { name } }],
  ...more,
});
const prompt = (name: string, more: Record<string, unknown>) =>
  flow(name, { triggers: [{ id: 'take', kind: 'mcp.prompt@1', with: { name } }], ...more });
const text = 'This is a simple text response for testing.';
const nap = (id: string, after?: string) => ({
  id,
  kind: 'wait@1',
  ...(after === undefined ? {} : { after: [after] }),
  with: { for: '50ms' },
});
const FLOWS = [
  flow('test_simple_text', { steps: [{ id: 'say', kind: 'set@1', with: { value: text } }], output: '{{ steps.say }}' }),
  flow('test_error_handling', {
    steps: [
      {
        id: 'no',
        kind: 'stop@1',
        with: { problem: 'on.purpose', text: 'This tool intentionally returns an error for testing' },
      },
    ],
  }),
  prompt('test_simple_prompt', {
    steps: [{ id: 'say', kind: 'set@1', with: { value: 'This is a simple prompt for testing.' } }],
    output: '{{ steps.say }}',
  }),
  prompt('test_prompt_with_arguments', {
    input: {
      type: 'object',
      properties: {
        arg1: { type: 'string', description: 'First test argument' },
        arg2: { type: 'string', description: 'Second test argument' },
      },
      required: ['arg1', 'arg2'],
      additionalProperties: false,
    },
    steps: [
      {
        id: 'say',
        kind: 'set@1',
        with: { value: "Prompt with arguments: arg1='{{ input.arg1 }}', arg2='{{ input.arg2 }}'" },
      },
    ],
    output: '{{ steps.say }}',
  }),
  flow('test_tool_with_progress', { steps: [nap('one'), nap('two', 'one'), nap('three', 'two')], output: 'done' }),
];

beforeAll(async () => {
  server = await startServer();
  const { plain } = await server.key();
  for (const draft of FLOWS) {
    const { json } = await server.ask('POST', '/api/v1/flows', { key: plain, body: { draft } });
    const { id } = json as { id: string };
    const made = await server.ask('POST', `/api/v1/flows/${id}/publish`, { key: plain, body: {} });
    expect(made.status, made.text).toBe(201);
  }
  const put = await fetch(`${server.url}/api/v1/files?path=suite.txt`, {
    method: 'PUT',
    headers: { 'x-api-key': plain, 'content-type': 'text/plain' },
    body: 'for the suite',
  });
  expect(put.status).toBe(200);
  proxy = createServer((request, response) => {
    const { method, headers, url: path = '/' } = request;
    // What names a host is the suite's own to choose: its test of rebinding depends on it.
    const out = forward(
      { host: '127.0.0.1', port: server.port, method, path, headers: { ...headers, 'x-api-key': plain } },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    request.pipe(out);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}${ROUTES.speakMcp.path}`;
});
afterAll(async () => {
  proxy.closeAllConnections();
  await new Promise((resolve) => proxy.close(resolve));
  await server.close();
});

test.each([
  'server-initialize',
  'ping',
  'tools-list',
  'tools-call-simple-text',
  'tools-call-error',
  'tools-call-with-progress',
  'resources-list',
  'prompts-list',
  'prompts-get-simple',
  'prompts-get-with-args',
  'server-sse-multiple-streams',
  'dns-rebinding-protection',
])('the scenario %s of the conformance suite passes', async (scenario) => {
  const { code, out } = await suite(scenario);
  expect(out).not.toMatch(/✗|FAILURE/);
  expect(code, out).toBe(0);
});

test('the suite can fail: a scenario of what is not announced does', async () => {
  expect((await suite('logging-set-level')).code).not.toBe(0);
});
