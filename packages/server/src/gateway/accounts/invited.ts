/**
 * How an account begins that somebody's invitation makes: as the sign-up policy lets its address in. Who manages the instance,
 * by an account or by a key that may, lets anybody in.
 */

import { may, type Principal } from '@headgate/core';
import type { UserState } from '../../store/accounts/port.ts';
import type { Gate } from '../deps.ts';
import { invitedAs } from './policy.ts';

/** Null: it makes none, and is for who has an account already. */
export const madeBy = async (
  gate: Pick<Gate, 'store' | 'signUp'>,
  sender: Principal,
  email: string,
): Promise<Exclude<UserState, 'suspended'> | null> => {
  // A key of the instance, as `headgate superuser` makes it: nobody's, and it may do all of this otherwise.
  if (sender.user === undefined && may(sender, 'instance.manage', { workspace: sender.workspace })) return 'active';
  const whose = sender.user === undefined ? null : await gate.store.accounts.user(sender.user);
  return whose?.administrator === true ? 'active' : invitedAs(gate.signUp, email);
};
