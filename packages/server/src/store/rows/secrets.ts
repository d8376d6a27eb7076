/**
 * Secrets of one workspace: sealed on their way in, and never opened here (this room has no opening half).
 *
 * S1 A value is bound to workspace, secret and version, so an older sealed value does not pass for the newer one.
 * S2 It is sealed with the newest key, also right after another process changed the instance key.
 */

import { randomUUID } from 'node:crypto';
import { type Ground, listFromJson, toJson } from '../ground.ts';
import type { SecretStore } from '../secret.ts';
import { type Bound, sealSecret } from '../vault-seal/secrets.ts';

/** Secrets hold in every environment until environments have values of their own. */
const EVERY = '*';

const PLAIN = 'plain';

const boundOf = (kind: string, origins: readonly string[]): Bound | null => (kind === PLAIN ? null : { kind, origins });

export const secretsOf = ({ db, change, ring }: Ground, workspace: string): SecretStore => ({
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
      const kind = s.kind ?? PLAIN;
      const values = {
        kind,
        origins: toJson(s.origins),
        version,
        sealed: sealSecret(ring.newest('secret'), workspace, id, version, s.value, boundOf(kind, s.origins)),
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
      .select(['id', 'name', 'kind', 'origins', 'version', 'created', 'updated'])
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
  renew: (s) =>
    change(async (trx) => {
      const known = await trx
        .selectFrom('secret')
        .select(['id', 'kind', 'origins'])
        .where('workspace', '=', workspace)
        .where('project', '=', s.project)
        .where('name', '=', s.name)
        .where('version', '=', s.version)
        .executeTakeFirst();
      if (known === undefined) return null;
      const version = s.version + 1;
      const bound = boundOf(known.kind, listFromJson(known.origins));
      const sealed = sealSecret(ring.newest('secret'), workspace, known.id, version, s.value, bound);
      await trx.updateTable('secret').set({ version, sealed, updated: s.at }).where('id', '=', known.id).execute();
      return version;
    }),
  sealed: async (project, name) => {
    const row = await db
      .selectFrom('secret')
      .select(['id', 'kind', 'version', 'origins', 'sealed'])
      .where('workspace', '=', workspace)
      .where('project', '=', project)
      .where('name', '=', name)
      .executeTakeFirst();
    return row === undefined ? null : { ...row, origins: listFromJson(row.origins) };
  },
});
