/**
 * Secrets of one workspace: sealed on their way in, and never opened here (this room has no opening half).
 *
 * S1 A value is bound to workspace, secret and version, so an older sealed value does not pass for the newer one.
 */

import { randomUUID } from 'node:crypto';
import { type Ground, listFromJson, toJson } from '../ground.ts';
import type { WorkspaceStore } from '../ports.ts';
import { sealSecret } from '../vault-seal/secrets.ts';

/** Secrets hold in every environment until environments have values of their own. */
const EVERY = '*';

export const secretsOf = ({ db, change, secretKey }: Ground, workspace: string): WorkspaceStore['secrets'] => ({
  put: (s) =>
    change(async (trx) => {
      const project = await trx
        .selectFrom('project')
        .select('id')
        .where('workspace', '=', workspace)
        .where('id', '=', s.project)
        .executeTakeFirst();
      if (project === undefined) return null;
      const known = await trx
        .selectFrom('secret')
        .select(['id', 'version'])
        .where('workspace', '=', workspace)
        .where('project', '=', s.project)
        .where('environment', '=', EVERY)
        .where('name', '=', s.name)
        .executeTakeFirst();
      const id = known?.id ?? `sec_${randomUUID().replaceAll('-', '')}`;
      const version = (known?.version ?? 0) + 1;
      const values = {
        origins: toJson(s.origins),
        version,
        sealed: sealSecret(secretKey, workspace, id, version, s.value),
        owner: s.owner,
        updated: s.at,
      };
      if (known === undefined) {
        await trx
          .insertInto('secret')
          .values({ id, workspace, project: s.project, environment: EVERY, name: s.name, created: s.at, ...values })
          .execute();
      } else {
        await trx.updateTable('secret').set(values).where('id', '=', id).execute();
      }
      return { id, version };
    }),
  list: async (project) => {
    const rows = await db
      .selectFrom('secret')
      .select(['id', 'name', 'origins', 'version', 'created', 'updated'])
      .where('workspace', '=', workspace)
      .where('project', '=', project)
      .orderBy('name')
      .execute();
    return rows.map((row) => ({ ...row, origins: listFromJson(row.origins) }));
  },
  remove: (project, name) =>
    change(async (trx) => {
      const gone = await trx
        .deleteFrom('secret')
        .where('workspace', '=', workspace)
        .where('project', '=', project)
        .where('name', '=', name)
        .executeTakeFirst();
      return gone.numDeletedRows > 0n;
    }),
  sealed: async (project, name) => {
    const row = await db
      .selectFrom('secret')
      .select(['id', 'version', 'origins', 'sealed'])
      .where('workspace', '=', workspace)
      .where('project', '=', project)
      .where('name', '=', name)
      .executeTakeFirst();
    return row === undefined ? null : { ...row, origins: listFromJson(row.origins) };
  },
});
