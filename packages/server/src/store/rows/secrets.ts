/**
 * Secrets of one workspace: sealed on their way in, and never opened here (this room has no opening half).
 *
 * S1 A value is bound to workspace, secret and version, so an older sealed value does not pass for the newer one.
 * S3 One of an environment is bound to that, too: it does not open in another one, whatever row it lies in.
 * S2 It is sealed with the newest key, also right after another process changed the instance key or the workspace's own;
 *    for a workspace whose own key is not at hand nothing is sealed.
 */

import { randomUUID } from 'node:crypto';
import type { Transaction } from 'kysely';
import { type Ground, listFromJson, toJson } from '../ground.ts';
import { DEFAULT_ENVIRONMENT } from '../environment.ts';
import type { Tables } from '../schema/tables.ts';
import type { SecretStore } from '../secret.ts';
import { boundOf, EVERYWHERE, sealSecret } from '../vault-seal/secrets.ts';

/** Stores one within a transaction: the same for secrets and for connections, which are made here and renewed elsewhere. */
export const putSecretIn = async (
  trx: Transaction<Tables>,
  ring: Ground['ring'],
  workspace: string,
  s: Parameters<SecretStore['put']>[0],
): Promise<{ id: string; version: number } | null> => {
  const project = await trx
    .selectFrom('project')
    .select('id')
    .where('workspace', '=', workspace)
    .where('id', '=', s.project)
    .executeTakeFirst();
  if (project === undefined) return null;
  const environment = s.environment ?? EVERYWHERE;
  if (environment !== EVERYWHERE && environment !== DEFAULT_ENVIRONMENT) {
    const there = await trx
      .selectFrom('environment')
      .select('name')
      .where('workspace', '=', workspace)
      .where('project', '=', s.project)
      .where('name', '=', environment)
      .executeTakeFirst();
    if (there === undefined) return null;
  }
  const known = await trx
    .selectFrom('secret')
    .select(['id', 'version'])
    .where('workspace', '=', workspace)
    .where('project', '=', s.project)
    .where('environment', '=', environment)
    .where('name', '=', s.name)
    .executeTakeFirst();
  const id = known?.id ?? `sec_${randomUUID().replaceAll('-', '')}`;
  const version = (known?.version ?? 0) + 1;
  const kind = s.kind ?? 'plain';
  const values = {
    kind,
    origins: toJson(s.origins),
    version,
    sealed: sealSecret(
      ring.newestOf('secret', workspace),
      workspace,
      id,
      version,
      s.value,
      boundOf(kind, s.origins, environment),
    ),
    owner: s.owner,
    updated: s.at,
  };
  if (known === undefined) {
    await trx
      .insertInto('secret')
      .values({ id, workspace, project: s.project, environment, name: s.name, created: s.at, ...values })
      .execute();
  } else {
    await trx.updateTable('secret').set(values).where('id', '=', id).execute();
  }
  return { id, version };
};

export const secretsOf = ({ db, change, ring }: Ground, workspace: string): SecretStore => ({
  put: (s) =>
    change(async (trx) => {
      const put = await putSecretIn(trx, ring, workspace, s);
      // What takes the place of a connection is none: how that stood goes with it.
      if (put !== null) await trx.deleteFrom('connection').where('secret', '=', put.id).execute();
      return put;
    }),
  list: async (project) => {
    const rows = await db
      .selectFrom('secret')
      .select(['id', 'name', 'kind', 'environment', 'origins', 'version', 'created', 'updated'])
      .where('workspace', '=', workspace)
      .where('project', '=', project)
      .orderBy('name')
      .orderBy('environment')
      .execute();
    return rows.map((row) => ({ ...row, origins: listFromJson(row.origins) }));
  },
  remove: (project, name, environment = EVERYWHERE) =>
    change(async (trx) => {
      const gone = await trx
        .deleteFrom('secret')
        .where('workspace', '=', workspace)
        .where('project', '=', project)
        .where('name', '=', name)
        .where('environment', '=', environment)
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
        .where('environment', '=', s.environment)
        .where('version', '=', s.version)
        .executeTakeFirst();
      if (known === undefined) return null;
      const version = s.version + 1;
      const bound = boundOf(known.kind, listFromJson(known.origins), s.environment);
      const sealed = sealSecret(ring.newestOf('secret', workspace), workspace, known.id, version, s.value, bound);
      await trx.updateTable('secret').set({ version, sealed, updated: s.at }).where('id', '=', known.id).execute();
      return version;
    }),
  sealed: async (project, name, environment) => {
    const rows = await db
      .selectFrom('secret')
      .select(['id', 'kind', 'version', 'environment', 'origins', 'sealed'])
      .where('workspace', '=', workspace)
      .where('project', '=', project)
      .where('name', '=', name)
      .where('environment', 'in', [environment, EVERYWHERE])
      .execute();
    const row = rows.find((one) => one.environment === environment) ?? rows[0];
    return row === undefined ? null : { ...row, origins: listFromJson(row.origins) };
  },
});
