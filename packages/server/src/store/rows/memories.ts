/**
 * What agents of one workspace remember: turns of sessions of their own, and summaries of older turns, of chats too.
 *
 * MM1 A turn and its count are written in one transaction, and a turn once, however often it is told.
 */

import type { ChatStore } from '../chat.ts';
import type { Ground } from '../ground.ts';
import type { KeptTurn, MemoryStore } from '../memory.ts';
import { chatName, summaryName } from '../sealed-names.ts';
import { sessionOf } from './chats.ts';
import { memoryList } from './memory-list.ts';
import { change, type Change, type OwnGround } from './own-ground.ts';

/** Messages of one session, two of a turn. */
const MOST = 400;
/** Messages that are over that and go at once: there are never more than the two that came. */
const OVER = 10;

export const memoriesOf = (ground: Ground, own: OwnGround, chats: ChatStore, workspace: string): MemoryStore => {
  const { db } = ground;
  const { seal } = own;

  /** Raises the count of a session, and of the workspace. False: there is no such session. */
  const counted = async ({ trx, grow }: Change, session: string, bytes: number): Promise<boolean> => {
    const done = await trx
      .updateTable('chat_session')
      .set((eb) => ({ bytes: eb('bytes', '+', bytes) }))
      .where('workspace', '=', workspace)
      .where('id', '=', session)
      .executeTakeFirst();
    if (done.numUpdatedRows === 0n) return false;
    grow(bytes);
    return true;
  };

  const summaryAt = (from: Pick<Ground['db'], 'selectFrom'>, session: string, name: string) =>
    from
      .selectFrom('chat_summary')
      .selectAll()
      .where('workspace', '=', workspace)
      .where('session', '=', session)
      .where('name', '=', name)
      .executeTakeFirst();

  /** The oldest go; how many bytes they held. */
  const thinned = async ({ trx }: Change, session: string): Promise<number> => {
    const old = await trx
      .selectFrom('chat_message')
      .select(['n', 'box'])
      .where('workspace', '=', workspace)
      .where('session', '=', session)
      .orderBy('n', 'desc')
      .offset(MOST)
      .limit(OVER)
      .execute();
    if (old.length === 0) return 0;
    await trx
      .deleteFrom('chat_message')
      .where('workspace', '=', workspace)
      .where(
        'n',
        'in',
        old.map(({ n }) => n),
      )
      .execute();
    return old.reduce((sum, { box }) => sum + (box?.length ?? 0), 0);
  };

  const put = async (by: Change, session: string, turn: KeptTurn): Promise<boolean> => {
    const { trx } = by;
    const [asked, answered] = [`${turn.id}_q`, `${turn.id}_a`];
    const there = await trx
      .selectFrom('chat_message')
      .select('n')
      .where('workspace', '=', workspace)
      .where('session', '=', session)
      .where('id', '=', answered)
      .executeTakeFirst();
    if (there !== undefined) return true;
    const both = { workspace, session, run: turn.run, vote: 0, words: null, created: turn.at };
    const boxes = [
      seal(workspace, chatName('said', asked), turn.asked),
      seal(workspace, chatName('said', answered), turn.answered),
    ] as const;
    await trx
      .insertInto('chat_message')
      .values([
        { ...both, id: asked, role: 'user', box: boxes[0] },
        { ...both, id: answered, role: 'assistant', box: boxes[1] },
      ])
      .execute();
    await trx
      .updateTable('chat_session')
      .set({ updated: turn.at, expires: turn.expires })
      .where('workspace', '=', workspace)
      .where('id', '=', session)
      .execute();
    const gone = await thinned(by, session);
    return counted(by, session, boxes[0].length + boxes[1].length - gone);
  };

  return {
    ...memoryList(ground, workspace),

    chatOf: async (run) => {
      const row = await db
        .selectFrom('chat_message')
        .innerJoin('chat_session', 'chat_session.id', 'chat_message.session')
        .selectAll('chat_session')
        .where('chat_message.workspace', '=', workspace)
        .where('chat_message.run', '=', run)
        .where('chat_message.role', '=', 'user')
        .where('chat_session.workspace', '=', workspace)
        .executeTakeFirst();
      return row === undefined ? null : sessionOf(row);
    },

    keep: async (place, id, turn) => {
      const session = await chats.open(place, { id, title: '', at: turn.at, expires: turn.expires });
      if (session === null) return false;
      const done = await change(ground, own, workspace, undefined, (by) => put(by, session.id, turn));
      return done?.ok === true && done.value;
    },

    summary: async (session, name) => {
      const row = await summaryAt(db, session, name);
      return row === undefined ? null : { upto: row.upto, name: summaryName(session, name), box: row.box };
    },

    sum: async (session, name, { upto, said, at }) => {
      const box = seal(workspace, summaryName(session, name), said);
      const done = await change(ground, own, workspace, undefined, async (by) => {
        const before = await summaryAt(by.trx, session, name);
        if (before !== undefined && before.upto >= upto) return false;
        if (!(await counted(by, session, box.length - (before?.box.length ?? 0)))) return false;
        await by.trx
          .insertInto('chat_summary')
          .values({ workspace, session, name, upto, box, updated: at })
          .onConflict((on) => on.columns(['session', 'name']).doUpdateSet({ upto, box, updated: at }))
          .execute();
        return true;
      });
      return done?.ok === true && done.value;
    },
  };
};
