/**
 * The workspace that a session acts in: the one chosen there; where none was, the one its account has been a member of the
 * longest, so that being let into another one changes nothing for who did not ask for it. One answer for the API, for the
 * page of consent and for the list of workspaces. Whether the account may anything there is asked elsewhere.
 */

import type { Session } from '../store/accounts/port.ts';
import type { Directory } from '../store/people.ts';

/** Null: the account is a member of nothing. */
export const actsIn = async (
  directory: Pick<Directory, 'workspacesOf'>,
  { workspace, user }: Pick<Session, 'workspace' | 'user'>,
): Promise<string | null> => workspace ?? (await directory.workspacesOf(user.id))[0]?.id ?? null;

/** Is this way of signing in one that somebody else could have made: a password, or a link? */
export const isWeak = (how: string): boolean => how === 'password' || how === 'link';
