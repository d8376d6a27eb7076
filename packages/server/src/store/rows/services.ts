/** The services of one workspace, each a manifest as it was accepted. What one means is core's; here it is kept. */

import { sql } from 'kysely';
import { fromJson, type Ground, toJson } from '../ground.ts';
import type { OwnServices } from '../services.ts';

/** A workspace may describe so many services. */
const MOST = 200;

export const servicesOf = ({ db, change }: Ground, workspace: string): OwnServices => {
  const mine = () => db.selectFrom('service').where('workspace', '=', workspace);
  return {
    list: () => mine().select(['name', 'hash', 'by', 'updated']).orderBy('name').execute(),

    docs: async () => (await mine().select('doc').orderBy('name').execute()).map(({ doc }) => fromJson(doc)),

    put: ({ name, doc, hash, by, updated }) =>
      change(async (trx) => {
        const others = await trx
          .selectFrom('service')
          .select(sql<number>`count(*)`.as('n'))
          .where('workspace', '=', workspace)
          .where('name', '!=', name)
          .executeTakeFirstOrThrow();
        if (Number(others.n) >= MOST) return false;
        const values = { doc: toJson(doc), hash, by, updated };
        await trx
          .insertInto('service')
          .values({ workspace, name, ...values })
          .onConflict((on) => on.columns(['workspace', 'name']).doUpdateSet(values))
          .execute();
        return true;
      }),

    remove: (name) =>
      change(async (trx) => {
        const gone = await trx
          .deleteFrom('service')
          .where('workspace', '=', workspace)
          .where('name', '=', name)
          .executeTakeFirst();
        return gone.numDeletedRows > 0n;
      }),
  };
};
