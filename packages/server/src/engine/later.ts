/**
 * Work that nobody waits for: a wake-up, the end of a child, a due time. What fails unexpectedly is logged and tried
 * again, so that a passing fault (a busy disk) neither loses a run's turn nor ends the process.
 */

import type { Clock } from './clock.ts';
import type { EngineLog } from './engine.ts';
import type { Timers } from './timers.ts';

const PAUSE = 5_000;
const TRIES = 200;

export class Later {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #log: EngineLog;

  constructor(clock: Clock, timers: Timers, log: EngineLog) {
    this.#clock = clock;
    this.#timers = timers;
    this.#log = log;
  }

  /** Starts the work now; `act` must be safe to repeat. `done` is called when it ended well or was given up. */
  do(what: string, act: () => Promise<unknown>, done: () => void = () => undefined, tried = 0): void {
    act().then(done, (error: unknown) => {
      this.#log('error', `${what} failed unexpectedly`, {
        tried,
        error: error instanceof Error ? error.stack : String(error),
      });
      if (tried >= TRIES) return done();
      this.#timers.at(this.#clock.now() + PAUSE, () => this.do(what, act, done, tried + 1));
    });
  }
}
