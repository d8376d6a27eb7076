/** API keys of one workspace, and the door that finds a key by its hash before any workspace is known. */

import type { Permission } from '@headgate/core';
import type { Ground } from '../ground.ts';
import { listFromJson, toJson } from '../ground.ts';
import type { KeyRow, WorkspaceStore } from '../ports.ts';
import { budgetIn } from './limits.ts';
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
  ...(row.by === null ? {} : { by: row.by }),
  ...(row.rate === null && row.parallel === null
    ? {}
    : { limits: { rate: row.rate, burst: row.burst, parallel: row.parallel } }),
  ...(row.budget === null ? {} : { budget: budgetIn(row.budget) }),
  ...(row.rotated === null ? {} : { rotated: row.rotated }),
  ...(row.old_until === null || row.old_created === null
    ? {}
    : { old: { created: row.old_created, until: row.old_until } }),
});

const keysWithUse = (db: Kysely<Tables>) =>
  db
    .selectFrom('api_key')
    .leftJoin('key_use', 'key_use.key_id', 'api_key.id')
    .selectAll('api_key')
    .select('key_use.at as used');

/** The key with this hash, in whatever workspace. By a secret that was rotated away it ends with the overlap. */
export const keyByHash = async (db: Kysely<Tables>, hash: string): Promise<KeyRow | null> => {
  const row = await keysWithUse(db).where('api_key.hash', '=', hash).executeTakeFirst();
  if (row !== undefined) return keyRow(row);
  const old = await keysWithUse(db).where('api_key.old_hash', '=', hash).executeTakeFirst();
  if (old === undefined || old.old_until === null) return null;
  return { ...keyRow(old), expires: Math.min(old.expires ?? old.old_until, old.old_until) };
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
          rate: row.limits?.rate ?? null,
          burst: row.limits?.burst ?? null,
          parallel: row.limits?.parallel ?? null,
          budget: row.budget === undefined ? null : toJson(row.budget),
          by: row.by ?? null,
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
  rotate: (id, { hash, at, until, by }) =>
    change(async (trx) => {
      const done = await trx
        .updateTable('api_key')
        .set((eb) => ({
          old_hash: until > at ? eb.ref('hash') : null,
          old_until: until > at ? until : null,
          old_created: until > at ? eb.fn.coalesce('rotated', 'created') : null,
          hash,
          rotated: at,
          ...(by === undefined ? {} : { by }),
        }))
        .where('workspace', '=', workspace)
        .where('id', '=', id)
        .where('revoked', 'is', null)
        .executeTakeFirst();
      return done.numUpdatedRows > 0n;
    }),
});
