/**
 * After a start: every run that was not over is taken up again. What only waits costs a timer until it is due.
 */

import { isOver } from '@headgate/core';
import { INSTANCE } from './later.ts';
import type { RunRow, Store } from '../store/ports.ts';
import type { EngineLog } from './options.ts';
import type { Flows } from './flows.ts';
import type { Ledger } from './ledger.ts';
import type { Runs } from './runs.ts';
import type { Timers } from './timers.ts';

type Deps = {
  readonly store: Store;
  readonly flows: Flows;
  readonly timers: Timers;
  readonly runs: Runs;
  readonly ledger: Ledger;
  readonly log: EngineLog;
};

export type Recovered = { running: number; waiting: number; queued: number };

const PAGE = 500;

export class Recovery {
  readonly #d: Deps;
  #closed = false;

  constructor(deps: Deps) {
    this.#d = deps;
  }

  /**
   * After a start: takes up everything that was not over. All that had begun is counted before anything queued may begin.
   * Reading interrupted runs back goes on beside the work, one at a time: ten thousand of them keep nobody from the door,
   * and whoever asks for one of them gets it at once.
   */
  async all(): Promise<Recovered> {
    const { runs, flows, store, log, ledger } = this.#d;
    const queued: RunRow[] = [];
    const back: (() => Promise<unknown>)[] = [];
    const orphans: (() => Promise<unknown>)[] = [];
    const counts = { running: 0, waiting: 0, queued: 0 };
    for (let after = ''; ; ) {
      const rows = await store.engine.unfinished(after, PAGE);
      for (const row of rows) {
        ledger.entered(row.workspace);
        if (row.state === 'queued') queued.push(row);
        else runs.relane(row, null);
        if (row.parent !== null && (await this.#isOver(row.workspace, row.parent)))
          orphans.push(() => runs.children.cancel(row.workspace, row.id, row.parent ?? ''));
        else if (row.state === 'running') back.push(this.#interrupted(row.workspace, row.id));
        if (row.state === 'waiting') {
          counts.waiting += 1;
          if (row.wake !== null) this.#waiting(row.workspace, row.id, row.wake);
        }
      }
      const last = rows[rows.length - 1];
      if (last === undefined || rows.length < PAGE) break;
      after = last.id;
      await turn();
    }
    for (const row of queued) {
      const compiled = await flows.byHash(row.workspace, row.hash);
      if (compiled === null) log('error', 'a queued run cannot begin: its flow does not compile', { run: row.id });
      runs.relane(row, compiled);
    }
    void this.#readBack([...orphans, ...back]);
    return { ...counts, running: back.length, queued: queued.length };
  }

  /** Its caller ended, and the crash came before that reached the called run. */
  async #isOver(workspace: string, run: string): Promise<boolean> {
    const row = await this.#d.store.in(workspace).runs.get(run);
    return row === null || isOver(row.state);
  }

  close(): void {
    this.#closed = true;
  }

  #interrupted(workspace: string, run: string): () => Promise<unknown> {
    return () => this.#d.runs.hold(workspace, run);
  }

  /** Reading a run back arms its waits; those that are due already are woken at once. */
  #waiting(workspace: string, run: string, wake: number): void {
    const { timers, runs } = this.#d;
    timers.at(wake, () => runs.later.do(workspace, 'a wake-up', () => runs.wakes.wake(workspace, run)));
  }

  /** One that cannot be read is told of and tried again later, and does not keep the others. */
  async #readBack(back: readonly (() => Promise<unknown>)[]): Promise<void> {
    for (const one of back) {
      if (this.#closed) return;
      await new Promise<void>((done) => {
        this.#d.runs.later.do(INSTANCE, 'reading a run back', () => one().finally(done));
      });
      await turn();
    }
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
