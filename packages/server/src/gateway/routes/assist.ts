/**
 * The assistant of the editor. Whoever asks is judged as ever; what the assistant does in between is judged as he with less
 * (core/access/assistant.ts), and the model is asked, and charged, as he.
 */

import { assistantOf, readFlow } from '@headgate/core';
import { type Contract, ROUTES } from '@headgate/core/api';
import { AssistDesk } from '../assist/desk.ts';
import { turn } from '../assist/turn.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { insideFor } from '../mcp/inside.ts';
import { MISSING, refuse, refuseAll } from '../outcome.ts';
import { streamed } from '../streams.ts';

const NO_ASSISTANT = refuse(
  'permission.missing',
  'An assistant builds for who holds the permission flow.assist where the flow is',
);

/** `routeOf`: the route of a contract, once all are made. */
export const assistRoutes = (lodge: Lodge, routeOf: (contract: Contract) => Route): readonly Route[] => [
  implement(ROUTES.assistFlow, async ({ who, params: { id }, body: { model, said }, request }) => {
    const { gate, places, streams } = lodge;
    if ((await places.judge(who, 'flow.assist', 'flow', id)) !== undefined) return NO_ASSISTANT;
    const row = await gate.store.in(who.workspace).flows.get(id);
    if (row === null) return MISSING;
    const read = readFlow(row.draft);
    if (!read.ok) return refuseAll('flow.invalid', read.problems);
    const inside = insideFor(lodge, routeOf, assistantOf(who), request);
    const about = { id, project: row.project, revision: row.revision, draft: read.flow };
    const desk = new AssistDesk({ inside, gate, workspace: who.workspace }, about);
    const still = async (): Promise<boolean> => (await request.passage?.again()) === true;
    const stream = await streams.open(who.id, still, (left) =>
      Promise.resolve(turn(gate, desk, { principal: who, flow: id, model, said }, left)),
    );
    return streamed(stream, request.raw.socket, gate.limit.stalled);
  }),
];
