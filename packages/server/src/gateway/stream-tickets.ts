/**
 * Tickets that open a stream: kept in memory, for half a minute, by their keyed hash.
 *
 * SK1 A ticket works once; a try uses it up, at the wrong address too (TOK-13).
 * SK2 It stands for the credential it was got by, asked again when it is used and as long as the stream goes on: gone or
 *     changed to somebody else, the ticket is nothing.
 * SK3 It is for one address, and a route that is no stream knows no tickets.
 * SK4 Bounded, by principal, by workspace and in all; when all are taken, the workspace with the most makes room. So nobody
 *     keeps others from following by making tickets (row DOS-08).
 */

import { randomBytes } from 'node:crypto';
import type { Principal } from '@headgate/core';
import type { Gate } from './deps.ts';
import type { Found, NotFound } from './tokens/found.ts';

const LIFE = 30_000;
const MOST = 10_000;
const MOST_TOGETHER = 1_000;
const MOST_OF_ONE = 100;
const FORM = /^hgt_[A-Za-z0-9_-]{43}$/;

export type Now = () => Promise<Found | NotFound>;

type Kept = { readonly path: string; readonly who: Principal; readonly now: Now; readonly until: number };

export class StreamTickets {
  readonly #gate: Pick<Gate, 'clock' | 'vault'>;
  /** Oldest first: all live for the same time. */
  readonly #kept = new Map<string, Kept>();

  constructor(gate: Pick<Gate, 'clock' | 'vault'>) {
    this.#gate = gate;
  }

  /** A ticket for this path, in place of the credential that `now` asks; null: the principal or its workspace has too many. */
  make(path: string, who: Principal, now: Now): { readonly plain: string; readonly until: number } | null {
    const at = this.#gate.clock();
    for (const [hash, { until }] of this.#kept) {
      if (until > at) break;
      this.#kept.delete(hash);
    }
    let mine = 0;
    const together = new Map<string, number>();
    for (const kept of this.#kept.values()) {
      if (isSame(kept.who, who)) mine += 1;
      together.set(kept.who.workspace, (together.get(kept.who.workspace) ?? 0) + 1);
    }
    if (mine >= MOST_OF_ONE || (together.get(who.workspace) ?? 0) >= MOST_TOGETHER) return null;
    if (this.#kept.size >= MOST) this.#makeRoom(together);
    const plain = `hgt_${randomBytes(32).toString('base64url')}`;
    const until = at + LIFE;
    this.#kept.set(this.#gate.vault.hashKey(plain), { path, who, now, until });
    return { plain, until };
  }

  /** Takes the oldest ticket of the workspace with the most. */
  #makeRoom(together: ReadonlyMap<string, number>): void {
    const [fullest] = [...together].toSorted(([, a], [, b]) => b - a);
    for (const [hash, { who }] of this.#kept)
      if (who.workspace === fullest?.[0]) {
        this.#kept.delete(hash);
        return;
      }
  }

  /** Uses a ticket up: who comes with it, asked anew each time; undefined when it is none for this path. */
  take(plain: string, path: string): Now | undefined {
    const hash = FORM.test(plain) ? this.#gate.vault.hashKey(plain) : '';
    const kept = this.#kept.get(hash);
    if (kept === undefined) return undefined;
    this.#kept.delete(hash);
    if (kept.path !== path || kept.until <= this.#gate.clock()) return undefined;
    return async () => {
      const found = await kept.now();
      return 'why' in found || isSame(found.who, kept.who) ? found : { why: 'ticket.changed' };
    };
  }
}

const isSame = (a: Principal, b: Principal): boolean => a.id === b.id && a.workspace === b.workspace;

/** The ticket in an address, its path, and what is left of the address without it; undefined: there is none. */
export const ticketIn = (
  url: string,
): { readonly plain: string; readonly path: string; readonly rest: string } | undefined => {
  const [path = '', query = ''] = url.split('?', 2);
  const parts = query.split('&');
  const found = parts.findIndex((part) => part.startsWith('ticket='));
  if (found === -1) return undefined;
  return {
    plain: (parts[found] ?? '').slice('ticket='.length),
    path,
    rest: `${path}?${parts.toSpliced(found, 1).join('&')}`,
  };
};
