/**
 * After a start: every run that was not over is taken up again. What only waits costs a timer until it is due.
 */

import type { RunRow, Store } from '../store/ports.ts';
import type { Flows } from './flows.ts';
import type { Runs } from './runs.ts';
import type { Timers } from './timers.ts';

type Deps = { readonly store: Store; readonly flows: Flows; readonly timers: Timers; readonly runs: Runs };

export type Recovered = { running: number; waiting: number; queued: number };

const PAGE = 500;

export class Recovery {
  readonly #d: Deps;

  constructor(deps: Deps) {
    this.#d = deps;
  }

  /** After a start: takes up everything that was not over. Waits for nothing that may wait. */
  async all(): Promise<Recovered> {
    const counts = { running: 0, waiting: 0, queued: 0 };
    for (let after = ''; ; ) {
      const rows = await this.#d.store.engine.unfinished(after, PAGE);
      for (const row of rows) await this.#takeUpRow(row, counts);
      const last = rows[rows.length - 1];
      if (last === undefined || rows.length < PAGE) return counts;
      after = last.id;
    }
  }

  async #takeUpRow(row: RunRow, counts: Recovered): Promise<void> {
    if (row.state === 'queued') {
      counts.queued += 1;
      const compiled = await this.#d.flows.byHash(row.workspace, row.hash);
      if (compiled === null) return;
      this.#d.runs.queuedIn(row.id, row.workspace);
      const admitted = this.#d.runs.admission.ask(
        { run: row.id, lane: row.limitKey ?? `${row.flow}\n`, priority: row.priority, compiled },
        row.wake ?? 0,
      );
      if (admitted === 'now') this.#d.runs.beginQueued(row.id);
      return;
    }
    if (row.limitKey !== null) this.#d.runs.admission.count(row.limitKey);
    if (row.state === 'in_doubt') return;
    if (row.state === 'waiting') {
      counts.waiting += 1;
      if (row.wake !== null)
        this.#d.timers.at(row.wake, () => this.#d.runs.later.do('a wake-up', () => this.#wakeFirst(row)));
      return;
    }
    counts.running += 1;
    await this.#d.runs.hold(row.workspace, row.id);
  }

  /** Reading a run back arms its waits; those that are due already are woken at once. */
  async #wakeFirst(row: RunRow): Promise<void> {
    await this.#d.runs.hold(row.workspace, row.id);
    await this.#d.runs.wakes.wake(row.workspace, row.id);
  }
}
