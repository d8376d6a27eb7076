/** mcp.tools: the tools of an MCP server elsewhere, with what it says of each: what mcp.call is pinned to. It calls none. */

import { defineStep, done, failed, LISTING, milliseconds, z } from '@headgate/core/step';
import { definition, listTools } from '../mcp.call/definition.ts';
import { beginWith } from '../mcp.call/speak.ts';
import { server, serverNeeds } from '../mcp.call/step.ts';

export const step = defineStep({
  kind: 'mcp.tools',
  version: 1,
  title: 'List MCP tools',
  group: 'net',
  summary:
    'Gives the tools of an MCP server elsewhere, each with its name and with what the server says of it. An entry’s `pinned` is what mcp.call wants to be given: look at it, as a model will read it.',
  input: z.strictObject(server),
  output: z
    .strictObject({
      tools: z
        .array(
          z.strictObject({
            name: z.string().describe('Its name there.'),
            pinned: definition.describe('What the server says of it.'),
          }),
        )
        .describe('The tools, in the order of the server.'),
      left: z
        .array(z.string())
        .describe('Names of tools that cannot be called from here, for their name or for the size of what they say.'),
    })
    .describe('What the server offers.'),
  plain: ['url'],
  needs: (raw) => serverNeeds(raw, LISTING),
  repeatable: () => true,
  run: async (given, can) => {
    const timeout = given.timeout === undefined ? undefined : milliseconds(given.timeout);
    const session = await beginWith(can, { url: given.url, secret: given.secret, timeout });
    if ('problem' in session) return failed(session.problem, 'no');
    const listed = await listTools(session);
    if ('problem' in listed) return failed(listed.problem, 'no');
    const tools = listed.tools.map(({ name, definition: pinned }) => ({ name, pinned }));
    return done({ tools, left: [...listed.left] });
  },
});
