/**
 * Flows of one workspace that were deleted: nobody finds them among the others and nothing starts them; for a while they can be
 * had back as they were, with versions, grants and addresses. Then they are removed.
 *
 * DF1 A deleted flow is switched off in the transaction that deletes it: what starts flows asks whether they are on.
 * DF2 Of a private one that is removed it stays known whose it was, as long as its runs do.
 * DF3 Its evaluations go with it, and what they stored.
 */

import { sql, type Transaction } from 'kysely';
import type { Ground } from '../ground.ts';
import { after, page } from '../ground.ts';
import type { DeletedFlows } from '../deleted-flows.ts';
import type { Tables } from '../schema/tables.ts';
import { flowRow, visibilityOf } from './flows.ts';
import { countStored } from './own-ground.ts';
import { seenFlows } from './seen.ts';

export const deletedFlowsOf = ({ db, change, grew }: Ground, workspace: string): DeletedFlows => {
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
    remove: async (id) => {
      const gone = await change(async (trx) => {
        const known = await trx
          .selectFrom('flow')
          .select('id')
          .where('workspace', '=', workspace)
          .where('id', '=', id)
          .where('deleted', 'is not', null)
          .executeTakeFirst();
        return known === undefined ? null : removed(trx, known.id);
      });
      if (gone === null) return false;
      grew([gone]);
      return true;
    },
  };
};

/** Removes those of every workspace that were deleted before a time; returns how many. Where there are none nothing has changed. */
export const removeDeleted = async (
  { db, change, grew }: Pick<Ground, 'db' | 'change' | 'grew'>,
  before: number,
  limit: number,
): Promise<number> => {
  const due = await db.selectFrom('flow').select('id').where('deleted', '<', before).limit(limit).execute();
  if (due.length === 0) return 0;
  const all = await change(async (trx) => {
    const gone: Shrunk[] = [];
    for (const { id } of due) {
      // It may have been taken back meanwhile.
      const still = await trx
        .selectFrom('flow')
        .select('id')
        .where('id', '=', id)
        .where('deleted', '<', before)
        .execute();
      if (still.length === 0) continue;
      gone.push(await removed(trx, id));
    }
    return gone;
  });
  grew(all);
  return all.length;
};

/** What a workspace stores less. */
type Shrunk = readonly [workspace: string, bytes: number];

/** With its versions, grants, webhooks and triggers. Its runs stay for a while, and stay private. */
const removed = async (trx: Transaction<Tables>, id: string): Promise<Shrunk> => {
  const { bytes } = await trx
    .selectFrom('evaluation')
    .select(({ fn }) => fn.coalesce(fn.sum<number>('bytes'), sql<number>`0`).as('bytes'))
    .where('flow', '=', id)
    .executeTakeFirstOrThrow();
  const kept = await trx.selectFrom('chat_session').select('bytes').where('flow', '=', id).execute();
  const all = kept.reduce((sum, one) => sum + one.bytes, bytes);
  const gone = await trx
    .deleteFrom('flow')
    .where('id', '=', id)
    .returning(['owner', 'visibility', 'workspace'])
    .executeTakeFirstOrThrow();
  if (visibilityOf(gone.visibility) === 'private')
    await trx.insertInto('flow_gone').values({ flow: id, workspace: gone.workspace, owner: gone.owner }).execute();
  if (all > 0) await countStored(trx, gone.workspace, -all);
  return [gone.workspace, -all];
};
