/** One exchange with the SDK: its result is taken as it is, and the SDK keeps nothing of it. */

import { createMcpHandler } from '@modelcontextprotocol/server';
import { expect, test } from 'vitest';
import { Exchange, requestWith } from './exchange.ts';

const ERA = '2026-07-28';
const call = (method: string) => ({
  ...{ jsonrpc: '2.0', id: 7, method },
  params: {
    ...{ name: 'echo', arguments: {} },
    _meta: {
      'io.modelcontextprotocol/protocolVersion': ERA,
      'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
});

/** Asks a server whose one tool answers; what it gave, what the handler answered, and whether the SDK was told of an end. */
const asked = (method: string) => {
  const given: object[] = [];
  let ended = 0;
  const handler = createMcpHandler(() => {
    const server = new Exchange({ name: 'test', version: '1' }, { capabilities: { tools: {} } });
    server.setRequestHandler('tools/call', () => ({ content: [{ type: 'text', text: 'heard' }] }));
    server.onresult = (result) => void given.push(result);
    // The SDK hands on to who was there before it, when it lets go of the exchange.
    server.onclose = () => void (ended += 1);
    return server;
  });
  const headers = {
    ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    ...{ 'mcp-protocol-version': ERA, 'mcp-method': method, 'mcp-name': 'echo' },
  };
  const answer = handler.fetch(requestWith('http://127.0.0.1/mcp', headers), { parsedBody: call(method) });
  return { answer, ended: () => ended, given };
};

test('a result is given once, and the SDK lets go of the exchange', async () => {
  const { ended, given } = asked('tools/call');
  await expect.poll(() => given.length).toBe(1);
  expect(given[0]).toMatchObject({ id: 7, result: { content: [{ text: 'heard' }] } });
  expect(ended()).toBe(1);
});

test('twin: an error goes the way that the SDK made for it', async () => {
  const { answer, given } = asked('prompts/get');
  expect(await (await answer).json()).toMatchObject({ id: 7, error: { code: -32601 } });
  expect(given).toEqual([]);
});
