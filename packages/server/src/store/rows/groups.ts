/** Groups of members of one workspace: what holds a role in projects for all who are in it. */

import type { Ground } from '../ground.ts';
import type { GroupRow, Groups } from '../people.ts';

export const groupsOf = ({ db, change }: Ground, workspace: string): Groups => {
  const read = async (id?: string): Promise<GroupRow[]> => {
    const query = db.selectFrom('user_group').select(['id', 'name', 'created']).where('workspace', '=', workspace);
    const rows = await (id === undefined ? query : query.where('id', '=', id)).orderBy('name').orderBy('id').execute();
    const members = await db
      .selectFrom('group_member')
      .select(['group_id', 'user'])
      .where('workspace', '=', workspace)
      .orderBy('user')
      .execute();
    return rows.map((row) => ({ ...row, users: members.filter((m) => m.group_id === row.id).map((m) => m.user) }));
  };

  return {
    list: () => read(),
    get: async (id) => (await read(id))[0] ?? null,
    create: async ({ id, name, at }) => {
      await change((trx) => trx.insertInto('user_group').values({ id, workspace, name, created: at }).execute());
    },
    rename: (id, name) =>
      change(async (trx) => {
        const done = await trx
          .updateTable('user_group')
          .set({ name })
          .where('workspace', '=', workspace)
          .where('id', '=', id)
          .executeTakeFirst();
        return done.numUpdatedRows > 0n;
      }),
    remove: (id) =>
      change(async (trx) => {
        await trx.deleteFrom('project_member').where('workspace', '=', workspace).where('holder', '=', id).execute();
        const gone = await trx
          .deleteFrom('user_group')
          .where('workspace', '=', workspace)
          .where('id', '=', id)
          .executeTakeFirst();
        return gone.numDeletedRows > 0n;
      }),
    setUsers: (id, users) =>
      change(async (trx) => {
        const wanted = [...new Set(users)];
        const known = await trx
          .selectFrom('user_group')
          .select('id')
          .where('workspace', '=', workspace)
          .where('id', '=', id)
          .executeTakeFirst();
        if (known === undefined) return false;
        for (const user of wanted) {
          const member = await trx
            .selectFrom('member')
            .select('user')
            .where('workspace', '=', workspace)
            .where('user', '=', user)
            .executeTakeFirst();
          if (member === undefined) return false;
        }
        await trx.deleteFrom('group_member').where('group_id', '=', id).execute();
        if (wanted.length > 0)
          await trx
            .insertInto('group_member')
            .values(wanted.map((user) => ({ workspace, group_id: id, user })))
            .execute();
        return true;
      }),
  };
};
