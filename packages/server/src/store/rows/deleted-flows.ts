/**
 * Flows of one workspace that were deleted: nobody finds them among the others and nothing starts them; for a while they can be
 * had back as they were, with versions, grants and addresses. Then they are removed.
 *
 * DF1 A deleted flow is switched off in the transaction that deletes it: what starts flows asks whether they are on.
 * DF2 Of a private one that is removed it stays known whose it was, as long as its runs do.
 */

import type { Transaction } from 'kysely';
import type { Ground } from '../ground.ts';
import { after, page } from '../ground.ts';
import type { DeletedFlows } from '../deleted-flows.ts';
import type { Tables } from '../schema/tables.ts';
import { flowRow, visibilityOf } from './flows.ts';
import { seenFlows } from './seen.ts';

export const deletedFlowsOf = ({ db, change }: Ground, workspace: string): DeletedFlows => {
  const all = () =>
    db.selectFrom('flow').selectAll().where('workspace', '=', workspace).where('deleted', 'is not', null);
  return {
    add: (id, at) =>
      change(async (trx) => {
        const done = await trx
          .updateTable('flow')
          .set((eb) => ({ deleted: at, was_enabled: eb.ref('enabled'), enabled: 0 }))
          .where('workspace', '=', workspace)
          .where('id', '=', id)
          .where('deleted', 'is', null)
          .executeTakeFirst();
        return done.numUpdatedRows > 0n;
      }),
    list: async (q) => {
      let query = all().where((eb) => seenFlows(eb, q.sight));
      const from = after(q.cursor);
      if (from !== null) query = query.where('n', '<', from);
      const found = page(
        await query
          .orderBy('n', 'desc')
          .limit(q.limit + 1)
          .execute(),
        q.limit,
      );
      return {
        rows: found.rows.map((row) => ({ ...flowRow(row), deleted: row.deleted ?? 0 })),
        next: found.next,
      };
    },
    place: async (id) => {
      const row = await all().where('id', '=', id).executeTakeFirst();
      if (row === undefined) return null;
      const { project, owner, visibility } = row;
      return { project, owner, flow: id, visibility: visibilityOf(visibility) };
    },
    restore: async (id, at) => {
      const row = await change((trx) =>
        trx
          .updateTable('flow')
          .set((eb) => ({ deleted: null, enabled: eb.ref('was_enabled'), updated: at }))
          .where('workspace', '=', workspace)
          .where('id', '=', id)
          .where('deleted', 'is not', null)
          .returningAll()
          .executeTakeFirst(),
      );
      return row === undefined ? null : flowRow(row);
    },
    remove: (id) =>
      change(async (trx) => {
        const known = await trx
          .selectFrom('flow')
          .select('id')
          .where('workspace', '=', workspace)
          .where('id', '=', id)
          .where('deleted', 'is not', null)
          .executeTakeFirst();
        if (known === undefined) return false;
        await removed(trx, known.id);
        return true;
      }),
  };
};

/** Removes those of every workspace that were deleted before a time; returns how many. Where there are none nothing has changed. */
export const removeDeleted = async (
  { db, change }: Pick<Ground, 'db' | 'change'>,
  before: number,
  limit: number,
): Promise<number> => {
  const due = await db.selectFrom('flow').select('id').where('deleted', '<', before).limit(limit).execute();
  if (due.length === 0) return 0;
  return change(async (trx) => {
    let gone = 0;
    for (const { id } of due) {
      // It may have been taken back meanwhile.
      const still = await trx
        .selectFrom('flow')
        .select('id')
        .where('id', '=', id)
        .where('deleted', '<', before)
        .execute();
      if (still.length === 0) continue;
      await removed(trx, id);
      gone += 1;
    }
    return gone;
  });
};

/** With its versions, grants, webhooks and triggers. Its runs stay for a while, and stay private. */
const removed = async (trx: Transaction<Tables>, id: string): Promise<void> => {
  const gone = await trx
    .deleteFrom('flow')
    .where('id', '=', id)
    .returning(['owner', 'visibility', 'workspace'])
    .executeTakeFirstOrThrow();
  if (visibilityOf(gone.visibility) === 'private')
    await trx.insertInto('flow_gone').values({ flow: id, workspace: gone.workspace, owner: gone.owner }).execute();
};
