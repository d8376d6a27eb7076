/** The MCP server: flows as tools, at one address; in one message a request, and no session (specification 2026-07-28). */

import { z } from 'zod';
import { empty, route } from './route.ts';
import { json } from './shapes.ts';

/** One message, and no list of them: each call passes the door by itself (batches were of the protocol of 2025-03-26 alone). */
const message = z.strictObject({
  jsonrpc: z.literal('2.0'),
  id: z
    .union([z.string().max(200), z.number()])
    .optional()
    .describe('Left out: it is a notification'),
  method: z.string().min(1).max(200).optional(),
  params: json.optional(),
  result: json.optional(),
  error: json.optional(),
});

const answers = {
  200: json.describe('A JSON-RPC response; or, as text/event-stream, notifications and then the response'),
  202: empty('It was a notification'),
  400: json.describe('A JSON-RPC error: the message, or a header of the protocol, is wrong'),
  404: json.describe('A JSON-RPC error: there is no such method'),
  406: json.describe('A JSON-RPC error: the header accept must name both application/json and text/event-stream'),
};

export const speakMcp = route({
  method: 'POST',
  path: '/api/v1/mcp/streamable',
  needs: 'run',
  on: 'any',
  body: message,
  answers,
  summary: 'Speak the Model Context Protocol: list and call the flows that are tools',
  tags: ['mcp'],
});

/** Below the address of the tools, so that a token for that resource (RFC 8707) reaches it where it holds the permission. */
export const speakBuildMcp = route({
  method: 'POST',
  path: '/api/v1/mcp/streamable/build',
  needs: 'flow.assist',
  on: 'any',
  body: message,
  answers,
  summary: 'Speak the Model Context Protocol to build flows as drafts: read, edit, check, try; never publish or lend',
  tags: ['mcp'],
});

export const speakProjectMcp = route({
  method: 'POST',
  path: '/api/v1/mcp/project/{project}/streamable',
  needs: 'run',
  on: 'any',
  params: z.strictObject({ project: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'the id of a project') }),
  body: message,
  answers,
  problems: ['missing'],
  summary: 'Speak the Model Context Protocol about the tools of one project',
  tags: ['mcp'],
});
