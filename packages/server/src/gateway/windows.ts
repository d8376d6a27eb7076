/**
 * Counts of something per network address, in windows of a minute, or of another time. Bounded: when too many addresses are known, all are
 * forgotten, which errs towards letting a good key in and never towards letting a bad one in.
 */

const MINUTE = 60_000;
const MOST = 20_000;

export class Windows {
  readonly #clock: () => number;
  readonly #span: number;
  readonly #counts = new Map<string, { from: number; count: number }>();

  /** `span`: how long a window is, in milliseconds. */
  constructor(clock: () => number, span = MINUTE) {
    this.#clock = clock;
    this.#span = span;
  }

  /** Adds one and returns the count of the present window. */
  add(who: string): number {
    const now = this.#clock();
    const there = this.#counts.get(who);
    if (there !== undefined && now - there.from < this.#span && now >= there.from) return ++there.count;
    if (this.#counts.size >= MOST) this.#counts.clear();
    this.#counts.set(who, { from: now, count: 1 });
    return 1;
  }

  /** Takes one back. */
  back(who: string): void {
    const there = this.#counts.get(who);
    if (there !== undefined && there.count > 0) there.count -= 1;
  }

  /** Forgets the count of one. */
  forget(who: string): void {
    this.#counts.delete(who);
  }

  /** The count of the present window. */
  count(who: string): number {
    const there = this.#counts.get(who);
    return there !== undefined && this.#clock() - there.from < this.#span ? there.count : 0;
  }
}
