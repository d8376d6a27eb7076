/**
 * Polling triggers: a service is asked again and again, and each item that was not there before starts a run.
 *
 * PL1 What a trigger remembers is written in one transaction with the start of the run it remembers it for: whenever the
 *     server dies, an item either has its run and is remembered, or neither. A run carries the id of its item as
 *     idempotency key besides.
 * PL2 To ask is an effect of the flow: it is judged by what was lent to the trigger, at that moment, and is on record.
 * PL3 One trigger is asked once at a time; a service that has had too many calls is left alone as long as it says.
 */

import type { EngineStore } from '../store/engine-port.ts';
import type { Clock } from './clock.ts';
import type { Later } from './later.ts';
import type { Timers } from './timers.ts';

export type PollRow = Awaited<ReturnType<EngineStore['triggers']>>[number];

type Deps = {
  readonly store: { readonly engine: Pick<EngineStore, 'triggers'> };
  readonly clock: Pick<Clock, 'now'>;
  readonly timers: Timers;
  readonly later: Later;
  /** Asks once; answers how long to wait at least before the next time, in milliseconds. */
  readonly ask: (row: PollRow) => Promise<number>;
  readonly every: (row: PollRow) => number;
};

type Armed = { row: PollRow; busy: boolean; cancel: () => void };

const keyOf = ({ flow, trigger, environment }: PollRow): string => `${flow} ${trigger} ${environment}`;

export class Polls {
  readonly #d: Deps;
  readonly #armed = new Map<string, Armed>();
  #generation = 0;
  #closed = false;

  constructor(deps: Deps) {
    this.#d = deps;
  }

  /** Reads all triggers anew: at the start, and whenever a flow changed. Those that go on are not asked any sooner for it. */
  async load(): Promise<void> {
    const generation = ++this.#generation;
    const rows = await this.#d.store.engine.triggers('service.trigger@1');
    if (generation !== this.#generation || this.#closed) return;
    const there = new Map(rows.map((row) => [keyOf(row), row]));
    for (const [key, armed] of this.#armed) {
      if (there.has(key)) continue;
      armed.cancel();
      this.#armed.delete(key);
    }
    for (const [key, row] of there) {
      const armed = this.#armed.get(key);
      // Other settings are another question: it is asked at once.
      const same = armed !== undefined && JSON.stringify(armed.row.with) === JSON.stringify(row.with);
      if (armed !== undefined) armed.row = row;
      if (armed === undefined || (!same && !armed.busy)) this.#arm(key, row, this.#d.clock.now());
    }
  }

  close(): void {
    this.#closed = true;
    for (const { cancel } of this.#armed.values()) cancel();
    this.#armed.clear();
  }

  #arm(key: string, row: PollRow, due: number): void {
    if (this.#closed) return;
    this.#armed.get(key)?.cancel();
    const armed: Armed = { row, busy: false, cancel: () => undefined };
    armed.cancel = this.#d.timers.at(due, () => {
      armed.busy = true;
      this.#d.later.do(row.workspace, 'asking a service', async () => {
        let pause = 0;
        try {
          pause = await this.#d.ask(armed.row);
        } finally {
          armed.busy = false;
          if (this.#armed.get(key) === armed)
            this.#arm(key, armed.row, this.#d.clock.now() + Math.max(pause, this.#d.every(armed.row)));
        }
      });
    });
    this.#armed.set(key, armed);
  }
}
