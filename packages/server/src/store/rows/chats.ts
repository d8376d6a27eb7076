/** Sessions and messages of chats, of one workspace. What they hold is data and no configuration: nothing is forgotten for it. */

import type { Selectable } from 'kysely';
import type { ChatMessageRow, ChatPlace, ChatSessionRow, ChatStore } from '../chat.ts';
import type { Ground } from '../ground.ts';
import type { ChatTables } from '../schema/chat-tables.ts';
import { chatName } from '../sealed-names.ts';
import { dropSessions } from './chat-drop.ts';
import type { Seal } from './own-seal.ts';

/** Sessions of one owner in one flow, and messages of one session. */
const MOST_SESSIONS = 200;
export const MOST_MESSAGES = 2_000;

type SessionColumn = 'id' | 'flow' | 'owner' | 'name' | 'title' | 'created' | 'updated';

export const sessionOf = ({
  id,
  flow,
  owner,
  name,
  title,
  created,
  updated,
}: Pick<Selectable<ChatTables['chat_session']>, SessionColumn>): ChatSessionRow => ({
  ...{ id, flow, owner, name, created, updated },
  title: { name: chatName('title', id), box: title },
});

const messageOf = (row: Selectable<ChatTables['chat_message']>): ChatMessageRow => ({
  ...{ id: row.id, n: row.n, session: row.session, run: row.run, vote: row.vote, created: row.created },
  role: row.role === 'user' ? 'user' : 'assistant',
  said: row.box === null ? null : { name: chatName('said', row.id), box: row.box },
  words: row.words === null ? null : { name: chatName('words', row.id), box: row.words },
});

export const chatsOf = ({ db, grew }: Pick<Ground, 'db' | 'grew'>, seal: Seal, workspace: string): ChatStore => {
  const at = ({ flow, owner, name }: ChatPlace) =>
    db
      .selectFrom('chat_session')
      .selectAll()
      .where('workspace', '=', workspace)
      .where('flow', '=', flow)
      .where('owner', '=', owner)
      .where('name', '=', name);

  const session = async (place: ChatPlace, now: number): Promise<ChatSessionRow | null> => {
    const row = await at(place).where('expires', '>', now).executeTakeFirst();
    return row === undefined ? null : sessionOf(row);
  };

  const remove = async (place: ChatPlace): Promise<boolean> => {
    const row = await at(place).executeTakeFirst();
    return row !== undefined && (await dropSessions({ db, grew }, [row.id])) > 0;
  };

  /** Makes room for one more. */
  const thin = async (flow: string, owner: string): Promise<void> => {
    const old = await db
      .selectFrom('chat_session')
      .select('id')
      .where('workspace', '=', workspace)
      .where('flow', '=', flow)
      .where('owner', '=', owner)
      .orderBy('updated', 'desc')
      .offset(MOST_SESSIONS - 1)
      .limit(MOST_SESSIONS)
      .execute();
    await dropSessions(
      { db, grew },
      old.map(({ id }) => id),
    );
  };

  const message = async (flow: string, owner: string, id: string, now: number): Promise<ChatMessageRow | null> => {
    const row = await db
      .selectFrom('chat_message')
      .innerJoin('chat_session', 'chat_session.id', 'chat_message.session')
      .selectAll('chat_message')
      .select('chat_session.name as called')
      .where('chat_message.workspace', '=', workspace)
      .where('chat_message.id', '=', id)
      .where('chat_session.workspace', '=', workspace)
      .where('chat_session.flow', '=', flow)
      .where('chat_session.owner', '=', owner)
      .where('chat_session.expires', '>', now)
      .executeTakeFirst();
    return row === undefined ? null : { ...messageOf(row), called: row.called };
  };

  return {
    session,
    remove,
    message,

    open: async (place, { id, title, at: now, expires }) => {
      const known = await session(place, now);
      if (known !== null) return known;
      const there = await db
        .selectFrom('flow')
        .select('id')
        .where('workspace', '=', workspace)
        .where('id', '=', place.flow)
        .executeTakeFirst();
      if (there === undefined) return null;
      // One of this name that is over its time is another one.
      await remove(place);
      await thin(place.flow, place.owner);
      await db
        .insertInto('chat_session')
        .values({
          ...{ id, workspace, flow: place.flow, owner: place.owner, name: place.name },
          ...{ title: seal(workspace, chatName('title', id), title), created: now, updated: now, expires, bytes: 0 },
        })
        .onConflict((on) => on.columns(['workspace', 'flow', 'owner', 'name']).doNothing())
        .execute();
      return sessionOf(await at(place).executeTakeFirstOrThrow());
    },

    sessions: async (flow, owner, limit, now) =>
      (
        await db
          .selectFrom('chat_session')
          .selectAll()
          .where('workspace', '=', workspace)
          .where('flow', '=', flow)
          .where('owner', '=', owner)
          .where('expires', '>', now)
          .orderBy('updated', 'desc')
          .orderBy('id', 'desc')
          .limit(limit)
          .execute()
      ).map(sessionOf),

    rename: async (place, title, now) => {
      const known = await session(place, now);
      if (known === null) return null;
      await db
        .updateTable('chat_session')
        .set({ title: seal(workspace, known.title.name, title) })
        .where('workspace', '=', workspace)
        .where('id', '=', known.id)
        .execute();
      return session(place, now);
    },

    renew: async (place, name, now) => {
      const known = await session(place, now);
      if (known === null) return 'missing';
      if (name === place.name) return 'done';
      if ((await session({ ...place, name }, now)) !== null) return 'taken';
      await remove({ ...place, name });
      await db
        .updateTable('chat_session')
        .set({ name })
        .where('workspace', '=', workspace)
        .where('id', '=', known.id)
        .execute();
      return 'done';
    },

    ask: (id, { run, user, reply, at: now, expires }) =>
      db.transaction().execute(async (trx) => {
        const there = await trx
          .updateTable('chat_session')
          .set({ updated: now, expires })
          .where('workspace', '=', workspace)
          .where('id', '=', id)
          .executeTakeFirst();
        if (there.numUpdatedRows === 0n) return false;
        const full = await trx
          .selectFrom('chat_message')
          .select('n')
          .where('workspace', '=', workspace)
          .where('session', '=', id)
          .orderBy('n')
          .offset(MOST_MESSAGES - 1)
          .limit(1)
          .executeTakeFirst();
        if (full !== undefined) return false;
        const both = { workspace, session: id, run, vote: 0, words: null, created: now };
        const box = seal(workspace, chatName('said', user.id), user.said);
        await trx
          .insertInto('chat_message')
          .values({ ...both, id: user.id, role: 'user', box })
          .execute();
        await trx
          .insertInto('chat_message')
          .values({ ...both, id: reply.id, role: 'assistant', box: null })
          .execute();
        return true;
      }),

    unask: async (run) => {
      const gone = await db
        .deleteFrom('chat_message')
        .where('workspace', '=', workspace)
        .where('run', '=', run)
        .executeTakeFirst();
      return gone.numDeletedRows > 0n;
    },

    settle: async (id, said) => {
      const done = await db
        .updateTable('chat_message')
        .set({ box: seal(workspace, chatName('said', id), said) })
        .where('workspace', '=', workspace)
        .where('id', '=', id)
        .where('box', 'is', null)
        .executeTakeFirst();
      return done.numUpdatedRows > 0n;
    },

    messages: async (id, limit) =>
      (
        await db
          .selectFrom('chat_message')
          .selectAll()
          .where('workspace', '=', workspace)
          .where('session', '=', id)
          .orderBy('n', 'desc')
          .limit(limit)
          .execute()
      )
        .toReversed()
        .map(messageOf),

    vote: async (flow, owner, id, vote, words) => {
      const found = await message(flow, owner, id, 0);
      if (found === null || found.role !== 'assistant') return false;
      const box = words === null ? null : seal(workspace, chatName('words', id), words);
      await db
        .updateTable('chat_message')
        .set({ vote, words: box })
        .where('workspace', '=', workspace)
        .where('id', '=', id)
        .execute();
      return true;
    },
  };
};

/** Sessions whose time is over, of all workspaces. */
export const sweepChats = async (ground: Pick<Ground, 'db' | 'grew'>, now: number, limit: number): Promise<number> => {
  const old = await ground.db
    .selectFrom('chat_session')
    .select('id')
    .where('expires', '<=', now)
    .limit(limit)
    .execute();
  return dropSessions(
    ground,
    old.map(({ id }) => id),
  );
};
