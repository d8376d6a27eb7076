/**
 * What OAuth needs to know of people: who is signed in at the browser that asks, and what an account may now. Given by
 * whoever composes the server; a server without accounts gives none, and then nobody can consent.
 */

import type { IncomingHttpHeaders } from 'node:http';
import type { Principal } from '@headgate/core';

export type SignedIn = {
  readonly user: string;
  readonly session: string;
  /** The workspace that the session acts in. */
  readonly workspace: string;
};

export type People = {
  /** The session behind the cookie that came, while it holds. */
  readonly sessionOf: (headers: IncomingHttpHeaders) => Promise<SignedIn | null>;
  /** What the account may in the workspace now; null: nothing. */
  readonly principal: (workspace: string, user: string) => Promise<Principal | null>;
  /** The path where one signs in. */
  readonly signIn: string;
};
