/**
 * Runs whose writes the disk refused: let go, and read back once it takes writes again. What was written is not lost by a
 * refusal (JournalWriter.barrier), so a run read back before that is on disk would be an older one, and write a second
 * history after the first.
 *
 * OU1 A run in here is not in memory, and is not read back before its last write is durable.
 */

import type { Store } from '../store/ports.ts';
import type { Clock } from './clock.ts';
import { INSTANCE, type Later } from './later.ts';
import type { Live } from './live.ts';
import type { Timers } from './timers.ts';

type Deps = {
  readonly journal: Store['journal'];
  readonly clock: Clock;
  readonly timers: Timers;
  readonly later: Later;
  readonly hold: (workspace: string, run: string) => Promise<unknown>;
};

/** Milliseconds between two looks at a disk that refuses. */
export const AGAIN = 2_000;

export class Outage {
  readonly #d: Deps;
  readonly #refused = new Map<string, { readonly workspace: string; readonly group: number }>();
  #looking = false;

  constructor(deps: Deps) {
    this.#d = deps;
  }

  get size(): number {
    return this.#refused.size;
  }

  add(live: Live): void {
    this.#refused.set(live.id, { workspace: live.base.workspace, group: live.group });
    this.#look();
  }

  /**
   * To be asked before a run is read back: waits for its last write. True: it was let go before, and has to take its place
   * among the others anew. Rejects while the disk refuses.
   */
  async passed(run: string): Promise<boolean> {
    const refused = this.#refused.get(run);
    if (refused === undefined) return false;
    await this.#d.journal.barrier(refused.group);
    return this.#refused.delete(run);
  }

  #look(): void {
    if (this.#looking) return;
    this.#looking = true;
    const { timers, clock, later } = this.#d;
    timers.at(clock.now() + AGAIN, () => later.do(INSTANCE, 'taking runs up again', () => this.#takeUp()));
  }

  async #takeUp(): Promise<void> {
    this.#looking = false;
    for (const [run, { workspace, group }] of [...this.#refused]) {
      try {
        await this.#d.journal.barrier(group);
      } catch {
        return this.#look();
      }
      this.#d.later.do(workspace, 'taking a run up again', () => this.#d.hold(workspace, run));
    }
  }
}
