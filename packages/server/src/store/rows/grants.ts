/** Grants of one workspace: powers lent to steps of its flows. */

import type { Insertable, Selectable } from 'kysely';
import type { Ground } from '../ground.ts';
import type { GrantRow, WorkspaceStore } from '../ports.ts';
import type { Tables } from '../schema/tables.ts';

/** A grant as a row of the table; the flow is the one that was looked up, whatever the grant says. */
export const grantValues = (workspace: string, flow: string, row: GrantRow): Insertable<Tables['power_grant']> => ({
  id: row.id,
  workspace,
  flow,
  step: row.step,
  power: row.power,
  environment: row.environment,
  grantor: row.grantor,
  as_caller: row.asCaller ? 1 : 0,
  created: row.created,
  typed: row.typed === true ? 1 : 0,
  kind: row.kind ?? null,
});

export const grantRow = (row: Selectable<Tables['power_grant']>): GrantRow => ({
  id: row.id,
  flow: row.flow,
  step: row.step,
  power: row.power,
  environment: row.environment,
  grantor: row.grantor,
  asCaller: row.as_caller === 1,
  created: row.created,
  typed: row.typed === 1,
  kind: row.kind,
});

export const grantsOf = ({ db, change }: Ground, workspace: string): WorkspaceStore['grants'] => ({
  list: async (flow) => {
    const rows = await db
      .selectFrom('power_grant')
      .selectAll()
      .where('workspace', '=', workspace)
      .where('flow', '=', flow)
      .orderBy('n')
      .execute();
    return rows.map(grantRow);
  },
  add: (rows) =>
    change(async (trx) => {
      const wanted = [...new Set(rows.map((row) => row.flow))];
      if (wanted.length === 0) return true;
      const known = await trx
        .selectFrom('flow')
        .select('id')
        .where('workspace', '=', workspace)
        .where('deleted', 'is', null)
        .where('id', 'in', wanted)
        .execute();
      if (known.length !== wanted.length) return false;
      await trx
        .insertInto('power_grant')
        .values(rows.map((row) => grantValues(workspace, row.flow, row)))
        .execute();
      return true;
    }),
  remove: (flow, id) =>
    change(async (trx) => {
      const gone = await trx
        .deleteFrom('power_grant')
        .where('workspace', '=', workspace)
        .where('flow', '=', flow)
        .where('id', '=', id)
        .executeTakeFirst();
      return gone.numDeletedRows > 0n;
    }),
});
