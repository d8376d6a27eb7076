/**
 * What agents remember outside of chats. All is asked of the engine; here is said who asks, and whether he manages the flow.
 *
 * MR1 Whose memories are meant is the credential's alone: nothing in a request names an owner.
 */

import type { Principal } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, nothing } from '../outcome.ts';
import { ownerOf } from './chat.ts';

const PAGE = 100;
const TURNS = 100;

/** What owners of one’s own begin with: by runs that one started, and by what agents were told in one’s chats. */
const ownersOf = (who: Principal): readonly string[] =>
  [who.id, ownerOf(who), `${ownerOf(who)}/draft`].map((one) => `${one}/agent/`);

export const memoryRoutes = ({ gate, places }: Lodge): readonly Route[] => {
  const { memories } = gate.engine.chat;
  const manages = async (who: Principal, flow: string): Promise<boolean> =>
    (await places.judge(who, 'flow.write', 'flow', flow)) === undefined;
  return [
    implement(ROUTES.listMemories, async ({ who, params, query }) => {
      if ((await gate.store.in(who.workspace).flows.get(params.id)) === null) return MISSING;
      const all = await manages(who, params.id);
      const { cursor, limit = PAGE } = query;
      const page = { all, limit, ...(cursor === undefined ? {} : { cursor }) };
      const found = await memories.list(who.workspace, params.id, ownersOf(who), page);
      return give(200, { memories: [...found.memories], all, ...(found.next === null ? {} : { next: found.next }) });
    }),

    implement(ROUTES.getMemory, async ({ who, params, query }) => {
      const found = await memories.read(who.workspace, params.id, ownersOf(who), params.memory, query.limit ?? TURNS);
      return found === null ? MISSING : give(200, found);
    }),

    implement(ROUTES.deleteMemory, async ({ who, params }) => {
      const which = { id: params.memory, all: await manages(who, params.id) };
      return (await memories.remove(who.workspace, params.id, ownersOf(who), which)) ? nothing() : MISSING;
    }),
  ];
};
