/**
 * The desk of a workspace, or of one of its projects, during one request: flows with a trigger of the kind `mcp.tool` are tools, those
 * with `mcp.prompt` are prompts, and files are resources.
 */

import type { Principal, Reader } from '@headgate/core';
import type { Gate } from '../deps.ts';
import type { Lodge } from '../lodge.ts';
import { calledOf, promisedBy, runFor } from './call.ts';
import type { Desk } from './desk.ts';
import { askingOf } from './elicit.ts';
import type { Inside } from './inside.ts';
import { promptsOf } from './prompts.ts';
import { resourcesOf } from './resources.ts';
import { Tools } from './tools.ts';

const INSTRUCTIONS =
  'Each tool is a flow of a Headgate workspace. A call runs it with the powers that its owner lent to it, and answers with its output. A call that fails says why, and what to do next.';

/** What the flows of an instance offer, by principal: kept over requests, as long as nothing changes. */
export class Offers {
  readonly tools: Tools;
  readonly prompts: Tools;
  constructor(gate: Gate) {
    this.tools = new Tools(gate);
    this.prompts = new Tools(gate, 'prompt');
  }
}

/** `project`: of this one alone; files are those of this one, or of `default`. `inside`: our routes, as the caller. */
export const flowDesk = (
  lodge: Pick<Lodge, 'gate' | 'waiting' | 'places'>,
  { tools, prompts }: Offers,
  inside: Inside,
  reader: Reader,
  project: string | undefined,
): Desk => ({
  instructions: INSTRUCTIONS,
  list: async (who: Principal) =>
    [...(await tools.of(who, project)).values()].map(({ at: _, fits: __, ...tool }) => tool),
  call: async (name, input, caller, client) => {
    const tool = (await tools.of(caller.who, project)).get(name);
    if (tool === undefined) return null;
    const came = await runFor(
      lodge,
      'tool',
      tool,
      input,
      caller,
      askingOf(client, caller.who, tool, inside, lodge.gate),
    );
    return 'question' in came ? came : calledOf(promisedBy(tool, came));
  },
  prompts: promptsOf(lodge, prompts, project),
  resources: resourcesOf(inside, project ?? 'default', lodge.gate.guard, reader),
});
