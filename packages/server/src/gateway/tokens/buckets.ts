/**
 * Token buckets by name: how many requests somebody may make, at once and over time. One structure for all of them: keys,
 * accounts, workspaces, networks.
 *
 * BK1 Asking and taking cost the same however many there are.
 * BK2 At most MOST are kept: the one that was not asked for the longest is forgotten, and is full when it comes again.
 * BK3 A clock that is set back neither fills a bucket nor empties it.
 */

const MINUTE = 60_000;
const MOST = 20_000;

type Bucket = { left: number; at: number };

/** A limit in the words of the RateLimit fields: `quota` a minute, `left` of it now, all of it in `full` milliseconds. */
export type Level = { readonly name: string; readonly quota: number; readonly left: number; readonly full: number };

export class Buckets {
  readonly #clock: () => number;
  readonly #most: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: () => number, most = MOST) {
    this.#clock = clock;
    this.#most = most;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Milliseconds until one can be taken; 0: now. `rate`: a minute. `burst`: at once. Takes nothing. */
  wait(name: string, rate: number, burst: number): number {
    const { left } = this.#filled(name, rate, burst);
    return left < 1 ? Math.ceil(((1 - left) * MINUTE) / rate) : 0;
  }

  /** Takes one; to be called where `wait` says 0, in the same turn. */
  take(name: string): void {
    const bucket = this.#buckets.get(name);
    if (bucket !== undefined) bucket.left -= 1;
  }

  level(name: string, rate: number, burst: number): Level {
    const { left } = this.#filled(name, rate, burst);
    return { name, quota: rate, left: Math.floor(left), full: Math.ceil(((burst - left) * MINUTE) / rate) };
  }

  #filled(name: string, rate: number, burst: number): Bucket {
    const now = this.#clock();
    const known = this.#buckets.get(name);
    if (known === undefined) {
      if (this.#buckets.size >= this.#most) {
        const [oldest] = this.#buckets.keys();
        if (oldest !== undefined) this.#buckets.delete(oldest);
      }
      const made = { left: burst, at: now };
      this.#buckets.set(name, made);
      return made;
    }
    known.left = Math.min(burst, known.left + (Math.max(0, now - known.at) * rate) / MINUTE);
    known.at = now;
    // Asked for last, it is forgotten last.
    this.#buckets.delete(name);
    this.#buckets.set(name, known);
    return known;
  }
}
