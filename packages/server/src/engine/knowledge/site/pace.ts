/**
 * How often an origin is asked, over all bases and workspaces: once at a time, in the order of coming, with a pause in between.
 *
 * PC1 It is as slow as the site wants, up to a bound: what asks for longer is told by who asks (visit.ts).
 */

import type { Clock } from '../../clock.ts';
import type { Timers } from '../../timers.ts';

/** Between two requests to an origin that says nothing, and the longest pause that one may ask for. */
const PAUSE = 250;
export const LONGEST_DELAY = 30_000;

type Origin = { last: Promise<unknown>; waiting: number; next: number; delay: number };

export class Pace {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #timers: Pick<Timers, 'at'>;
  readonly #origins = new Map<string, Origin>();

  constructor(clock: Pick<Clock, 'now'>, timers: Pick<Timers, 'at'>) {
    this.#clock = clock;
    this.#timers = timers;
  }

  /** Acts when it is this one's turn. Null: it was told to stop before. */
  async turn<T>(origin: string, signal: AbortSignal, act: () => Promise<T>): Promise<T | null> {
    const at = this.#of(origin);
    at.waiting += 1;
    const before = at.last;
    const mine = before.then(async (): Promise<T | null> => {
      await this.#until(at, signal);
      if (signal.aborted) return null;
      try {
        return await act();
      } finally {
        at.next = Math.max(at.next, this.#clock.now() + at.delay);
      }
    });
    at.last = mine.catch(() => undefined);
    try {
      return await mine;
    } finally {
      at.waiting -= 1;
    }
  }

  /** Milliseconds that the origin wants between two requests. */
  slow(origin: string, delay: number): void {
    this.#of(origin).delay = Math.min(LONGEST_DELAY, Math.max(PAUSE, delay));
  }

  /** The origin is left alone until then. */
  hold(origin: string, until: number): void {
    const at = this.#of(origin);
    at.next = Math.max(at.next, until);
  }

  #of(origin: string): Origin {
    const there = this.#origins.get(origin);
    if (there !== undefined) return there;
    // Those that nobody waits for and that need no pause any more are nothing to remember.
    const now = this.#clock.now();
    for (const [name, { waiting, next }] of this.#origins) if (waiting === 0 && next <= now) this.#origins.delete(name);
    const made: Origin = { last: Promise.resolve(), waiting: 0, next: 0, delay: PAUSE };
    this.#origins.set(origin, made);
    return made;
  }

  async #until(at: Origin, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && at.next > this.#clock.now()) {
      let over = (): void => undefined;
      await new Promise<void>((resolve) => {
        const stop = (): void => resolve();
        const cancel = this.#timers.at(at.next, stop);
        signal.addEventListener('abort', stop);
        over = () => {
          cancel();
          signal.removeEventListener('abort', stop);
        };
      });
      over();
    }
  }
}
