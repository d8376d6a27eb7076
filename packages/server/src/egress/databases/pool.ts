/**
 * Sessions that stay open for a while, for the next query of the same workspace with the same secret to the same place.
 *
 * PO1 A session serves one key for its whole life, and the key names the workspace, the secret and its version: whoever may
 *     not use the secret any more, or another version of it, gets none of them.
 * PO2 A workspace has MOST sessions at most; who finds none free waits, and waiting is part of a query's time.
 * PO3 A session that did not come back as it was opened is closed.
 */

import { bad, problem, type Result } from '@headgate/core';
import { type Answer, givenUp, type Open, type Session } from './port.ts';

/** Sessions of one workspace, idle ones included. */
const MOST = 20;
/** Queries of one workspace that wait. */
const WAITING = 1_000;
/** Milliseconds that a session stays open unused. */
const IDLE = 10_000;

type Kept<Q, A> = { readonly key: string; readonly session: Session<Q, A>; timer: NodeJS.Timeout };

class Owner<Q, A> {
  count = 0;
  readonly idle: Kept<Q, A>[] = [];
  readonly waiting = new Set<() => void>();
}

const crowded = problem('egress.busy', 'Too many calls to databases wait for their turn already', {
  retry: 'yes',
  fix: 'Run fewer at a time (`concurrency`), or try again later',
});

export class Pool<Q extends { readonly signal: AbortSignal }, A> {
  readonly #owners = new Map<string, Owner<Q, A>>();
  readonly #out = new Set<Session<Q, A>>();
  #closed = false;

  /** One query, over a session that is there or a new one. */
  async query(owner: string, key: string, open: Open<Q, A>, q: Q): Promise<Answer<A>> {
    const taken = await this.#take(owner, key, open, q.signal);
    if (!taken.ok) return { ok: false, problem: taken.problem, sent: 'no' };
    const session = taken.value;
    try {
      return await session.query(q);
    } finally {
      void this.#back(owner, key, session);
    }
  }

  /** Sessions that are open, in use or not. */
  get size(): number {
    let all = 0;
    for (const { count } of this.#owners.values()) all += count;
    return all;
  }

  close(): void {
    this.#closed = true;
    for (const session of this.#out) session.close();
    for (const owner of this.#owners.values())
      for (const { session, timer } of owner.idle) {
        clearTimeout(timer);
        session.close();
      }
    this.#owners.clear();
  }

  async #take(name: string, key: string, open: Open<Q, A>, signal: AbortSignal): Promise<Result<Session<Q, A>>> {
    const owner = this.#owners.get(name) ?? new Owner<Q, A>();
    this.#owners.set(name, owner);
    for (;;) {
      if (signal.aborted || this.#closed) return bad(givenUp());
      const at = owner.idle.findLastIndex((kept) => kept.key === key);
      const [kept] = at < 0 ? [] : owner.idle.splice(at, 1);
      if (kept !== undefined) {
        clearTimeout(kept.timer);
        this.#out.add(kept.session);
        return { ok: true, value: kept.session };
      }
      if (owner.count < MOST) break;
      // Somebody else's place is better given away than waited for.
      const [oldest] = owner.idle.splice(0, 1);
      if (oldest !== undefined) {
        this.#end(name, owner, oldest);
        continue;
      }
      if (owner.waiting.size >= WAITING) return bad(crowded);
      await new Promise<void>((resolve) => {
        const go = (): void => {
          owner.waiting.delete(go);
          signal.removeEventListener('abort', go);
          resolve();
        };
        owner.waiting.add(go);
        signal.addEventListener('abort', go, { once: true });
      });
    }
    owner.count += 1;
    const made = await open(signal).catch((error: unknown) => {
      this.#gone(name, owner);
      throw error;
    });
    if (!made.ok) this.#gone(name, owner);
    else this.#out.add(made.value);
    return made;
  }

  async #back(name: string, key: string, session: Session<Q, A>): Promise<void> {
    const owner = this.#owners.get(name);
    const fit = !this.#closed && owner !== undefined && (await session.fit().catch(() => false));
    this.#out.delete(session);
    if (!fit || this.#closed) {
      session.close();
      if (owner !== undefined) this.#gone(name, owner);
      return;
    }
    const kept: Kept<Q, A> = { key, session, timer: setTimeout(() => this.#end(name, owner, kept), IDLE) };
    kept.timer.unref();
    owner.idle.push(kept);
    this.#next(owner);
  }

  #end(name: string, owner: Owner<Q, A>, kept: Kept<Q, A>): void {
    const at = owner.idle.indexOf(kept);
    if (at >= 0) owner.idle.splice(at, 1);
    clearTimeout(kept.timer);
    kept.session.close();
    this.#gone(name, owner);
  }

  #gone(name: string, owner: Owner<Q, A>): void {
    owner.count -= 1;
    if (owner.count === 0 && owner.waiting.size === 0 && this.#owners.get(name) === owner) this.#owners.delete(name);
    this.#next(owner);
  }

  #next(owner: Owner<Q, A>): void {
    const [first] = owner.waiting;
    first?.();
  }
}
