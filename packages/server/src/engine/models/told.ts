/**
 * What a model says while it says it, as events of the run: a few words at a time, so that who follows the run reads along
 * and the journal does not grow by an event for each word.
 *
 * TD1 What may be a secret is held back until it is known whether it is one: nobody reads the first half of it (guard/window.ts).
 */

import type { GuardPort } from '@headgate/core';

/** Milliseconds between two events, and characters that do not wait for them. */
const EVERY = 150;
const MANY = 600;

type Deps = {
  readonly guard: Pick<GuardPort, 'window'>;
  readonly workspace: string;
  readonly now: () => number;
  readonly record: (text: string, at: number) => void;
  /** Told at once of each piece; `at`: where in the text. */
  readonly aloud: (text: string, at: number) => void;
};

export class Told {
  readonly #d: Deps;
  readonly #window: ReturnType<GuardPort['window']>;
  #held = '';
  #at = 0;
  #last = 0;

  constructor(deps: Deps) {
    this.#d = deps;
    this.#window = deps.guard.window({ workspace: deps.workspace });
  }

  hear(piece: string): void {
    this.#hold(this.#window.push(piece));
    const now = this.#d.now();
    if (this.#held !== '' && (now - this.#last >= EVERY || this.#held.length >= MANY)) this.#tell(now);
  }

  end(): void {
    this.#hold(this.#window.end());
    if (this.#held !== '') this.#tell(this.#d.now());
  }

  #hold(text: string): void {
    if (text !== '') this.#d.aloud(text, this.#at + this.#held.length);
    this.#held += text;
  }

  #tell(now: number): void {
    this.#d.record(this.#held, this.#at);
    this.#at += this.#held.length;
    this.#held = '';
    this.#last = now;
  }
}
