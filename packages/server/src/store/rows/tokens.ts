/**
 * Rows of engine tokens, and of the keys that sign them.
 *
 * TR1 A token is ended by its row; a row that is not there ends it too, so an older copy of the database revives none.
 */

import { randomBytes } from 'node:crypto';
import type { AccessScope, Permission } from '@headgate/core';
import type { Kysely, Selectable, Transaction } from 'kysely';
import { type Ground, listFromJson, toJson } from '../ground.ts';
import type { Tables } from '../schema/tables.ts';
import type { Revoked, TokenKey, TokenRow, Tokens, WorkspaceTokens } from '../token.ts';
import type { TokenKeyName, TokenKeys } from '../vault-seal/token-keys.ts';

/** Rows of tokens that ran out stay listed for so long. */
const KEPT = 7 * 86_400_000;

const tokenRow = (row: Selectable<Tables['engine_token']>): TokenRow => ({
  id: row.jti,
  family: row.family,
  workspace: row.workspace,
  name: row.name,
  maker: row.maker,
  subject: row.subject,
  permissions: listFromJson<Permission>(row.permissions),
  projects: row.projects === null ? null : listFromJson(row.projects),
  flows: row.flows === null ? null : listFromJson(row.flows),
  issued: row.issued,
  expires: row.expires,
  renewable: row.renewable,
  renewed: row.renewed,
  revoked: row.revoked,
});

const insert = async (trx: Transaction<Tables>, row: TokenRow): Promise<void> => {
  await trx
    .deleteFrom('engine_token')
    .where('expires', '<', row.issued - KEPT)
    .execute();
  await trx
    .insertInto('engine_token')
    .values({
      jti: row.id,
      family: row.family,
      workspace: row.workspace,
      name: row.name,
      maker: row.maker,
      subject: row.subject,
      permissions: toJson(row.permissions),
      projects: row.projects === null ? null : toJson(row.projects),
      flows: row.flows === null ? null : toJson(row.flows),
      issued: row.issued,
      expires: row.expires,
      renewable: row.renewable,
      renewed: row.renewed,
      revoked: row.revoked,
    })
    .execute();
};

export const workspaceTokensOf = ({ db, change }: Ground, workspace: string): WorkspaceTokens => ({
  create: async (row) => {
    if (row.workspace !== workspace) throw new Error('a token is made in the workspace of the handle it is made with');
    await change((trx) => insert(trx, row));
  },
  list: async () =>
    (
      await db.selectFrom('engine_token').selectAll().where('workspace', '=', workspace).orderBy('n', 'desc').execute()
    ).map(tokenRow),
  revoke: async (what: Revoked, at) => {
    const ended = await change(async (trx) => {
      const reached = trx
        .updateTable('engine_token')
        .set({ revoked: at })
        .where('workspace', '=', workspace)
        .where('revoked', 'is', null);
      const chosen =
        'subject' in what
          ? reached.where('subject', '=', what.subject)
          : 'all' in what
            ? reached
            : reached.where((eb) =>
                eb('family', '=', (of) => of.selectFrom('engine_token').select('family').where('jti', '=', what.token)),
              );
      const done = await chosen.executeTakeFirst();
      return done.numUpdatedRows === 0n ? null : Number(done.numUpdatedRows);
    });
    return ended ?? 0;
  },
});

/** What a token was given, and by whom; null: there is none of this id in the workspace, or it was revoked. */
export const tokenScope = async (
  db: Kysely<Tables>,
  workspace: string,
  id: string,
): Promise<(AccessScope & { readonly by: string }) | null> => {
  const row = await db
    .selectFrom('engine_token')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('jti', '=', id)
    .where('revoked', 'is', null)
    .executeTakeFirst();
  return row === undefined ? null : { ...tokenRow(row), by: row.maker };
};

const newestKey = (trx: Pick<Transaction<Tables>, 'selectFrom'>) =>
  trx
    .selectFrom('token_key')
    .select(['kid', 'generation'])
    .where('retired', 'is', null)
    .orderBy('n', 'desc')
    .limit(1)
    .executeTakeFirst();

export const tokensOf = ({ db, change, ring }: Ground, keys: TokenKeys): Tokens => {
  const makeKey = async (trx: Transaction<Tables>, at: number): Promise<TokenKeyName> => {
    ring.newest('token');
    const name = { kid: `k_${randomBytes(8).toString('hex')}`, generation: ring.generation() };
    await trx
      .insertInto('token_key')
      .values({ ...name, created: at, retired: null, until: null })
      .execute();
    return name;
  };

  return {
    byId: async (id) => {
      const row = await db.selectFrom('engine_token').selectAll().where('jti', '=', id).executeTakeFirst();
      return row === undefined ? null : tokenRow(row);
    },
    renew: (id, successor, at, end) =>
      change(async (trx) => {
        const done = await trx
          .updateTable('engine_token')
          .set((eb) => ({ renewed: at, expires: eb.fn<number>('min', ['expires', eb.val(end)]) }))
          .where('jti', '=', id)
          .where('workspace', '=', successor.workspace)
          .where('renewed', 'is', null)
          .where('revoked', 'is', null)
          .executeTakeFirst();
        if (done.numUpdatedRows === 0n) return false;
        await insert(trx, successor);
        return true;
      }),
    keys: async (now) => {
      const rows = await db
        .selectFrom('token_key')
        .selectAll()
        .where((eb) => eb.or([eb('until', 'is', null), eb('until', '>', now)]))
        .orderBy('n', 'desc')
        .execute();
      return rows.flatMap(({ kid, generation, created, until }): TokenKey[] => {
        const key = keys.publicOf({ kid, generation });
        return key === null ? [] : [{ key, created, until }];
      });
    },
    rotateKeys: (at, until) =>
      change(async (trx) => {
        await trx
          .deleteFrom('token_key')
          .where('until', '<', at - KEPT)
          .execute();
        await trx.updateTable('token_key').set({ retired: at, until }).where('retired', 'is', null).execute();
        // Ending at once reaches what was retired before, too.
        await trx.updateTable('token_key').set({ until }).where('until', '>', until).execute();
        return (await makeKey(trx, at)).kid;
      }),
    sign: async (type, claims, now) => {
      const name = (await newestKey(db)) ?? (await change(async (trx) => (await newestKey(trx)) ?? makeKey(trx, now)));
      return keys.sign(name, type, claims);
    },
  };
};

/** The id of the instance: what its tokens are bound to. */
export const instanceOf = (row: unknown): string => {
  const id: unknown = typeof row === 'object' && row !== null ? Reflect.get(row, 'id') : undefined;
  if (typeof id !== 'string') throw new Error('the database names no instance');
  return id;
};
