/** Rows of OAuth: applications, consents, codes, tokens. What ended by its date is cleared out as new ones come. */

import type { AccessScope, Permission } from '@headgate/core';
import type { Kysely, Selectable, Transaction } from 'kysely';
import { type Ground, listFromJson, toJson } from '../ground.ts';
import type { ClientRow, Clients, ConsentRow, Consents, Oauth } from '../oauth.ts';
import type { Tables } from '../schema/tables.ts';

const DAY = 86_400_000;

const clientRow = (row: Selectable<Tables['oauth_client']>): ClientRow => ({
  id: row.id,
  workspace: row.workspace,
  name: row.name,
  redirects: listFromJson(row.redirects),
  by: row.by,
  created: row.created,
});

const consentRow = (row: Selectable<Tables['oauth_consent']>): ConsentRow => ({
  id: row.id,
  workspace: row.workspace,
  user: row.user,
  client: row.client,
  name: row.name,
  permissions: listFromJson<Permission>(row.permissions),
  resource: row.resource,
  created: row.created,
  revoked: row.revoked,
});

export const clientsOf = ({ db, change }: Ground, workspace: string): Clients => ({
  create: async ({ id, name, redirects, by, created }) => {
    await change((trx) =>
      trx
        .insertInto('oauth_client')
        .values({ id, workspace, name, redirects: toJson(redirects), by, created })
        .executeTakeFirstOrThrow(),
    );
  },
  list: async () =>
    (
      await db.selectFrom('oauth_client').selectAll().where('workspace', '=', workspace).orderBy('n', 'desc').execute()
    ).map(clientRow),
  remove: (id, at) =>
    change(async (trx) => {
      const gone = await trx
        .deleteFrom('oauth_client')
        .where('workspace', '=', workspace)
        .where('id', '=', id)
        .executeTakeFirst();
      if (gone.numDeletedRows === 0n) return false;
      await trx
        .updateTable('oauth_consent')
        .set({ revoked: at })
        .where('workspace', '=', workspace)
        .where('client', '=', id)
        .where('revoked', 'is', null)
        .execute();
      return true;
    }),
});

export const consentsOf = ({ db, change }: Ground, workspace: string): Consents => ({
  list: async (user) =>
    (
      await db
        .selectFrom('oauth_consent')
        .selectAll()
        .where('workspace', '=', workspace)
        .where('user', '=', user)
        .orderBy('n', 'desc')
        .execute()
    ).map(consentRow),
  end: (user, id, at) =>
    change(async (trx) => {
      const done = await trx
        .updateTable('oauth_consent')
        .set({ revoked: at })
        .where('workspace', '=', workspace)
        .where('user', '=', user)
        .where('id', '=', id)
        .where('revoked', 'is', null)
        .executeTakeFirst();
      return done.numUpdatedRows > 0n;
    }),
});

/** What a person let an application do, and who he is; null: there is no such consent, or it was taken back. */
export const consentScope = async (
  db: Kysely<Tables>,
  workspace: string,
  id: string,
): Promise<(AccessScope & { readonly by: string }) | null> => {
  const row = await db
    .selectFrom('oauth_consent')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('id', '=', id)
    .where('revoked', 'is', null)
    .executeTakeFirst();
  if (row === undefined) return null;
  return { permissions: listFromJson<Permission>(row.permissions), projects: null, flows: null, by: row.user };
};

const holding = async (trx: Transaction<Tables>, id: string): Promise<boolean> =>
  (await trx
    .selectFrom('oauth_consent')
    .select('id')
    .where('id', '=', id)
    .where('revoked', 'is', null)
    .executeTakeFirst()) !== undefined;

export const oauthOf = ({ db, change }: Ground): Oauth => {
  const consent = async (id: string): Promise<ConsentRow | null> => {
    const row = await db.selectFrom('oauth_consent').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? null : consentRow(row);
  };
  return {
    client: async (id) => {
      const row = await db.selectFrom('oauth_client').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : clientRow(row);
    },
    begin: async (made, code) => {
      await change(async (trx) => {
        await trx
          .deleteFrom('oauth_code')
          .where('expires', '<', made.created - DAY)
          .execute();
        await trx
          .insertInto('oauth_consent')
          .values({ ...made, permissions: toJson(made.permissions) })
          .execute();
        await trx
          .insertInto('oauth_code')
          .values({ ...code, consent: made.id, used: null })
          .execute();
      });
    },
    takeCode: async (hash, at) => {
      // Not a change of configuration: nothing that is kept in memory knows codes.
      const used = await change(async (trx) => {
        const done = await trx
          .updateTable('oauth_code')
          .set({ used: at })
          .where('hash', '=', hash)
          .where('used', 'is', null)
          .executeTakeFirst();
        return done.numUpdatedRows === 0n;
      });
      const row = await db.selectFrom('oauth_code').selectAll().where('hash', '=', hash).executeTakeFirst();
      const of = row === undefined ? null : await consent(row.consent);
      if (row === undefined || of === null) return null;
      const { redirect, challenge, expires } = row;
      return { code: { hash, redirect, challenge, expires }, consent: of, used };
    },
    token: async (hash) => {
      const row = await db.selectFrom('oauth_token').selectAll().where('hash', '=', hash).executeTakeFirst();
      const of = row === undefined ? null : await consent(row.consent);
      if (row === undefined || of === null) return null;
      const { issued, expires, used } = row;
      return {
        token: { hash, kind: row.kind === 'access' ? 'access' : 'refresh', issued, expires, used },
        consent: of,
      };
    },
    issue: (id, tokens, at, instead) =>
      change(async (trx) => {
        if (!(await holding(trx, id))) return false;
        if (instead !== undefined) {
          const done = await trx
            .updateTable('oauth_token')
            .set({ used: at })
            .where('hash', '=', instead)
            .where('used', 'is', null)
            .executeTakeFirst();
          if (done.numUpdatedRows === 0n) return false;
        }
        await trx
          .deleteFrom('oauth_token')
          .where('expires', '<', at - DAY)
          .execute();
        await trx
          .insertInto('oauth_token')
          .values(tokens.map((token) => ({ ...token, consent: id, used: null })))
          .execute();
        return true;
      }),
    end: async (id, at) => {
      await change((trx) =>
        trx
          .updateTable('oauth_consent')
          .set({ revoked: at })
          .where('id', '=', id)
          .where('revoked', 'is', null)
          .executeTakeFirstOrThrow(),
      );
    },
  };
};
