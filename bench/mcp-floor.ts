/**
 * The floor of MCP: what the SDK's own server needs to answer a call of a tool. A program of its own, started by the bench:
 * `node bench/mcp-floor.ts PORT`. It knows nobody, runs no flow and keeps nothing.
 */

import { createServer } from 'node:http';
import { createMcpHandler, Server } from '@modelcontextprotocol/server';

const handler = createMcpHandler(() => {
  const server = new Server({ name: 'floor', version: '1' }, { capabilities: { tools: {} } });
  server.setRequestHandler('tools/list', () => ({ tools: [{ name: 'echo', inputSchema: { type: 'object' } }] }));
  server.setRequestHandler('tools/call', ({ params }) => ({
    content: [{ type: 'text', text: String(params.arguments?.['say']) }],
  }));
  return server;
});

createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', async () => {
    const headers = Object.entries(request.headers).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value] as [string, string]] : [],
    );
    const asked = new Request('http://127.0.0.1/mcp', { method: 'POST', headers });
    const parsedBody: unknown = JSON.parse(Buffer.concat(parts).toString('utf8') || '{}');
    const answer = await handler.fetch(asked, { parsedBody });
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(await answer.text());
  });
}).listen(Number(process.argv[2]), '127.0.0.1');
