/**
 * Members of one workspace, and who holds a role in which of its projects.
 *
 * ME1 A workspace that has an owner keeps one who can sign in: the last cannot be removed, nor made anything less.
 * ME2 The end of a membership is one transaction: nothing of what somebody could do outlives it.
 */

import type { Transaction } from 'kysely';
import type { Ground } from '../ground.ts';
import type { Changed, MemberRow, Members } from '../people.ts';
import type { Tables } from '../schema/tables.ts';
import { leaveKnowledge } from './knowledge-readers.ts';

const OWNER = 'owner';
const GONE = 'gone:';

type Handing = { readonly successor: string | null; readonly privates?: boolean; readonly at: number };

export const membersOf = ({ db, change }: Ground, workspace: string): Members => {
  const one = (from: Pick<Transaction<Tables>, 'selectFrom'>, user: string) =>
    from
      .selectFrom('member')
      .select(['user', 'role', 'created', 'by'])
      .where('workspace', '=', workspace)
      .where('user', '=', user)
      .executeTakeFirst();

  /** Would it be without an owner? `row` is the member who goes, or is made less. */
  const isLastOwner = async (trx: Transaction<Tables>, row: MemberRow): Promise<boolean> => {
    if (row.role !== OWNER) return false;
    const other = await trx
      .selectFrom('member')
      .innerJoin('user_account', 'user_account.id', 'member.user')
      .select('member.user')
      .where('member.workspace', '=', workspace)
      .where('member.role', '=', OWNER)
      .where('member.user', '<>', row.user)
      .where('user_account.state', '=', 'active')
      .limit(1)
      .executeTakeFirst();
    return other === undefined;
  };

  const leavePlaces = async (trx: Transaction<Tables>, user: string): Promise<void> => {
    await trx.deleteFrom('project_member').where('workspace', '=', workspace).where('holder', '=', user).execute();
    await leaveKnowledge(trx, workspace, user);
    for (const table of ['group_member', 'notice_for', 'notice_choice'] as const)
      await trx.deleteFrom(table).where('workspace', '=', workspace).where('user', '=', user).execute();
    await trx.deleteFrom('member').where('workspace', '=', workspace).where('user', '=', user).execute();
  };

  const revokeKeys = async (trx: Transaction<Tables>, user: string, at: number): Promise<string[]> => {
    const rows = await trx
      .updateTable('api_key')
      .set({ revoked: at })
      .where('workspace', '=', workspace)
      .where('user', '=', user)
      .where('revoked', 'is', null)
      .returning('id')
      .execute();
    return rows.map((row) => row.id);
  };

  /** Tokens, applications and lent powers: judged by membership alone, they would come back to life with the next one. */
  const endHoldings = async (trx: Transaction<Tables>, user: string, at: number): Promise<void> => {
    const keys = trx.selectFrom('api_key').select('id').where('workspace', '=', workspace).where('user', '=', user);
    await trx
      .updateTable('engine_token')
      .set({ revoked: at })
      .where('workspace', '=', workspace)
      .where('revoked', 'is', null)
      .where((eb) => eb.or([eb('maker', '=', user), eb('maker', 'in', keys)]))
      .execute();
    await trx
      .updateTable('oauth_consent')
      .set({ revoked: at })
      .where('user', '=', user)
      .where('workspace', '=', workspace)
      .where('revoked', 'is', null)
      .execute();
    // The rows stay, so that what a flow lost is told as void; nobody will ever have such an id again.
    await trx
      .updateTable('power_grant')
      .set((eb) => ({ grantor: eb.fn<string>('concat', [eb.val(GONE), 'grantor']) }))
      .where('workspace', '=', workspace)
      .where((eb) => eb.or([eb('grantor', '=', user), eb('grantor', 'in', keys)]))
      .execute();
  };

  /** Keys of the workspace that he made, himself or by a key of his, end with him; who holds all of one may take it over. */
  const orphanKeys = async (trx: Transaction<Tables>, user: string): Promise<number> => {
    const own = trx.selectFrom('api_key').select('id').where('workspace', '=', workspace).where('user', '=', user);
    const done = await trx
      .updateTable('api_key')
      .set((eb) => ({ by: eb.fn<string>('concat', [eb.val(GONE), 'by']) }))
      .where('workspace', '=', workspace)
      .where('user', 'is', null)
      .where('revoked', 'is', null)
      .where((eb) => eb.or([eb('by', '=', user), eb('by', 'in', own)]))
      .executeTakeFirst();
    return Number(done.numUpdatedRows);
  };

  /** Open invitations that he sent, and those to his address: who goes comes back by a new one alone. */
  const endInvitations = async (trx: Transaction<Tables>, user: string, at: number): Promise<void> => {
    const account = await trx.selectFrom('user_account').select('email').where('id', '=', user).executeTakeFirst();
    await trx
      .updateTable('invitation')
      .set({ revoked: at })
      .where('workspace', '=', workspace)
      .where('accepted', 'is', null)
      .where('revoked', 'is', null)
      .where((eb) => eb.or([eb('by', '=', user), eb('email', '=', account?.email ?? '')]))
      .execute();
  };

  /** Flows go to the successor; the private ones too if `privates`, else they are switched off and stay whose they were. */
  const handOver = async (trx: Transaction<Tables>, user: string, to: Handing): Promise<string[]> => {
    const { successor, privates = false, at } = to;
    const ofHis = trx.updateTable('flow').where('workspace', '=', workspace).where('owner', '=', user);
    const given =
      successor === null
        ? []
        : await (privates ? ofHis : ofHis.where('visibility', '<>', 'private'))
            .set({ owner: successor, updated: at })
            .returning('id')
            .execute();
    const kept = await ofHis.set({ enabled: 0, updated: at }).returning('id').execute();
    // Of a flow that was deleted nobody knows how far it was seen.
    if (successor !== null && privates)
      await trx
        .updateTable('flow_gone')
        .set({ owner: successor })
        .where('workspace', '=', workspace)
        .where('owner', '=', user)
        .execute();
    return [...given, ...kept].map((row) => row.id);
  };

  return {
    list: () =>
      db
        .selectFrom('member')
        .leftJoin('user_account', 'user_account.id', 'member.user')
        .select(['member.user', 'member.role', 'member.created', 'member.by'])
        // An account that is gone leaves its membership for a moment.
        .select(({ fn, ref, val }) => [
          fn.coalesce('user_account.name', ref('member.user')).as('name'),
          fn.coalesce('user_account.email', val('')).as('email'),
        ])
        .where('member.workspace', '=', workspace)
        .orderBy('member.n')
        .execute(),
    get: async (user) => (await one(db, user)) ?? null,
    add: (member) =>
      change(async (trx) => {
        const made = await trx
          .insertInto('member')
          .values({ workspace, ...member })
          .onConflict((on) => on.columns(['workspace', 'user']).doNothing())
          .executeTakeFirst();
        return (made.numInsertedOrUpdatedRows ?? 0n) > 0n;
      }),
    setRole: async (user, role) => {
      let changed: Changed = 'done';
      await change(async (trx) => {
        const row = await one(trx, user);
        changed =
          row === undefined ? 'missing' : role !== OWNER && (await isLastOwner(trx, row)) ? 'last_owner' : 'done';
        if (changed !== 'done') return null;
        await trx
          .updateTable('member')
          .set({ role, held: null })
          .where('workspace', '=', workspace)
          .where('user', '=', user)
          .execute();
        return true;
      });
      return changed;
    },
    remove: async (user, to) => {
      const { successor, at } = to;
      let changed: Changed = 'done';
      const done = await change(async (trx) => {
        const row = await one(trx, user);
        const heir = successor === null ? null : await one(trx, successor);
        changed =
          row === undefined || heir === undefined ? 'missing' : (await isLastOwner(trx, row)) ? 'last_owner' : 'done';
        if (changed !== 'done') return null;
        const keys = await revokeKeys(trx, user, at);
        const orphans = await orphanKeys(trx, user);
        await endHoldings(trx, user, at);
        const flows = await handOver(trx, user, to);
        await endInvitations(trx, user, at);
        await leavePlaces(trx, user);
        return { keys, flows, orphans };
      });
      return { changed, keys: done?.keys ?? [], flows: done?.flows ?? [], orphans: done?.orphans ?? 0 };
    },
    inProjects: (project) => {
      const query = db
        .selectFrom('project_member')
        .select(['project', 'holder', 'role', 'created'])
        .where('workspace', '=', workspace);
      return (project === undefined ? query : query.where('project', '=', project))
        .orderBy('project')
        .orderBy('holder')
        .execute();
    },
    setProjectRole: (project, holder, role, at) =>
      change(async (trx) => {
        if (role === null) {
          const gone = await trx
            .deleteFrom('project_member')
            .where('workspace', '=', workspace)
            .where('project', '=', project)
            .where('holder', '=', holder)
            .executeTakeFirst();
          return gone.numDeletedRows > 0n;
        }
        const place = await trx
          .selectFrom('project')
          .select('id')
          .where('workspace', '=', workspace)
          .where('id', '=', project)
          .executeTakeFirst();
        const group = await trx
          .selectFrom('user_group')
          .select('id')
          .where('workspace', '=', workspace)
          .where('id', '=', holder)
          .executeTakeFirst();
        const known = group !== undefined || (await one(trx, holder)) !== undefined;
        if (place === undefined || !known) return false;
        await trx
          .insertInto('project_member')
          .values({ workspace, project, holder, role, created: at })
          .onConflict((on) => on.columns(['workspace', 'project', 'holder']).doUpdateSet({ role }))
          .execute();
        return true;
      }),
  };
};
