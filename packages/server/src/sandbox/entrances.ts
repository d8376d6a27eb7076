/**
 * What a runner was given to do, in order. It works in order and tells of each entrance that it is over, so the head of
 * this queue is what keeps it busy now.
 *
 * E1 A head that stays longer than it may is a runner that does not come back, whatever else it sends meanwhile.
 * E2 It is asked twice, with the arrival of what came in between: a host that was slow itself must not kill.
 */

type Entrance = { readonly id: number; allowed: number };

/** An entrance shorter than this is not worth a look at the memory. */
const SHORT = 20;

export class Entrances {
  #queue: Entrance[] = [];
  /** When the head became the head. */
  #since = 0;
  #suspect = false;

  /** The one that keeps the runner busy. */
  get head(): number | null {
    return this.#queue[0]?.id ?? null;
  }

  /** How long others have been waiting behind the head, in milliseconds. */
  behind(now: number): number {
    return this.#queue.length > 1 ? now - this.#since : 0;
  }

  add(id: number, allowed: number, now: number): void {
    if (this.#queue.length === 0) this.#since = now;
    this.#queue.push({ id, allowed });
  }

  /** The runner says that this entrance is over; only the head can be. */
  over(id: number, now: number): void {
    if (this.#queue[0]?.id !== id) return;
    this.#queue.shift();
    this.#since = now;
    this.#suspect = false;
  }

  has(id: number): boolean {
    return this.#queue.some((entrance) => entrance.id === id);
  }

  /** If this is the head, it has this much time left. */
  hurry(id: number, left: number, now: number): void {
    const [head] = this.#queue;
    if (head?.id === id) head.allowed = Math.min(head.allowed, now - this.#since + left);
  }

  /** `long`: at work long enough to look at its memory. `wedged`: it does not come back. */
  look(now: number): 'short' | 'long' | 'wedged' {
    const [head] = this.#queue;
    if (head === undefined) return 'short';
    const spent = now - this.#since;
    if (spent > head.allowed) {
      if (this.#suspect) return 'wedged';
      this.#suspect = true;
    }
    return spent < SHORT ? 'short' : 'long';
  }

  clear(): void {
    this.#queue = [];
  }
}
