/**
 * Wake-ups by wall-clock time: a heap of (when, what). One system timer is armed for the earliest, at most a second
 * ahead, so a clock that jumps is noticed within a second (C1 in clock.ts).
 *
 * A cancelled wake-up lets go of what it would have called at once, and of its place before long: most deadlines never
 * come.
 *
 * It keeps nothing over a restart; what must survive is in the rows it was filled from.
 */

import type { Clock } from './clock.ts';

/** `wake` null: cancelled. */
type Entry = { readonly due: number; wake: (() => void) | null };

const LONGEST = 1_000;
/** Cancelled entries are swept out when there are so many and they are the most. */
const LITTER = 1_000;
/** Wake-ups of one turn of the event loop: ten thousand that are due together do not hold up anybody else. */
const BURST = 16;

export class Timers {
  readonly #clock: Clock;
  readonly #heap: Entry[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #armedFor = Number.POSITIVE_INFINITY;
  #closed = false;
  #gone = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `wake` once, when the clock has reached `due`; the answer cancels it. */
  at(due: number, wake: () => void): () => void {
    const entry: Entry = { due, wake };
    this.#push(entry);
    this.#arm();
    return () => {
      if (entry.wake === null) return;
      entry.wake = null;
      this.#gone += 1;
      if (this.#gone > LITTER && this.#gone > this.#heap.length / 2) this.#sweep();
    };
  }

  #sweep(): void {
    const kept = this.#heap.filter((entry) => entry.wake !== null);
    this.#heap.length = 0;
    for (const entry of kept) this.#push(entry);
    this.#gone = 0;
  }

  get size(): number {
    return this.#heap.length;
  }

  close(): void {
    this.#closed = true;
    this.#heap.length = 0;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #arm(): void {
    const first = this.#heap[0];
    if (first === undefined || this.#closed) return;
    const delay = Math.max(0, Math.min(first.due - this.#clock.now(), LONGEST));
    const target = this.#clock.now() + delay;
    if (this.#timer !== null) {
      if (this.#armedFor <= target) return;
      clearTimeout(this.#timer);
    }
    this.#armedFor = target;
    this.#timer = setTimeout(() => this.#fire(), delay);
    this.#timer.unref?.();
  }

  #fire(): void {
    this.#timer = null;
    this.#armedFor = Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    for (let burst = 0; burst < BURST; burst += 1) {
      const first = this.#heap[0];
      if (first === undefined || (first.wake !== null && first.due > now)) break;
      this.#pop();
      const { wake } = first;
      first.wake = null;
      if (wake === null) this.#gone -= 1;
      else wake();
    }
    this.#arm();
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    heap.push(entry);
    for (let i = heap.length - 1; i > 0; ) {
      const up = (i - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || parent.due <= entry.due) break;
      heap[i] = parent;
      heap[up] = entry;
      i = up;
    }
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    for (let i = 0; ; ) {
      const left = 2 * i + 1;
      const right = left + 1;
      const a = heap[left];
      const b = heap[right];
      if (a === undefined) return;
      const child = b !== undefined && b.due < a.due ? right : left;
      const smaller = heap[child];
      if (smaller === undefined || smaller.due >= last.due) return;
      heap[i] = smaller;
      heap[child] = last;
      i = child;
    }
  }
}
