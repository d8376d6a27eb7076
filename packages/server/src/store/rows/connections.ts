/**
 * Connections of one workspace: a secret of the kind `connection`, sealed on its way in and opened by nobody here, and the row
 * beside it that lists show.
 *
 * CS1 What is sealed and how it stands change in one transaction, and only from the version that was read: of two who renew
 *     the same, one is told that he was late.
 */

import type { Transaction } from 'kysely';
import type { NoticeWrite } from '../notice.ts';
import type { Tables } from '../schema/tables.ts';
import { putNotice } from './notices-due.ts';
import { type Ground, listFromJson } from '../ground.ts';
import type { ConnectionKey, ConnectionRow, ConnectionStore } from '../connection.ts';
import { boundOf, sealSecret } from '../vault-seal/secrets.ts';
import { putSecretIn } from './secrets.ts';

const KIND = 'connection';

/** Told to who connected it last, besides. */
const putConnectionNotice = async (trx: Transaction<Tables>, secret: string, notice: NoticeWrite): Promise<void> => {
  const last = await trx
    .selectFrom('connection')
    .select('connected_by')
    .where('secret', '=', secret)
    .where('workspace', '=', notice.workspace)
    .executeTakeFirst();
  const by = last?.connected_by ?? null;
  await putNotice(trx, by === null ? notice : { ...notice, tell: [...notice.tell, by] });
};

export const connectionsOf = ({ db, change, ring }: Ground, workspace: string): ConnectionStore => {
  const rows = (project: string) =>
    db
      .selectFrom('connection')
      .innerJoin('secret', 'secret.id', 'connection.secret')
      .select([
        'secret.id',
        'secret.name',
        'secret.environment',
        'secret.origins',
        'secret.version',
        'secret.created',
        'secret.updated',
        'connection.kind as grant',
        'connection.state',
        'connection.problem',
        'connection.authorize_url as authorizeUrl',
        'connection.token_url as tokenUrl',
        'connection.client_id as clientId',
        'connection.scope',
        'connection.service',
        'connection.renewed',
        'connection.expires',
        'connection.connected',
        'connection.connected_by as connectedBy',
      ])
      .where('connection.workspace', '=', workspace)
      .where('secret.workspace', '=', workspace)
      .where('secret.project', '=', project)
      .orderBy('secret.name')
      .orderBy('secret.environment');

  const shown = (row: Awaited<ReturnType<ReturnType<typeof rows>['execute']>>[number]): ConnectionRow => ({
    ...row,
    origins: listFromJson(row.origins),
    // A state that a later release stored is one that somebody should look at.
    state: row.state === 'new' || row.state === 'connected' ? row.state : 'refused',
    renewed: row.renewed === 1,
  });

  const secretOf = (from: Pick<typeof db, 'selectFrom'>, { project, name, environment }: ConnectionKey) =>
    from
      .selectFrom('secret')
      .select(['id', 'kind', 'version', 'environment', 'origins', 'sealed'])
      .where('workspace', '=', workspace)
      .where('project', '=', project)
      .where('name', '=', name)
      .where('environment', '=', environment)
      .executeTakeFirst();

  return {
    list: async (project) => (await rows(project).execute()).map(shown),
    get: async ({ project, name, environment }) => {
      const row = await rows(project)
        .where('secret.name', '=', name)
        .where('secret.environment', '=', environment)
        .executeTakeFirst();
      return row === undefined ? null : shown(row);
    },
    create: (made) =>
      change(async (trx) => {
        const { project, name, environment, origins, value, owner, at } = made;
        if ((await secretOf(trx, made)) !== undefined) return 'taken';
        const put = await putSecretIn(trx, ring, workspace, {
          ...{ project, name, environment, origins, value, owner, at },
          kind: KIND,
        });
        if (put === null) return null;
        await trx
          .insertInto('connection')
          .values({
            ...{ secret: put.id, workspace, kind: made.grant, state: 'new', problem: null },
            ...{ authorize_url: made.authorizeUrl, token_url: made.tokenUrl, client_id: made.clientId },
            ...{ scope: made.scope, service: made.service, renewed: 0, expires: null, asked: null },
            ...{ connected: null, connected_by: null },
          })
          .execute();
        return { id: put.id };
      }),
    sealed: async (key) => {
      const row = await secretOf(db, key);
      return row === undefined || row.kind !== KIND ? null : { ...row, origins: listFromJson(row.origins) };
    },
    save: (next) =>
      change(async (trx) => {
        const known = await secretOf(trx, next);
        if (known === undefined || known.kind !== KIND || known.version !== next.version) return null;
        const version = next.version + 1;
        const bound = boundOf(KIND, listFromJson(known.origins), next.environment);
        const sealed = sealSecret(ring.newestOf('secret', workspace), workspace, known.id, version, next.value, bound);
        await trx.updateTable('secret').set({ version, sealed, updated: next.at }).where('id', '=', known.id).execute();
        const { state, problem, expires, by } = next;
        await trx
          .updateTable('connection')
          .set({
            ...{ state, problem, expires, renewed: next.renewed ? 1 : 0, asked: null },
            ...(by === undefined ? {} : { connected: next.at, connected_by: by }),
          })
          .where('secret', '=', known.id)
          .where('workspace', '=', workspace)
          .execute();
        if (next.notice !== undefined) await putConnectionNotice(trx, known.id, next.notice);
        return version;
      }),
    asking: (id, at) =>
      db.transaction().execute(async (trx) => {
        const row = await trx
          .selectFrom('connection')
          .select('asked')
          .where('secret', '=', id)
          .where('workspace', '=', workspace)
          .executeTakeFirst();
        await trx
          .updateTable('connection')
          .set({ asked: at })
          .where('secret', '=', id)
          .where('workspace', '=', workspace)
          .execute();
        return row !== undefined && row.asked !== null;
      }),
  };
};
