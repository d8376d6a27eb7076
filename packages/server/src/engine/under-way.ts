/**
 * An effect that was allowed, from then to its end: what it was allowed by, and how it is stopped.
 *
 * A class, not a literal: V8 ties a literal whose field is given a closure later to that closure, and what it sees (the
 * whole run) then stays until the entire heap is collected. In a run of code, that was two thirds of all collecting.
 */

import type { Power, Problem } from '@headgate/core';
import type { Named } from '../store/people.ts';
import type { Lent, Reached } from './lent.ts';
import type { Live } from './live.ts';

/** What one step asks for. */
export type Wish = {
  readonly live: Live;
  readonly step: string;
  readonly narrow: readonly Power[] | undefined;
  readonly reached: Reached | undefined;
  /** The accounts alone that may have lent it; absent: whoever else may. */
  readonly among?: readonly string[] | undefined;
};

export class UnderWay {
  readonly id: number;
  readonly live: Live;
  readonly step: string;
  readonly narrow: readonly Power[] | undefined;
  readonly reached: Reached | undefined;
  readonly among: readonly string[] | undefined;
  /** All that was asked for so far, redirects too. */
  readonly requests: Power[] = [];
  readonly stop = new AbortController();
  lent: Lent;
  caller: Named | null;
  /** When the next key that gave something runs out. */
  due: number | null;
  refused: Problem | null = null;
  /** Stops the timer for `due`. */
  cancel: (() => void) | null = null;
  /** Resolves when it is refused after all. */
  readonly refusal: Promise<Problem>;
  #tell: (why: Problem) => void = () => undefined;

  constructor(id: number, wish: Wish, lent: Lent, caller: Named | null, due: number | null) {
    this.id = id;
    this.live = wish.live;
    this.step = wish.step;
    this.narrow = wish.narrow;
    this.reached = wish.reached;
    this.among = wish.among;
    this.lent = lent;
    this.caller = caller;
    this.due = due;
    this.refusal = new Promise((resolve) => {
      this.#tell = resolve;
    });
  }

  /** It is not allowed any more: it is told to stop, and nobody waits for its end. */
  refuse(why: Problem): void {
    this.refused = why;
    this.stop.abort();
    this.#tell(why);
  }
}
