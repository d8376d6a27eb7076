/** Workspaces and their projects. A workspace is made with a project `default`, so that a flow always has a place. */

import type { Ground } from '../ground.ts';
import type { Store, WorkspaceStore } from '../ports.ts';

const FIRST = 'default';

export const projectsOf = ({ db, change }: Ground, workspace: string): WorkspaceStore['projects'] => ({
  list: () =>
    db
      .selectFrom('project')
      .select(['id', 'name', 'created'])
      .where('workspace', '=', workspace)
      .orderBy('id')
      .execute(),
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
});

export const workspacesOf = ({ db, change }: Ground): Store['workspaces'] => ({
  list: () => db.selectFrom('workspace').select(['id', 'name', 'created']).orderBy('id').execute(),
  create: (workspace) =>
    change(async (trx) => {
      const made = await trx
        .insertInto('workspace')
        .values({ id: workspace.id, name: workspace.name, created: workspace.at })
        .onConflict((on) => on.column('id').doNothing())
        .executeTakeFirst();
      if ((made.numInsertedOrUpdatedRows ?? 0n) === 0n) return false;
      await trx
        .insertInto('project')
        .values({ workspace: workspace.id, id: FIRST, name: 'Default', created: workspace.at })
        .execute();
      return true;
    }),
});
