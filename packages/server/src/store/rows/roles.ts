/** Roles that a workspace made itself, as sets of permissions. The five built-in ones are no rows. */

import type { Permission } from '@headgate/core';
import { type Ground, listFromJson, toJson } from '../ground.ts';
import type { CustomRole, CustomRoles } from '../people.ts';

export const rolesOf = ({ db, change }: Ground, workspace: string): CustomRoles => {
  const all = () =>
    db.selectFrom('custom_role').select(['id', 'name', 'permissions', 'created']).where('workspace', '=', workspace);
  const roleRow = (row: { id: string; name: string; permissions: string; created: number }): CustomRole => ({
    ...row,
    permissions: listFromJson<Permission>(row.permissions),
  });

  return {
    list: async () => (await all().orderBy('name').execute()).map(roleRow),
    get: async (id) => {
      const row = await all().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : roleRow(row);
    },
    create: (role) =>
      change(async (trx) => {
        const { id, name, permissions, created } = role;
        const made = await trx
          .insertInto('custom_role')
          .values({ id, workspace, name, permissions: toJson(permissions), created })
          .onConflict((on) => on.columns(['workspace', 'name']).doNothing())
          .executeTakeFirst();
        return (made.numInsertedOrUpdatedRows ?? 0n) > 0n;
      }),
    change: async (id, to) => {
      let taken = false;
      const done = await change(async (trx) => {
        if (to.name !== undefined) {
          const other = await trx
            .selectFrom('custom_role')
            .select('id')
            .where('workspace', '=', workspace)
            .where('name', '=', to.name)
            .where('id', '<>', id)
            .executeTakeFirst();
          taken = other !== undefined;
          if (taken) return false;
        }
        const changed = await trx
          .updateTable('custom_role')
          .set({
            id,
            ...(to.name === undefined ? {} : { name: to.name }),
            ...(to.permissions === undefined ? {} : { permissions: toJson(to.permissions) }),
          })
          .where('workspace', '=', workspace)
          .where('id', '=', id)
          .executeTakeFirst();
        return changed.numUpdatedRows > 0n;
      });
      return taken ? 'taken' : done ? 'done' : 'missing';
    },
    remove: async (id) => {
      const done = await change(async (trx) => {
        for (const table of ['member', 'project_member', 'invitation'] as const) {
          let query = trx.selectFrom(table).select('role').where('workspace', '=', workspace).where('role', '=', id);
          if (table === 'invitation')
            query = trx
              .selectFrom('invitation')
              .select('role')
              .where('workspace', '=', workspace)
              .where((eb) => eb.or([eb('role', '=', id), eb('projects', 'like', `%"${id}"%`)]))
              .where('accepted', 'is', null)
              .where('revoked', 'is', null);
          if ((await query.limit(1).executeTakeFirst()) !== undefined) return null;
        }
        const gone = await trx
          .deleteFrom('custom_role')
          .where('workspace', '=', workspace)
          .where('id', '=', id)
          .executeTakeFirst();
        return gone.numDeletedRows > 0n;
      });
      return done === null ? 'used' : done ? 'done' : 'missing';
    },
  };
};
