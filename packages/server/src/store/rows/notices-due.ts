/**
 * What members are still to be told of, over all workspaces: for the engine alone.
 *
 * ND1 Whoever is to hear of something has it in one transaction with the mark that he does: asked again after a crash, that
 *     changes nothing.
 * ND2 A letter is on record before it leaves, and leaves once: what was leaving when the server died is in doubt, and is not
 *     sent anew.
 * ND3 What somebody did not read yet and came again is one row, and one letter.
 */

import type { Transaction } from 'kysely';
import { isNoticeKind } from '@headgate/core';
import { type Ground, listFromJson, toJson } from '../ground.ts';
import type { DueLine, EngineNotices, NoticeRow, NoticeWrite } from '../notice.ts';
import type { Tables } from '../schema/tables.ts';

/** Lines of one letter. */
const MOST_LINES = 100;

/** What was to be claimed is not as it was. */
class Changed extends Error {}

/** Writes one in a transaction of configuration. */
export const putNotice = async (trx: Transaction<Tables>, { tell, mailed, ...rest }: NoticeWrite): Promise<void> => {
  await trx
    .insertInto('notice')
    .values({ ...rest, tell: toJson(tell), mailed: mailed ? 1 : 0, spread: 0 })
    .onConflict((on) => on.column('id').doNothing())
    .execute();
};

export const engineNoticesOf = ({ db, writer }: Pick<Ground, 'db' | 'writer'>): EngineNotices => {
  const dueFrom = (from: Pick<typeof db, 'selectFrom'>) =>
    from
      .selectFrom('notice_for')
      .innerJoin('notice', 'notice.id', 'notice_for.notice')
      .select(['notice_for.notice', 'notice_for.user', 'notice_for.times', 'notice_for.tries', 'notice_for.at'])
      .select(['notice.workspace', 'notice.kind', 'notice.project', 'notice.flow', 'notice.run', 'notice.ask'])
      .select(['notice.name', 'notice.code'])
      .where('notice_for.mail', '=', 'due');
  const lineOf = (row: Awaited<ReturnType<ReturnType<typeof dueFrom>['execute']>>[number]): DueLine[] =>
    isNoticeKind(row.kind) ? [{ ...row, kind: row.kind }] : [];

  return {
    add: async (notice) => {
      await writer.ask({ kind: 'notice', notice });
    },
    endings: async (from, to) =>
      (
        await db
          .selectFrom('connection')
          .innerJoin('secret', 'secret.id', 'connection.secret')
          .select(['secret.workspace', 'secret.project', 'secret.id', 'secret.name'])
          .select(['connection.expires', 'connection.connected_by as by'])
          .where('connection.state', '=', 'connected')
          .where('connection.renewed', '=', 0)
          .where('connection.expires', '>=', from)
          .where('connection.expires', '<', to)
          .orderBy('connection.expires')
          .execute()
      ).flatMap(({ expires, ...row }) => (expires === null ? [] : [{ ...row, expires }])),
    waiting: async (limit, after) => {
      const rows = await db
        .selectFrom('notice')
        .selectAll()
        .where('spread', '=', 0)
        .$if(after !== null, (query) =>
          query.where((eb) =>
            eb.or([
              eb('at', '>', after?.at ?? 0),
              eb.and([eb('at', '=', after?.at ?? 0), eb('id', '>', after?.id ?? '')]),
            ]),
          ),
        )
        .orderBy('at')
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.flatMap(({ spread: _, kind, tell, mailed, ...row }): NoticeRow[] =>
        isNoticeKind(kind) ? [{ ...row, kind, tell: listFromJson(tell), mailed: mailed === 1 }] : [],
      );
    },
    spread: ({ id, workspace, grp, at }, to) =>
      db.transaction().execute(async (trx) => {
        const open = await trx
          .updateTable('notice')
          .set({ spread: 1 })
          .where('id', '=', id)
          .where('spread', '=', 0)
          .executeTakeFirst();
        if (open.numUpdatedRows === 0n) return;
        for (const { user, app, due, again: anew } of to) {
          const known = await trx
            .selectFrom('notice_for')
            .select('notice')
            .where('notice', '=', id)
            .where('user', '=', user)
            .executeTakeFirst();
          if (known !== undefined) continue;
          // Who chose otherwise in between may have several of them: the latest goes on, the others stay as they are.
          const last = await trx
            .selectFrom('notice_for')
            .select('notice')
            .where('workspace', '=', workspace)
            .where('user', '=', user)
            .where('grp', '=', grp)
            .where('read', 'is', null)
            // Who is told by letter alone reads none of them here.
            .where((eb) => (app ? eb('app', '=', 1) : eb('mail', '=', 'due')))
            .orderBy('at', 'desc')
            .orderBy('notice')
            .executeTakeFirst();
          if (last !== undefined) {
            await trx
              .updateTable('notice_for')
              .set((eb) => ({ notice: id, at, times: eb('times', '+', 1) }))
              .where('notice', '=', last.notice)
              .where('user', '=', user)
              .execute();
            if (anew && due !== null)
              await trx
                .updateTable('notice_for')
                .set({ mail: 'due', due, letter: null, tries: 0 })
                .where('notice', '=', id)
                .where('user', '=', user)
                .where('mail', 'in', ['none', 'sent', 'doubt', 'failed'])
                .execute();
            continue;
          }
          const mail = due === null ? 'none' : 'due';
          await trx
            .insertInto('notice_for')
            .values({
              notice: id,
              workspace,
              user,
              grp,
              app: app ? 1 : 0,
              times: 1,
              at,
              read: null,
              mail,
              due,
              tries: 0,
            })
            .execute();
        }
      }),
    due: async (now) => {
      const first = await dueFrom(db).where('notice_for.due', '<=', now).orderBy('notice_for.due').executeTakeFirst();
      if (first === undefined) return [];
      const rows = await dueFrom(db)
        .where('notice_for.due', '<=', now)
        .where('notice_for.workspace', '=', first.workspace)
        .where('notice_for.user', '=', first.user)
        .orderBy('notice_for.at')
        .limit(MOST_LINES)
        .execute();
      return rows.flatMap(lineOf);
    },
    lettersSince: async (user, since, now) => {
      const of = db.selectFrom('notice_for').where('user', '=', user).where('at', '>=', since);
      const left = await of.select((eb) => eb.fn.count<number>('letter').distinct().as('many')).executeTakeFirst();
      const due = await of
        .select((eb) => eb.fn.countAll<number>().as('many'))
        .where('mail', '=', 'due')
        .where('due', '<=', now)
        .executeTakeFirst();
      return Number(left?.many ?? 0) + Number(due?.many ?? 0);
    },
    nextDue: async () => {
      const row = await db
        .selectFrom('notice_for')
        .select((eb) => eb.fn.min('due').as('due'))
        .where('mail', '=', 'due')
        .executeTakeFirst();
      return row?.due ?? null;
    },
    claim: (letter, lines) =>
      db
        .transaction()
        .execute(async (trx) => {
          for (const { notice, user, times } of lines) {
            const done = await trx
              .updateTable('notice_for')
              .set({ mail: 'sending', letter })
              .where('notice', '=', notice)
              .where('user', '=', user)
              .where('times', '=', times)
              .where('mail', '=', 'due')
              .where('read', 'is', null)
              .executeTakeFirst();
            if (done.numUpdatedRows === 0n) throw new Changed();
          }
          return true;
        })
        .catch((error: unknown) => {
          if (error instanceof Changed) return false;
          throw error;
        }),
    settle: async (letter, how) => {
      const again = typeof how === 'object';
      await db
        .updateTable('notice_for')
        .set((eb) =>
          again ? { mail: 'due', due: how.again, letter: null, tries: eb('tries', '+', 1) } : { mail: how },
        )
        .where('letter', '=', letter)
        .where('mail', '=', 'sending')
        .execute();
    },
    postpone: (lines, until) =>
      db.transaction().execute(async (trx) => {
        for (const { notice, user } of lines)
          await trx
            .updateTable('notice_for')
            .set((eb) => (until === null ? { mail: 'none', due: null } : { due: until, tries: eb('tries', '+', 1) }))
            .where('notice', '=', notice)
            .where('user', '=', user)
            .where('mail', '=', 'due')
            .execute();
      }),
    doubt: async () => {
      const done = await db
        .updateTable('notice_for')
        .set({ mail: 'doubt' })
        .where('mail', '=', 'sending')
        .executeTakeFirst();
      return Number(done.numUpdatedRows);
    },
    sweep: async (before, limit) => {
      const old = db.selectFrom('notice').select('id').where('at', '<', before).limit(limit);
      const gone = await db.deleteFrom('notice').where('id', 'in', old).executeTakeFirst();
      return Number(gone.numDeletedRows);
    },
  };
};
