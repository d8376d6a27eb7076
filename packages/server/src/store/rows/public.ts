/** Flows that everybody may run, found before any workspace is known. */

import type { Kysely } from 'kysely';
import type { Tables } from '../schema/tables.ts';

/** The workspace of a published, enabled flow with the visibility `public`; null: there is none of this id. */
export const publicFlow = async (db: Kysely<Tables>, id: string): Promise<string | null> => {
  const row = await db
    .selectFrom('flow')
    .select('workspace')
    .where('id', '=', id)
    .where('visibility', '=', 'public')
    .where('enabled', '=', 1)
    .where('version', 'is not', null)
    .executeTakeFirst();
  return row?.workspace ?? null;
};
