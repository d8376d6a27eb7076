/**
 * The limits that a key carries in its row: a token bucket for its requests, and a count of those under way.
 *
 * AL1 A request refused here takes nothing from the bucket and is not counted as under way.
 * AL2 A bucket that is full again is forgotten: only keys in use are kept.
 */

import type { ProblemCode } from '@headgate/core/api';
import type { KeyLimits } from '../../store/key.ts';

/** `wait`: milliseconds after which another try can succeed. */
export type Over = { readonly code: ProblemCode & `key.${string}`; readonly wait: number };

/** `full`: when it is full again if nobody takes from it. */
type Bucket = { readonly left: number; readonly at: number; readonly full: number };

const MINUTE = 60_000;
const MOST = 10_000;
/** A request under way ends when it ends; nobody knows when, so ask again in a second. */
const SOON = 1_000;

const NOTHING = (): void => undefined;

export class Allowances {
  readonly #clock: () => number;
  readonly #buckets = new Map<string, Bucket>();
  readonly #running = new Map<string, number>();

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Lets one request of a key in; call what comes back when its answer has left. */
  enter(key: string, limits: KeyLimits | undefined): (() => void) | Over {
    if (limits === undefined) return NOTHING;
    const running = this.#running.get(key) ?? 0;
    if (limits.parallel !== null && running >= limits.parallel) return { code: 'key.parallel', wait: SOON };
    const wait = limits.rate === null ? 0 : this.#take(key, limits.rate, limits.burst ?? limits.rate);
    if (wait > 0) return { code: 'key.rate', wait };
    if (limits.parallel === null) return NOTHING;
    this.#running.set(key, running + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const now = (this.#running.get(key) ?? 1) - 1;
      if (now === 0) this.#running.delete(key);
      else this.#running.set(key, now);
    };
  }

  /** Takes one from the bucket; 0, or the milliseconds until there is one again. */
  #take(key: string, rate: number, burst: number): number {
    const now = this.#clock();
    const each = MINUTE / rate;
    const known = this.#buckets.get(key);
    const passed = known === undefined ? 0 : Math.max(0, now - known.at);
    const left = known === undefined ? burst : Math.min(burst, known.left + passed / each);
    if (left < 1) return Math.ceil((1 - left) * each);
    if (known === undefined && this.#buckets.size >= MOST) this.#forget(now);
    this.#buckets.set(key, { left: left - 1, at: now, full: now + (burst - left + 1) * each });
    return 0;
  }

  #forget(now: number): void {
    for (const [key, { full }] of this.#buckets) if (full <= now) this.#buckets.delete(key);
    if (this.#buckets.size >= MOST) this.#buckets.clear();
  }
}
