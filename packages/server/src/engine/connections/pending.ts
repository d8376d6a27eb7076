/**
 * Connections that somebody began in a browser and has not finished: what the answer of the service has to fit. In memory
 * alone, as every ticket of a few minutes: after a restart one begins again.
 *
 * PD1 Each is good once, for ten minutes, for who began it, in the session that he began it in. Whoever brings it takes it,
 *     whether it fits him or not.
 * PD2 There are only so many: of one workspace, and of all.
 */

import { createHash, randomBytes } from 'node:crypto';
import type { Opened } from './shelf.ts';

export type Pending = {
  readonly of: Pick<Opened, 'workspace' | 'at' | 'id'>;
  readonly who: string;
  readonly session: string;
  readonly verifier: string;
  readonly until: number;
};

const LASTS = 600_000;
const MOST = 2_000;
const MOST_OF_ONE = 50;

export class PendingConnections {
  readonly #open = new Map<string, Pending>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** What goes into the address of consent; null: there are too many. */
  begin(
    of: Pending['of'],
    who: string,
    session: string,
  ): { readonly state: string; readonly challenge: string; readonly until: number } | null {
    const now = this.#now();
    let own = 0;
    for (const [state, one] of this.#open) {
      if (one.until <= now) this.#open.delete(state);
      else if (one.of.workspace === of.workspace) own += 1;
    }
    if (own >= MOST_OF_ONE || this.#open.size >= MOST) return null;
    const [state, verifier] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')];
    const until = now + LASTS;
    const { workspace, at, id } = of;
    this.#open.set(state, { of: { workspace, at, id }, who, session, verifier, until });
    return { state, challenge: createHash('sha256').update(verifier).digest('base64url'), until };
  }

  /** Takes one away; null: there is none, or its time is over. */
  take(state: string): Pending | null {
    const found = this.#open.get(state);
    this.#open.delete(state);
    return found === undefined || found.until <= this.#now() ? null : found;
  }
}
