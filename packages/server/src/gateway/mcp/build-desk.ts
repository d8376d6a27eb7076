/** The desk for assistants that build flows, in the name of one caller and during one request. */

import { assistantOf, problem, type Principal } from '@headgate/core';
import type { Contract } from '@headgate/core/api';
import type { FastifyRequest } from 'fastify';
import type { Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { BUILD_TOOLS } from './build-tools.ts';
import { failed, given } from './call.ts';
import type { Desk } from './desk.ts';
import { insideFor } from './inside.ts';

const INSTRUCTIONS =
  'These tools build flows of a Headgate workspace, as drafts. Find kinds of steps before you use them, check what you wrote, ask what it would touch, and test it with given results. You cannot publish a flow or lend it a power: tell the person what to look at, and that this is theirs to do.';

const CLOSED = problem('auth.invalid', 'The key or token is not good any more', { retry: 'no' });
const TOOLS = new Map(BUILD_TOOLS.map((tool) => [tool.name, tool]));
const LISTED = BUILD_TOOLS.map(({ run: _, ...tool }) => tool);

export const buildDesk = (
  lodge: Lodge,
  routeOf: (contract: Contract) => Route,
  who: Principal,
  request: FastifyRequest,
): Desk => ({
  instructions: INSTRUCTIONS,
  list: () => Promise.resolve(LISTED),
  call: async (name, input, caller) => {
    const tool = TOOLS.get(name);
    if (tool === undefined) return null;
    const { gate } = lodge;
    const version = gate.store.version();
    const inside = insideFor(lodge, routeOf, assistantOf(who), request);
    const made = await tool.run(input, { inside, gate, workspace: who.workspace });
    if (version !== gate.store.version() && !(await caller.still())) return failed(CLOSED);
    return made.ok ? given(made.value) : failed(made.problem);
  },
});
