/**
 * The ways in to an account, and their end: one list for all who take them away (a new password, a link, an administrator,
 * the command line), so that none is forgotten by one of them.
 *
 * WI1 A change of the password, of standing or of a factor ends sessions and open links to a new password. The step between
 *     password and code is bound to the password it was begun with (steps.ts), and ends by itself.
 * WI2 Whoever made an account may not be whose address it has. When the address is proved for the first time, and when the
 *     command line takes an account over, all that was made before goes: passkeys, codes, keys, tokens, consents.
 * WI3 A membership that is `held` waits for somebody's word in its workspace: an administrator of the instance made the way in.
 */

import type { Ground } from '../ground.ts';

type Trx = Ground['db'];

/** Sessions, and links to a new password that nobody used yet (WI1). */
export const endSessions = async (trx: Trx, user: string, at: number): Promise<void> => {
  await trx.deleteFrom('user_session').where('user_id', '=', user).execute();
  await trx
    .updateTable('user_link')
    .set({ used: at })
    .where('kind', '=', 'reset')
    .where('user_id', '=', user)
    .where('used', 'is', null)
    .execute();
};

/** What an account holds besides the password and codes: passkeys, keys of its own, tokens, applications. */
export const endHoldings = async (trx: Trx, user: string, at: number): Promise<void> => {
  await trx.deleteFrom('user_passkey').where('user_id', '=', user).execute();
  const keys = trx.selectFrom('api_key').select('id').where('user', '=', user);
  await trx
    .updateTable('engine_token')
    .set({ revoked: at })
    .where('revoked', 'is', null)
    .where((eb) => eb.or([eb('maker', '=', user), eb('maker', 'in', keys)]))
    .execute();
  await trx.updateTable('api_key').set({ revoked: at }).where('user', '=', user).where('revoked', 'is', null).execute();
  await trx
    .updateTable('oauth_consent')
    .set({ revoked: at })
    .where('user', '=', user)
    .where('revoked', 'is', null)
    .execute();
};

/** Everything but the password (WI2). */
export const endAll = async (trx: Trx, user: string, at: number): Promise<void> => {
  await endSessions(trx, user, at);
  await endHoldings(trx, user, at);
  await trx.deleteFrom('user_factor').where('user_id', '=', user).execute();
  await trx.updateTable('user_account').set({ two_factor: 0 }).where('id', '=', user).execute();
};

/** Holds every membership but those in these workspaces (WI3). */
export const holdMembers = async (trx: Trx, user: string, at: number, spare: readonly string[]): Promise<void> => {
  await trx
    .updateTable('member')
    .set({ held: at })
    .where('user', '=', user)
    .where('workspace', 'not in', ['', ...spare])
    .execute();
};

/** It is the person again. */
export const freeMembers = async (trx: Trx, user: string): Promise<void> => {
  await trx.updateTable('member').set({ held: null }).where('user', '=', user).execute();
};
