/**
 * Flows of one workspace: rows and drafts. Versions and webhooks are in versions.ts, flows that were deleted in deleted-flows.ts:
 * here they are not.
 */

import type { Insertable, Selectable } from 'kysely';
import { isVisibility, type Visibility } from '@headgate/core';
import { DEFAULT_ENVIRONMENT } from '../environment.ts';
import { type Ground, after, fromJson, page, toJson } from '../ground.ts';
import type { FlowRow, WorkspaceStore } from '../ports.ts';
import type { Tables } from '../schema/tables.ts';
import { seenFlows } from './seen.ts';

/** More flows of one name are not looked at: two are too many already. */
const CALLED = 20;

type Flows = WorkspaceStore['flows'];
type Rows = Pick<Flows, 'create' | 'get' | 'place' | 'called' | 'list' | 'saveDraft' | 'patch' | 'move'>;

export const flowRow = (row: Selectable<Tables['flow']>): FlowRow => ({
  id: row.id,
  project: row.project,
  owner: row.owner,
  name: row.name,
  revision: row.revision,
  draft: fromJson(row.draft),
  draftHash: row.draft_hash,
  version: row.version,
  enabled: row.enabled === 1,
  created: row.created,
  updated: row.updated,
  visibility: visibilityOf(row.visibility),
});

/** One that a later release knows is private to this one. */
export const visibilityOf = (text: string): Visibility => (isVisibility(text) ? text : 'private');

export const flowsOf = ({ db, change }: Ground, workspace: string): Rows => {
  const all = () => db.selectFrom('flow').selectAll().where('workspace', '=', workspace).where('deleted', 'is', null);
  const one = (id: string) => all().where('id', '=', id);
  return {
    create: async (flow) => {
      const row: Insertable<Tables['flow']> = {
        id: flow.id,
        workspace,
        project: flow.project,
        owner: flow.owner,
        name: flow.name,
        revision: 1,
        draft: toJson(flow.draft),
        draft_hash: flow.draftHash,
        version: null,
        enabled: 1,
        created: flow.at,
        updated: flow.at,
        visibility: flow.visibility ?? 'project',
      };
      return flowRow(
        await change((trx) => trx.insertInto('flow').values(row).returningAll().executeTakeFirstOrThrow()),
      );
    },
    get: async (id) => {
      const row = await one(id).executeTakeFirst();
      return row === undefined ? null : flowRow(row);
    },
    place: async (id) => {
      const row = await db
        .selectFrom('flow')
        .select(['project', 'owner', 'visibility'])
        .where('workspace', '=', workspace)
        .where('deleted', 'is', null)
        .where('id', '=', id)
        .executeTakeFirst();
      return row === undefined ? null : { ...row, flow: id, visibility: visibilityOf(row.visibility) };
    },
    called: async (project, idOrName) => {
      const here = all().where('project', '=', project);
      const byId = await here.where('id', '=', idOrName).executeTakeFirst();
      if (byId !== undefined) return [flowRow(byId)];
      // Names need not be unique, and whoever may change a flow may take any: which is meant is not for the store to say.
      const rows = await here.where('name', '=', idOrName).orderBy('n').limit(CALLED).execute();
      return rows.map(flowRow);
    },
    list: async (q) => {
      let query = all();
      const from = after(q.cursor);
      if (from !== null) query = query.where('n', '<', from);
      if (q.project !== undefined) query = query.where('project', '=', q.project);
      const { sight } = q;
      if (sight !== undefined) query = query.where((eb) => seenFlows(eb, sight));
      const found = page(
        await query
          .orderBy('n', 'desc')
          .limit(q.limit + 1)
          .execute(),
        q.limit,
      );
      return { rows: found.rows.map(flowRow), next: found.next };
    },
    saveDraft: async (id, revision, draft, draftHash, name, at) => {
      const row = await change(async (trx) => {
        const saved = await trx
          .updateTable('flow')
          .set({ revision: revision + 1, draft: toJson(draft), draft_hash: draftHash, name, updated: at })
          .where('workspace', '=', workspace)
          .where('deleted', 'is', null)
          .where('id', '=', id)
          .where('revision', '=', revision)
          .returningAll()
          .executeTakeFirst();
        return saved ?? null;
      });
      return row === null ? null : flowRow(row);
    },
    patch: async (id, to, at) => {
      const row = await change(async (trx) => {
        const saved = await trx
          .updateTable('flow')
          .set({
            updated: at,
            ...(to.name === undefined ? {} : { name: to.name }),
            ...(to.enabled === undefined ? {} : { enabled: to.enabled ? 1 : 0 }),
            ...(to.visibility === undefined ? {} : { visibility: to.visibility }),
            ...(to.owner === undefined ? {} : { owner: to.owner }),
          })
          .where('workspace', '=', workspace)
          .where('deleted', 'is', null)
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirst();
        return saved ?? null;
      });
      return row === null ? null : flowRow(row);
    },
    move: (id, project, at) =>
      change(async (trx) => {
        const known = await trx
          .selectFrom('project')
          .select('id')
          .where('workspace', '=', workspace)
          .where('id', '=', project)
          .executeTakeFirst();
        if (known === undefined) return null;
        const moved = await trx
          .updateTable('flow')
          .set({ project, updated: at })
          .where('workspace', '=', workspace)
          .where('deleted', 'is', null)
          .where('id', '=', id)
          .executeTakeFirst();
        if (moved.numUpdatedRows === 0n) return null;
        await trx
          .deleteFrom('retired_hook')
          .where('workspace', '=', workspace)
          .where('flow', '=', id)
          .where('environment', '<>', DEFAULT_ENVIRONMENT)
          .execute();
        for (const table of ['deployed_trigger', 'deployed_hook', 'deployment', 'promotion'] as const)
          await trx.deleteFrom(table).where('workspace', '=', workspace).where('flow', '=', id).execute();
        const taken = await trx
          .deleteFrom('power_grant')
          .where('workspace', '=', workspace)
          .where('flow', '=', id)
          .executeTakeFirst();
        return { taken: Number(taken.numDeletedRows) };
      }),
  };
};
