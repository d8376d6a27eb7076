/**
 * Whom knowledge bases let in, when somebody leaves the workspace: no base lets him in any more, so that it does not when he
 * comes back. One that let in nobody else lets in nobody then; who manages the project says who is next.
 */

import type { Transaction } from 'kysely';
import { fromJson, toJson } from '../ground.ts';
import type { Tables } from '../schema/tables.ts';

export const leaveKnowledge = async (trx: Transaction<Tables>, workspace: string, user: string): Promise<void> => {
  const bases = await trx
    .selectFrom('knowledge_base')
    .select(['id', 'readers'])
    .where('workspace', '=', workspace)
    .where('readers', 'is not', null)
    .execute();
  for (const { id, readers } of bases) {
    const before = fromJson(readers ?? '[]') as readonly string[]; // written by rows/knowledge.ts
    const left = before.filter((one) => one !== user);
    if (left.length < before.length)
      await trx
        .updateTable('knowledge_base')
        .set({ readers: toJson(left) })
        .where('workspace', '=', workspace)
        .where('id', '=', id)
        .execute();
  }
};
