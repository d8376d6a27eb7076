/**
 * Turns: how much of the event loop the runs may take before anybody else is served. All of them together work for SLICE
 * milliseconds and one step more in a turn; who did not finish goes on in a later one. Workspaces take turns (fair.ts), and
 * the runs of one go on in the order of giving way.
 *
 * So neither one run nor a thousand of them hold up a request, a timer or each other.
 */

import type { Clock } from './clock.ts';
import { Fair } from './fair.ts';
import type { Live } from './live.ts';

const SLICE = 8;

export class Turns {
  readonly #clock: Clock;
  readonly #go: (live: Live) => void;
  readonly #waiting = new Fair<Live>();
  /** When the work of this turn of the event loop began; null until some does. */
  #begun: number | null = null;

  constructor(clock: Clock, go: (live: Live) => void) {
    this.#clock = clock;
    this.#go = go;
  }

  /** Is the time of this turn used up? The first to ask in a turn begins it. */
  spent(): boolean {
    const now = this.#clock.now();
    if (this.#begun !== null) return now - this.#begun > SLICE;
    this.#begun = now;
    setImmediate(() => this.#next());
    return false;
  }

  /** Goes on with this run when its turn comes. */
  giveWay(live: Live): void {
    this.#waiting.push(live.base.workspace, live);
  }

  #next(): void {
    this.#begun = null;
    for (let left = this.#waiting.size; left > 0 && !this.spent(); left -= 1) {
      const live = this.#waiting.shift();
      if (live !== undefined) this.#go(live);
    }
  }
}
