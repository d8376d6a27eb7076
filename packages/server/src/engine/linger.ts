/**
 * Runs that nobody was told of yet, whose step is at work beside the loop: what they recorded is written together with
 * what comes of the step, or after MOMENT. One write a run in place of two, for steps that are done sooner than that.
 *
 * LI1 A run in here has reached nothing outside: an effect makes the journal durable first (broker.ts B2). So a crash
 *     within the moment is a crash before the request came.
 */

import type { JournalWriter } from '../store/ports.ts';
import type { Live } from './live.ts';

/** Milliseconds. Longer than a busy server takes for a short step, shorter than anybody looks. */
const MOMENT = 50;

export class Linger {
  readonly #journal: JournalWriter;
  #waiting: Live[] = [];

  constructor(journal: JournalWriter) {
    this.#journal = journal;
  }

  add(live: Live): void {
    if (this.#waiting.length === 0) setTimeout(() => this.#write(), MOMENT);
    this.#waiting.push(live);
  }

  #write(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    // Those that went on meanwhile have nothing left to write.
    for (const live of waiting) live.flush(this.#journal);
  }
}
