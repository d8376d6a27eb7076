/** The providers of models of one workspace. */

import { sql } from 'kysely';
import { fromJson, type Ground, toJson } from '../ground.ts';
import type { ModelProviders } from '../model-provider.ts';

/** A workspace may set up so many. */
const MOST = 50;

export const modelProvidersOf = ({ db, change }: Ground, workspace: string): ModelProviders => ({
  list: async () => {
    const rows = await db
      .selectFrom('model_provider')
      .select(['name', 'doc', 'by', 'updated'])
      .where('workspace', '=', workspace)
      .orderBy('name')
      .execute();
    return rows.map((row) => ({ ...row, doc: fromJson(row.doc) }));
  },

  put: ({ name, doc, by, updated }) =>
    change(async (trx) => {
      const others = await trx
        .selectFrom('model_provider')
        .select(sql<number>`count(*)`.as('n'))
        .where('workspace', '=', workspace)
        .where('name', '!=', name)
        .executeTakeFirstOrThrow();
      if (Number(others.n) >= MOST) return false;
      const values = { doc: toJson(doc), by, updated };
      await trx
        .insertInto('model_provider')
        .values({ workspace, name, ...values })
        .onConflict((on) => on.columns(['workspace', 'name']).doUpdateSet(values))
        .execute();
      return true;
    }),

  remove: (name) =>
    change(async (trx) => {
      const gone = await trx
        .deleteFrom('model_provider')
        .where('workspace', '=', workspace)
        .where('name', '=', name)
        .executeTakeFirst();
      return gone.numDeletedRows > 0n;
    }),
});
