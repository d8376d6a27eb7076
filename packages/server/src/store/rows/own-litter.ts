/**
 * Rows of tables that are gone. Their table and its count of bytes go at once, in one transaction; the rows, which nobody
 * reaches any more, go after it, a small portion at a time, so that others get their turn between two.
 *
 * OL1 Each portion is a transaction of its own: what a crash leaves is found again, and goes on where it ended.
 * OL2 When the store closes, the portion under way ends and no other begins.
 */

import type { Ground } from '../ground.ts';
import { dropRowsIn } from './own-tables.ts';

type Lost = { readonly workspace: string; readonly table: string };

export type OwnLitter = {
  /** The table is gone; its rows go from now on. */
  readonly add: (lost: Lost) => void;
  /** Looks for rows without a table, and resolves when all are gone; of how many tables there were some. */
  readonly collect: () => Promise<number>;
  readonly close: () => Promise<void>;
};

export const ownLitterOf = (db: Ground['db']): OwnLitter => {
  const queue: Lost[] = [];
  let closed = false;
  let working: Promise<void> | null = null;

  const work = async (): Promise<void> => {
    for (let lost = queue[0]; lost !== undefined && !closed; lost = queue[0]) {
      const { workspace, table } = lost;
      const more = await db.transaction().execute((trx) => dropRowsIn(trx, workspace, table));
      if (!more) queue.shift();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  /** One at a time; what fails stays litter, which is looked for again. */
  const go = (): Promise<void> => {
    working ??= work().finally(() => {
      working = null;
    });
    return working;
  };

  return {
    add: (lost) => {
      queue.push(lost);
      void go().catch(() => queue.splice(0));
    },
    collect: async () => {
      const lost = await db
        .selectFrom('own_row')
        .leftJoin('own_table', 'own_table.id', 'own_row.tbl')
        .select(['own_row.workspace', 'own_row.tbl as table'])
        .where('own_table.id', 'is', null)
        .distinct()
        .execute();
      queue.push(...lost.filter(({ table }) => !queue.some((known) => known.table === table)));
      await go();
      return lost.length;
    },
    close: async () => {
      closed = true;
      await working?.catch(() => undefined);
    },
  };
};
