/**
 * Counts of something per network address, in windows of a minute. Bounded: when too many addresses are known, all are
 * forgotten, which errs towards letting a good key in and never towards letting a bad one in.
 */

const MINUTE = 60_000;
const MOST = 20_000;

export class Windows {
  readonly #clock: () => number;
  readonly #counts = new Map<string, { from: number; count: number }>();

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Adds one and returns the count of the present window. */
  add(who: string): number {
    const now = this.#clock();
    const there = this.#counts.get(who);
    if (there !== undefined && now - there.from < MINUTE && now >= there.from) return ++there.count;
    if (this.#counts.size >= MOST) this.#counts.clear();
    this.#counts.set(who, { from: now, count: 1 });
    return 1;
  }

  /** The count of the present window. */
  count(who: string): number {
    const there = this.#counts.get(who);
    return there !== undefined && this.#clock() - there.from < MINUTE ? there.count : 0;
  }
}
