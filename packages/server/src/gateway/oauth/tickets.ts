/**
 * What a page of consent stands for while a person looks at it: kept here, and named in the page by 256 random bits.
 *
 * CT1 A ticket works once, for the session it was made for, and for ten minutes: a page of another site cannot know one,
 *     and one that was seen cannot be used by another session (GUI-07).
 * CT2 Bounded, in all and by account: who opens page after page takes the oldest of his own, and nobody else's (row DOS-08).
 */

import { hash } from 'node:crypto';
import type { SessionOf } from './session-of.ts';
import type { Asked } from './request.ts';

const LIFE = 600_000;
const MOST = 2_000;
const MOST_OF_ONE = 20;

export class Tickets {
  readonly #clock: () => number;
  readonly #open = new Map<string, { readonly asked: Asked; readonly by: SessionOf; readonly until: number }>();

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Keeps what was asked under a fresh secret. */
  keep(ticket: string, asked: Asked, by: SessionOf): void {
    const now = this.#clock();
    for (const [name, { until }] of this.#open) {
      if (this.#open.size < MOST && until > now) break;
      this.#open.delete(name);
    }
    const mine = [...this.#open].filter(([, kept]) => kept.by.user === by.user);
    if (mine.length >= MOST_OF_ONE) this.#open.delete(mine[0]?.[0] ?? '');
    this.#open.set(named(ticket), { asked, by, until: now + LIFE });
  }

  /** Takes what was asked; null: there is no such ticket for this session. */
  take(ticket: string, { session, user }: SessionOf): { readonly asked: Asked; readonly by: SessionOf } | null {
    const found = this.#open.get(named(ticket));
    if (found === undefined || found.by.session !== session || found.by.user !== user) return null;
    this.#open.delete(named(ticket));
    return found.until > this.#clock() ? found : null;
  }
}

const named = (ticket: string): string => hash('sha256', ticket, 'base64');
