/**
 * An owner for a workspace that has none: who was it has left, or the account is switched off or gone. It is an administrator
 * of the instance who appoints one; that gives him nothing in the workspace.
 *
 * WO1 A workspace with an owner who can sign in is not given another one from outside: looking and appointing are one
 *     transaction.
 */

import type { Ground } from '../ground.ts';
import type { Store } from '../ports.ts';

const OWNER = 'owner';
const ACTIVE = 'active';

export const appointOwner = ({ change }: Pick<Ground, 'change'>): Store['workspaces']['appoint'] => {
  return async (id, { user, by, at, look = false }) => {
    let why: 'done' | 'missing' | 'owned' | 'unfit' = 'missing';
    await change(async (trx) => {
      const ending = trx.selectFrom('workspace_end').select('workspace');
      const row = await trx
        .selectFrom('workspace')
        .select('id')
        .where('id', '=', id)
        .where('id', 'not in', ending)
        .executeTakeFirst();
      if (row === undefined) return false;
      const owner = await trx
        .selectFrom('member')
        .innerJoin('user_account', 'user_account.id', 'member.user')
        .select('member.user')
        .where('member.workspace', '=', id)
        .where('member.role', '=', OWNER)
        .where('user_account.state', '=', ACTIVE)
        .limit(1)
        .executeTakeFirst();
      why = 'owned';
      if (owner !== undefined) return false;
      const account = await trx
        .selectFrom('user_account')
        .select('id')
        .where('id', '=', user)
        .where('state', '=', ACTIVE)
        .executeTakeFirst();
      why = 'unfit';
      if (account === undefined) return false;
      why = 'done';
      if (look) return false;
      await trx
        .insertInto('member')
        .values({ workspace: id, user, role: OWNER, created: at, by })
        .onConflict((on) => on.columns(['workspace', 'user']).doUpdateSet({ role: OWNER }))
        .execute();
      return true;
    });
    return why;
  };
};
