/**
 * The guard's matcher over the values that are secret here: it offers `redact`, and no way to read what it knows.
 * Filled from the vault by the engine alone; filled again whenever a secret changes.
 */

import { type GuardPort, type Matcher, newMatcher } from '@headgate/core';

export class KnownValues implements GuardPort {
  #matcher: Matcher | null = null;

  /** Takes the place of everything known before. */
  learn(values: readonly string[]): void {
    this.#matcher = values.length === 0 ? null : newMatcher(values);
  }

  redact(text: string): string {
    return this.#matcher === null ? text : this.#matcher.redact(text);
  }
}
