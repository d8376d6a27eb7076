/**
 * Counts of something per network, account or the like, in windows of a minute, or of another time.
 *
 * WN1 Bounded, and nobody can have another's count forgotten by making counts of his own: what is over goes first, then those
 *     with the lowest counts, the oldest first. Counting costs the same whatever is known: room is made for a tenth at once.
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
    if (this.#counts.size >= MOST) this.#makeRoom(now);
    this.#counts.set(who, { from: now, count: 1 });
    return 1;
  }

  #makeRoom(now: number): void {
    for (const [who, { from }] of this.#counts) if (now - from >= this.#span || now < from) this.#counts.delete(who);
    const left = [...this.#counts].toSorted(([, a], [, b]) => a.count - b.count);
    for (const [who] of left.slice(0, Math.max(0, left.length - MOST * 0.9))) this.#counts.delete(who);
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
