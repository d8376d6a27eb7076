/**
 * The MCP server at the addresses where clients of Langflow (and of its fork SkillFlaw) look for it. They are the same doors
 * as our own (mcp.ts): the same permission, the same message, the same handler.
 *
 * MM1 A message that is posted to an address of the old transport is answered as at our own: that transport keeps a session
 *     and puts its number into addresses, streamable HTTP does neither. To open a stream there is refused, and says where to go.
 */

import { speakMcp, speakProjectMcp } from './mcp.ts';
import { type Contract, route } from './route.ts';
import { json } from './shapes.ts';

const moved = <C extends Contract>(contract: C, path: `/${string}`): C => ({ ...contract, path });

const MOUNT = '/api/langflow';

const said = { 410: json.describe('A Problem, whose fix names the address of streamable HTTP') };

const openMcpSse = route({
  method: 'GET',
  path: '/api/v1/mcp/sse',
  needs: 'run',
  on: 'any',
  answers: said,
  problems: ['mcp.sse'],
  summary: 'Where the transport of 2024-11-05 began: says where the server is spoken to now',
  tags: ['mcp'],
});

const openProjectMcpSse = route({
  method: 'GET',
  path: '/api/v1/mcp/project/{project}/sse',
  needs: 'run',
  on: 'any',
  params: speakProjectMcp.params,
  answers: said,
  problems: ['missing', 'mcp.sse'],
  summary: 'As /api/v1/mcp/sse, of one project',
  tags: ['mcp'],
});

export const MCP_MOUNTS = {
  speakMcpSlashed: moved(speakMcp, `${speakMcp.path}/`),
  speakMcpSse: moved(speakMcp, '/api/v1/mcp/sse'),
  speakProjectMcpSse: moved(speakProjectMcp, '/api/v1/mcp/project/{project}/sse'),
  speakMcpMounted: moved(speakMcp, `${MOUNT}/mcp/streamable`),
  speakMcpMountedSse: moved(speakMcp, `${MOUNT}/mcp/sse`),
  speakMcpBelow: moved(speakMcp, `${MOUNT}${speakMcp.path}`),
  speakProjectMcpBelow: moved(speakProjectMcp, `${MOUNT}${speakProjectMcp.path}`),
  openMcpSse,
  openProjectMcpSse,
  openMcpMountedSse: moved(openMcpSse, `${MOUNT}/mcp/sse`),
} as const;
