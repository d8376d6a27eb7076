/** The sessions of agents of one flow, as they are looked through and taken away: all of them, or those of some owners. */

import { type SqlBool, sql } from 'kysely';
import type { Ground } from '../ground.ts';
import type { HeldMemory, MemoryStore } from '../memory.ts';
import { summaryName } from '../sealed-names.ts';
import { dropSessions } from './chat-drop.ts';

/** What stands in the owner of a session of an agent (engine/agent/memory.ts), and of no other. */
const OF_AGENT = '%/agent/%';

export const memoryList = (
  { db, grew }: Pick<Ground, 'db' | 'grew'>,
  workspace: string,
): Pick<MemoryStore, 'list' | 'held' | 'drop'> => {
  const ofFlow = (flow: string) =>
    db
      .selectFrom('chat_session')
      .select((eb) => [
        ...(['id', 'flow', 'owner', 'name', 'created', 'updated', 'expires', 'bytes'] as const),
        eb
          .selectFrom('chat_message')
          .whereRef('chat_message.session', '=', 'chat_session.id')
          .where('chat_message.workspace', '=', workspace)
          .where('chat_message.role', '=', 'user')
          .select(eb.fn.countAll<number>().as('turns'))
          .as('turns'),
      ])
      .where('workspace', '=', workspace)
      .where('flow', '=', flow)
      .where('owner', 'like', OF_AGENT);

  const held = async (flow: string, id: string, now: number): Promise<HeldMemory | null> => {
    const row = await ofFlow(flow).where('id', '=', id).where('expires', '>', now).executeTakeFirst();
    if (row === undefined) return null;
    const summary = await db
      .selectFrom('chat_summary')
      .select(['name', 'upto', 'box'])
      .where('workspace', '=', workspace)
      .where('session', '=', id)
      .executeTakeFirst();
    const boxed =
      summary === undefined ? null : { upto: summary.upto, name: summaryName(id, summary.name), box: summary.box };
    return { ...row, turns: row.turns ?? 0, summary: boxed };
  };

  return {
    held,

    list: async ({ flow, owners, before, limit, now }) => {
      let asked = ofFlow(flow).where('expires', '>', now);
      if (owners !== null)
        asked = asked.where((eb) =>
          eb.or(owners.map((owner) => sql<SqlBool>`substr(owner, 1, ${owner.length}) = ${owner}`)),
        );
      if (before !== undefined)
        asked = asked.where((eb) =>
          eb.or([
            eb('updated', '<', before.updated),
            eb.and([eb('updated', '=', before.updated), eb('id', '<', before.id)]),
          ]),
        );
      const rows = await asked
        .orderBy('updated', 'desc')
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute();
      const shown = rows.slice(0, limit).map((row) => ({ ...row, turns: row.turns ?? 0 }));
      return { rows: shown, more: rows.length > limit };
    },

    drop: async (flow, id) => {
      const row = await ofFlow(flow).where('id', '=', id).executeTakeFirst();
      return row !== undefined && (await dropSessions({ db, grew }, [row.id])) > 0;
    },
  };
};
