/** What the hooks of one request leave for each other. */

import type { FastifyRequest } from 'fastify';
import type { Principal, ShapeKind } from '@headgate/core';
import type { Contract } from '@headgate/core/api';
import type { Session } from '../store/accounts/port.ts';
import type { Found, NotFound } from './tokens/found.ts';

export type Passage = {
  readonly contract: Contract;
  who: Principal | null;
  /** Would the call be let in now, too? */
  again: () => Promise<boolean>;
  /** Who is it by the same credential now? null: the route asks for none. */
  now: (() => Promise<Found | NotFound>) | null;
  /** The session that the request came with, where the route is about the own account. */
  session: Session | null;
  /** The id of what the call makes, and what of its body the record tells. */
  made: string;
  told: string;
  /** The texts of the answer that the guard leaves alone: a new key or token, at its only showing. */
  fresh?: readonly string[];
  /** Shapes of keys that the answer may show, by grants to the flow it is of. */
  reveal?: readonly ShapeKind[];
  /** The answer is of the build, or a page whose data passed the guard (WR3). */
  fixed?: true;
  release?: () => void;
};

declare module 'fastify' {
  interface FastifyRequest {
    passage: Passage | null;
  }
  interface FastifyContextConfig {
    contract?: Contract;
  }
}

/**
 * May an answer that was waited for still leave? `since`: the version of the store when the wait began; where nothing has
 * changed, nobody was ended.
 */
export const isStillIn = async (request: FastifyRequest, since: number, now: number): Promise<boolean> =>
  since === now || (await request.passage?.again()) === true;
