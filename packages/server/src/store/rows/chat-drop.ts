/** The end of sessions of chats and agents, with all that is in them and the count of what agents kept there. */

import type { Transaction } from 'kysely';
import type { Ground } from '../ground.ts';
import type { Tables } from '../schema/tables.ts';
import { countStored } from './own-ground.ts';

type Grown = readonly (readonly [workspace: string, bytes: number])[];

/** Takes from the counts what is gone; inside the transaction that removes it. */
const uncounted = async (
  trx: Transaction<Tables>,
  gone: readonly { readonly workspace: string; readonly bytes: number }[],
): Promise<Grown> => {
  const sums = new Map<string, number>();
  for (const { workspace, bytes } of gone) if (bytes > 0) sums.set(workspace, (sums.get(workspace) ?? 0) + bytes);
  for (const [workspace, bytes] of sums) await countStored(trx, workspace, -bytes);
  return [...sums].map(([workspace, bytes]) => [workspace, -bytes] as const);
};

/** Removes these sessions; how many there were. */
export const dropSessions = async (
  { db, grew }: Pick<Ground, 'db' | 'grew'>,
  ids: readonly string[],
): Promise<number> => {
  if (ids.length === 0) return 0;
  const { gone, grown } = await db.transaction().execute(async (trx) => {
    const rows = await trx
      .deleteFrom('chat_session')
      .where('id', 'in', [...ids])
      .returning(['workspace', 'bytes'])
      .execute();
    return { gone: rows.length, grown: await uncounted(trx, rows) };
  });
  if (grown.length > 0) grew(grown);
  return gone;
};
