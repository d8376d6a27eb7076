/**
 * Invitations into a workspace. Only a keyed hash of the token is kept; each is taken up once.
 *
 * IN1 What an invitation gives is what its sender may still give when it is taken up (gateway/routes/auth-invitations.ts
 *     judges it): one of a member who is gone, or of a role that is gone, gives nothing (ME2 revokes it; a custom role with
 *     open invitations cannot be deleted).
 * IN2 An account that an invitation makes, and the membership, are one transaction: no invitation, no account.
 */

import type { Selectable, Transaction } from 'kysely';
import { type Ground, fromJson, toJson } from '../ground.ts';
import type { InvitationRow, Invitations, WorkspaceInvitations } from '../people.ts';
import type { Tables } from '../schema/tables.ts';

const invitationRow = (row: Selectable<Tables['invitation']>): InvitationRow => ({
  id: row.id,
  workspace: row.workspace,
  email: row.email,
  role: row.role,
  projects: fromJson(row.projects) as InvitationRow['projects'], // parse boundary: written by `create`
  by: row.by,
  created: row.created,
  expires: row.expires,
  accepted: row.accepted,
  revoked: row.revoked,
});

export const workspaceInvitationsOf = ({ db, change }: Ground, workspace: string): WorkspaceInvitations => {
  const all = () => db.selectFrom('invitation').selectAll().where('workspace', '=', workspace);
  return {
    list: async () => (await all().orderBy('created', 'desc').orderBy('id').execute()).map(invitationRow),
    get: async (id) => {
      const row = await all().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : invitationRow(row);
    },
    create: async (row, hash) => {
      if (row.workspace !== workspace) throw new Error('an invitation is made in the workspace of its handle');
      await change((trx) =>
        trx
          .insertInto('invitation')
          .values({ ...row, projects: toJson(row.projects), hash })
          .execute(),
      );
    },
    revoke: (id, at) =>
      change(async (trx) => {
        const done = await trx
          .updateTable('invitation')
          .set({ revoked: at })
          .where('workspace', '=', workspace)
          .where('id', '=', id)
          .where('accepted', 'is', null)
          .where('revoked', 'is', null)
          .executeTakeFirst();
        return done.numUpdatedRows > 0n;
      }),
  };
};

/** For accounts: before any workspace is known, by the token's hash alone. */
export const invitationsOf = ({ db, change }: Ground): Invitations => ({
  byHash: async (hash, now) => {
    const row = await db
      .selectFrom('invitation')
      .selectAll()
      .where('hash', '=', hash)
      .where('accepted', 'is', null)
      .where('revoked', 'is', null)
      .where('expires', '>', now)
      .executeTakeFirst();
    return row === undefined ? null : invitationRow(row);
  },
  accept: (hash, user, now) => change((trx) => takeUp(trx, hash, user, now)),
});

/** Makes the account a member by the invitation, once. False: it is over. */
export const takeUp = async (trx: Transaction<Tables>, hash: string, user: string, now: number): Promise<boolean> => {
  const row = await trx
    .updateTable('invitation')
    .set({ accepted: now, accepted_by: user })
    .where('hash', '=', hash)
    .where('accepted', 'is', null)
    .where('revoked', 'is', null)
    .where('expires', '>', now)
    .returningAll()
    .executeTakeFirst();
  if (row === undefined) return false;
  const { workspace, role, by, projects } = invitationRow(row);
  // Who is a member already keeps the role he has.
  await trx
    .insertInto('member')
    .values({ workspace, user, role, created: now, by })
    .onConflict((on) => on.columns(['workspace', 'user']).doNothing())
    .execute();
  for (const place of projects) {
    const there = await trx
      .selectFrom('project')
      .select('id')
      .where('workspace', '=', workspace)
      .where('id', '=', place.project)
      .executeTakeFirst();
    if (there === undefined) continue;
    await trx
      .insertInto('project_member')
      .values({ workspace, project: place.project, holder: user, role: place.role, created: now })
      .onConflict((on) => on.columns(['workspace', 'project', 'holder']).doNothing())
      .execute();
  }
  return true;
};
