/** The policy of one workspace, and what the instance lets it: the same form in two tables. No row: it never had one. */

import type { Ground } from '../ground.ts';
import type { PolicyRow, WorkspaceStore } from '../ports.ts';

/** A list as it was written; what is none reads as null. */
const listIn = (text: string): readonly string[] | null => {
  const value: unknown = JSON.parse(text);
  return Array.isArray(value) && value.every((one): one is string => typeof one === 'string') ? value : null;
};

export const policyOf = (ground: Ground, workspace: string): WorkspaceStore['policy'] =>
  kept(ground, workspace, 'workspace_policy');

export const boundsOf = (ground: Ground, workspace: string): WorkspaceStore['bounds'] =>
  kept(ground, workspace, 'workspace_bounds');

const kept = (
  { db, change }: Ground,
  workspace: string,
  table: 'workspace_policy' | 'workspace_bounds',
): WorkspaceStore['policy'] => ({
  get: async () => {
    const row = await db.selectFrom(table).selectAll().where('workspace', '=', workspace).executeTakeFirst();
    if (row === undefined) return null;
    const { only_powers: only, denied, updated, set_by: by } = row;
    // A row that holds no list allows nothing.
    return { only: only === null ? null : (listIn(only) ?? []), denied: listIn(denied) ?? [], updated, by };
  },
  set: ({ only, denied, updated, by }: PolicyRow) =>
    change(async (trx) => {
      const values = {
        only_powers: only === null ? null : JSON.stringify(only),
        denied: JSON.stringify(denied),
        updated,
        set_by: by,
      };
      await trx
        .insertInto(table)
        .values({ workspace, ...values })
        .onConflict((on) => on.column('workspace').doUpdateSet(values))
        .execute();
    }),
});
