/**
 * Work in the background: a wake-up, the end of a child, a due time, a call. It is begun a few pieces at a time, so that
 * ten thousand of them do not hold up who knocks at the door; workspaces take turns (fair.ts). Most is work that nobody waits for: What fails unexpectedly is logged and tried
 * again, so that a passing fault (a busy disk) neither loses a run's turn nor ends the process.
 */

import type { Clock } from './clock.ts';
import type { EngineLog } from './options.ts';
import { Fair } from './fair.ts';
import type { Timers } from './timers.ts';

/** Whose work it is where it is no workspace's. */
export const INSTANCE = '';
const PAUSE = 5_000;
const TRIES = 200;
/** Pieces begun in one turn of the event loop. */
const AT_ONCE = 8;

export class Later {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #log: EngineLog;

  constructor(clock: Clock, timers: Timers, log: EngineLog) {
    this.#clock = clock;
    this.#timers = timers;
    this.#log = log;
  }

  readonly #queue = new Fair<() => void>();
  #turning = false;

  /** Begins the work of a workspace in its turn, which is soon; the answer is its own. */
  soon<T>(whose: string, act: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#queue.push(whose, () => void act().then(resolve, reject));
      if (this.#turning) return;
      this.#turning = true;
      setImmediate(() => this.#turn());
    });
  }

  #turn(): void {
    for (let i = 0; i < AT_ONCE; i += 1) this.#queue.shift()?.();
    if (this.#queue.size > 0) setImmediate(() => this.#turn());
    else this.#turning = false;
  }

  /**
   * Starts the work of a workspace (INSTANCE: of nobody) soon; `act` must be safe to repeat. `done` is called when it ended
   * well or was given up.
   */
  do(whose: string, what: string, act: () => Promise<unknown>, done: () => void = () => undefined, tried = 0): void {
    this.soon(whose, act).then(done, (error: unknown) => {
      this.#log('error', `${what} failed unexpectedly`, {
        tried,
        error: error instanceof Error ? error.stack : String(error),
      });
      if (tried >= TRIES) return done();
      this.#timers.at(this.#clock.now() + PAUSE, () => this.do(whose, what, act, done, tried + 1));
    });
  }
}
