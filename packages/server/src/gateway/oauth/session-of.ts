/** Who stands before the page of consent: the account behind the session's cookie, in the workspace it is in. */

import type { IncomingHttpHeaders } from 'node:http';
import type { Desk } from '../accounts/desk.ts';
import type { Gate } from '../deps.ts';

export type SessionOf = { readonly user: string; readonly session: string; readonly workspace: string };

/** Where no workspace was chosen, the only one the account is a member of; of several none is guessed. */
export const sessionOf = async (gate: Gate, desk: Desk, headers: IncomingHttpHeaders): Promise<SessionOf | null> => {
  const session = await desk.sessionOf(headers);
  if (session === null) return null;
  const { id, user, workspace } = session;
  if (workspace !== null) return { user: user.id, session: id, workspace };
  const [only, more] = await gate.store.directory.workspacesOf(user.id);
  return only === undefined || more !== undefined ? null : { user: user.id, session: id, workspace: only.id };
};
