/** The desk of flows: those with a trigger of the kind `mcp.tool` are tools, and a call of one is a run. */

import type { Lodge } from '../lodge.ts';
import { callTool } from './call.ts';
import type { Desk } from './desk.ts';
import type { Tools } from './tools.ts';

const INSTRUCTIONS =
  'Each tool is a flow of a Headgate workspace. A call runs it with the powers that its owner lent to it, and answers with its output. A call that fails says why, and what to do next.';

/** `project`: the tools of this one alone. */
export const flowDesk = (
  lodge: Pick<Lodge, 'gate' | 'waiting' | 'places'>,
  tools: Tools,
  project: string | undefined,
): Desk => ({
  instructions: INSTRUCTIONS,
  list: async (who) => [...(await tools.of(who, project)).values()].map(({ at: _, ...tool }) => tool),
  call: async (name, input, caller) => {
    const tool = (await tools.of(caller.who, project)).get(name);
    return tool === undefined ? null : callTool(lodge, tool, input, caller);
  },
});
