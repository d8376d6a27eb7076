/** API keys of one workspace, and the door that finds a key by its hash before any workspace is known. */

import type { Permission } from '@headgate/core';
import type { Ground } from '../ground.ts';
import { listFromJson, toJson } from '../ground.ts';
import type { KeyRow, WorkspaceStore } from '../ports.ts';
import type { Tables } from '../schema/tables.ts';
import type { Kysely, Selectable } from 'kysely';

const keyRow = (row: Selectable<Tables['api_key']> & { used: number | null }): KeyRow => ({
  id: row.id,
  workspace: row.workspace,
  name: row.name,
  hash: row.hash,
  permissions: listFromJson<Permission>(row.permissions),
  projects: row.projects === null ? null : listFromJson(row.projects),
  flows: row.flows === null ? null : listFromJson(row.flows),
  expires: row.expires,
  revoked: row.revoked,
  created: row.created,
  used: row.used,
  ...(row.user === null ? {} : { user: row.user }),
});

const keysWithUse = (db: Kysely<Tables>) =>
  db
    .selectFrom('api_key')
    .leftJoin('key_use', 'key_use.key_id', 'api_key.id')
    .selectAll('api_key')
    .select('key_use.at as used');

/** The key with this hash, in whatever workspace. */
export const keyByHash = async (db: Kysely<Tables>, hash: string): Promise<KeyRow | null> => {
  const row = await keysWithUse(db).where('api_key.hash', '=', hash).executeTakeFirst();
  return row === undefined ? null : keyRow(row);
};

/** The key with this id, in whatever workspace. */
export const keyById = async (db: Kysely<Tables>, id: string): Promise<KeyRow | null> => {
  const row = await keysWithUse(db).where('api_key.id', '=', id).executeTakeFirst();
  return row === undefined ? null : keyRow(row);
};

export const keysOf = ({ db, change }: Ground, workspace: string): WorkspaceStore['keys'] => ({
  create: async (row) => {
    if (row.workspace !== workspace) throw new Error('a key is made in the workspace of the handle it is made with');
    await change((trx) =>
      trx
        .insertInto('api_key')
        .values({
          id: row.id,
          workspace,
          name: row.name,
          hash: row.hash,
          permissions: toJson(row.permissions),
          projects: row.projects === null ? null : toJson(row.projects),
          flows: row.flows === null ? null : toJson(row.flows),
          expires: row.expires,
          revoked: row.revoked,
          created: row.created,
          user: row.user ?? null,
        })
        .executeTakeFirstOrThrow(),
    );
  },
  list: async () =>
    (await keysWithUse(db).where('api_key.workspace', '=', workspace).orderBy('api_key.n', 'desc').execute()).map(
      keyRow,
    ),
  get: async (id) => {
    const row = await keyById(db, id);
    return row?.workspace === workspace ? row : null;
  },
  revoke: (id, at) =>
    change(async (trx) => {
      const done = await trx
        .updateTable('api_key')
        .set({ revoked: at })
        .where('workspace', '=', workspace)
        .where('id', '=', id)
        .where('revoked', 'is', null)
        .executeTakeFirst();
      return done.numUpdatedRows > 0n;
    }),
});
