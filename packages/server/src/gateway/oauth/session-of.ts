/** Who stands before the page of consent: the account behind the session's cookie, in the workspace it is in. */

import type { IncomingHttpHeaders } from 'node:http';
import { actsIn, isWeak } from '../acting.ts';
import type { Desk } from '../accounts/desk.ts';
import type { Gate } from '../deps.ts';

export type SessionOf = {
  readonly user: string;
  readonly session: string;
  readonly workspace: string;
  readonly weak: boolean;
};

export const sessionOf = async (gate: Gate, desk: Desk, headers: IncomingHttpHeaders): Promise<SessionOf | null> => {
  const session = await desk.sessionOf(headers);
  if (session === null) return null;
  const workspace = await actsIn(gate.store.directory, session);
  return workspace === null
    ? null
    : { user: session.user.id, session: session.id, workspace, weak: isWeak(session.how) };
};
