/** Workspaces and their projects. A workspace is made with a project `default`, so that a flow always has a place. */

import type { Ground } from '../ground.ts';
import type { Store, WorkspaceStore } from '../ports.ts';
import { beginEnd } from './workspace-end.ts';
import { appointOwner } from './workspace-owner.ts';

const FIRST = 'default';

export const projectsOf = ({ db, change }: Ground, workspace: string): WorkspaceStore['projects'] => {
  const all = () => db.selectFrom('project').select(['id', 'name', 'created']).where('workspace', '=', workspace);
  return {
    list: () => all().orderBy('id').execute(),
    get: async (id) => (await all().where('id', '=', id).executeTakeFirst()) ?? null,
    create: (project) =>
      change(async (trx) => {
        const known = await trx.selectFrom('workspace').select('id').where('id', '=', workspace).executeTakeFirst();
        if (known === undefined) return false;
        const made = await trx
          .insertInto('project')
          .values({ workspace, id: project.id, name: project.name, created: project.at })
          .onConflict((on) => on.columns(['workspace', 'id']).doNothing())
          .executeTakeFirst();
        return (made.numInsertedOrUpdatedRows ?? 0n) > 0n;
      }),
    rename: (id, name) =>
      change(async (trx) => {
        const done = await trx
          .updateTable('project')
          .set({ name })
          .where('workspace', '=', workspace)
          .where('id', '=', id)
          .executeTakeFirst();
        return done.numUpdatedRows > 0n;
      }),
    remove: async (id) => {
      const done = await change(async (trx) => {
        for (const table of [
          'flow',
          'secret',
          'file',
          'own_table',
          'own_value',
          'knowledge_base',
          'dataset',
        ] as const) {
          const used = await trx
            .selectFrom(table)
            .select('project')
            .where('workspace', '=', workspace)
            .where('project', '=', id)
            .limit(1)
            .executeTakeFirst();
          if (used !== undefined) return null;
        }
        const gone = await trx
          .deleteFrom('project')
          .where('workspace', '=', workspace)
          .where('id', '=', id)
          .executeTakeFirst();
        return gone.numDeletedRows > 0n;
      });
      return done === null ? 'used' : done ? 'done' : 'missing';
    },
  };
};

export const workspacesOf = ({ db, change }: Ground): Store['workspaces'] => ({
  // One that is being deleted is gone for everybody but the engine.
  list: () =>
    db
      .selectFrom('workspace')
      .select(['id', 'name', 'created'])
      .where('id', 'not in', db.selectFrom('workspace_end').select('workspace'))
      .orderBy('id')
      .execute(),
  create: (workspace) =>
    change(async (trx) => {
      const { id, name, at, owner } = workspace;
      const made = await trx
        .insertInto('workspace')
        .values({ id, name, created: at })
        .onConflict((on) => on.column('id').doNothing())
        .executeTakeFirst();
      if ((made.numInsertedOrUpdatedRows ?? 0n) === 0n) return false;
      await trx.insertInto('project').values({ workspace: id, id: FIRST, name: 'Default', created: at }).execute();
      if (owner !== undefined)
        await trx
          .insertInto('member')
          .values({ workspace: id, user: owner, role: 'owner', created: at, by: owner })
          .execute();
      return true;
    }),
  rename: (id, name) =>
    change(async (trx) => {
      const done = await trx.updateTable('workspace').set({ name }).where('id', '=', id).executeTakeFirst();
      return done.numUpdatedRows > 0n;
    }),
  twoFactors: async (id) => {
    const row = await db.selectFrom('workspace').select('two_factors').where('id', '=', id).executeTakeFirst();
    return row !== undefined && row.two_factors !== 0;
  },
  insist: (id, on) =>
    change(async (trx) => {
      const to = { two_factors: on ? 1 : 0 };
      const done = await trx.updateTable('workspace').set(to).where('id', '=', id).executeTakeFirst();
      return done.numUpdatedRows > 0n;
    }),
  end: beginEnd({ change }),
  appoint: appointOwner({ change }),
});
