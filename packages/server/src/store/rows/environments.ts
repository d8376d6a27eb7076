/** Environments of one workspace's projects. Rows of projects that do not exist are never made (foreign key). */

import type { Selectable } from 'kysely';
import { type Ground, fromJson, toJson } from '../ground.ts';
import { DEFAULT_ENVIRONMENT, type EnvironmentRow, type Environments } from '../environment.ts';
import type { Tables } from '../schema/tables.ts';

const UNSAID: EnvironmentRow = {
  name: DEFAULT_ENVIRONMENT,
  title: 'Default',
  approval: false,
  revision: 0,
  vars: {},
};

export const valuesIn = (text: string): EnvironmentRow['vars'] => {
  const value = fromJson(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
};

const rowOf = (row: Selectable<Tables['environment']>): EnvironmentRow => ({
  name: row.name,
  title: row.title,
  approval: row.approval === 1,
  revision: row.revision,
  vars: valuesIn(row.vars),
});

export const environmentsOf = ({ db, change }: Ground, workspace: string): Environments => {
  const hasProject = async (from: Pick<typeof db, 'selectFrom'>, project: string): Promise<boolean> =>
    (await from
      .selectFrom('project')
      .select('id')
      .where('workspace', '=', workspace)
      .where('id', '=', project)
      .executeTakeFirst()) !== undefined;

  const find = async (from: Pick<typeof db, 'selectFrom'>, project: string, name: string) => {
    const row = await from
      .selectFrom('environment')
      .selectAll()
      .where('workspace', '=', workspace)
      .where('project', '=', project)
      .where('name', '=', name)
      .executeTakeFirst();
    if (row !== undefined) return rowOf(row);
    return name === DEFAULT_ENVIRONMENT && (await hasProject(from, project)) ? UNSAID : null;
  };

  return {
    list: async (project) => {
      if (!(await hasProject(db, project))) return null;
      const rows = await db
        .selectFrom('environment')
        .selectAll()
        .where('workspace', '=', workspace)
        .where('project', '=', project)
        .orderBy('name')
        .execute();
      const all = rows.map(rowOf);
      const first = all.find((row) => row.name === DEFAULT_ENVIRONMENT) ?? UNSAID;
      return [first, ...all.filter((row) => row !== first)];
    },
    get: (project, name) => find(db, project, name),
    put: (project, name, given, at) =>
      change(async (trx) => {
        if (!(await hasProject(trx, project))) return null;
        const known = await find(trx, project, name);
        const title = given.title ?? known?.title ?? name;
        const approval = given.approval ?? known?.approval ?? false;
        const values = { title, approval: approval ? 1 : 0, updated: at };
        await trx
          .insertInto('environment')
          .values({ workspace, project, name, revision: 0, vars: '{}', created: at, ...values })
          .onConflict((on) => on.columns(['workspace', 'project', 'name']).doUpdateSet(values))
          .execute();
        return { name, title, approval, revision: known?.revision ?? 0, vars: known?.vars ?? {} };
      }),
    setVars: (project, name, revision, vars, at) =>
      change(async (trx) => {
        const known = await find(trx, project, name);
        if (known === null || known.revision !== revision) return null;
        const values = { vars: toJson(vars), revision: revision + 1, updated: at };
        const { title, approval } = known;
        await trx
          .insertInto('environment')
          .values({ workspace, project, name, title, approval: approval ? 1 : 0, created: at, ...values })
          .onConflict((on) => on.columns(['workspace', 'project', 'name']).doUpdateSet(values))
          .execute();
        return revision + 1;
      }),
    remove: async (project, name) => {
      const done = await change(async (trx) => {
        const secret = await trx
          .selectFrom('secret')
          .select('id')
          .where('workspace', '=', workspace)
          .where('project', '=', project)
          .where('environment', '=', name)
          .limit(1)
          .executeTakeFirst();
        const runs = await trx
          .selectFrom('deployment')
          .innerJoin('flow', 'flow.id', 'deployment.flow')
          .select('deployment.flow')
          .where('deployment.workspace', '=', workspace)
          .where('flow.project', '=', project)
          .where('deployment.environment', '=', name)
          .limit(1)
          .executeTakeFirst();
        if (secret !== undefined || runs !== undefined) return null;
        const flows = trx
          .selectFrom('flow')
          .select('id')
          .where('workspace', '=', workspace)
          .where('project', '=', project);
        // Another of the same name begins with nothing lent.
        await trx
          .deleteFrom('power_grant')
          .where('workspace', '=', workspace)
          .where('environment', '=', name)
          .where('flow', 'in', flows)
          .execute();
        const gone = await trx
          .deleteFrom('environment')
          .where('workspace', '=', workspace)
          .where('project', '=', project)
          .where('name', '=', name)
          .executeTakeFirst();
        return gone.numDeletedRows > 0n;
      });
      return done === null ? 'used' : done ? 'done' : 'missing';
    },
  };
};
