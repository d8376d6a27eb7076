/**
 * Triggers that ask again and again: a service for what is new (asking.ts), a folder for what came, changed or went
 * (watching.ts). This is when, and for which; each item that was not there before starts a run.
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
  /** The kind of trigger, and what is done with it, for the log. */
  readonly kind: string;
  readonly what: string;
  /** Asks once; answers how long to wait before the next time, in milliseconds. Aborted: what it waits for is over. */
  readonly ask: (row: PollRow, stopped: AbortSignal) => Promise<number>;
  /** Told of one that is not there any more. */
  readonly gone?: (key: string) => void;
};

/** Why one that was asked is stopped when it is not there any more; it has no reason when the server stops, or its settings changed. */
export const GONE = Symbol('gone');

type Armed = { row: PollRow; busy: boolean; due: number; cancel: () => void; readonly stop: AbortController };

export const keyOf = ({ flow, trigger, environment }: PollRow): string => `${flow} ${trigger} ${environment}`;

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
    const rows = await this.#d.store.engine.triggers(this.#d.kind);
    if (generation !== this.#generation || this.#closed) return;
    const there = new Map(rows.map((row) => [keyOf(row), row]));
    for (const [key, armed] of this.#armed) {
      if (there.has(key)) continue;
      armed.cancel();
      armed.stop.abort(GONE);
      this.#armed.delete(key);
      this.#d.gone?.(key);
    }
    for (const [key, row] of there) {
      const armed = this.#armed.get(key);
      // Other settings are another question: it is asked at once.
      const same = armed !== undefined && JSON.stringify(armed.row.with) === JSON.stringify(row.with);
      if (armed !== undefined) armed.row = row;
      // One that is asked right now ends what it waits for, and is asked anew.
      if (armed !== undefined && !same && armed.busy) armed.stop.abort();
      if (armed === undefined || (!same && !armed.busy)) this.#arm(key, row, this.#d.clock.now());
    }
  }

  /** Something stirs there: it is asked at `due`, unless that is sooner anyway. */
  wake(key: string, due: number): void {
    const armed = this.#armed.get(key);
    if (armed !== undefined && !armed.busy && armed.due > due) this.#arm(key, armed.row, due);
  }

  /** Those of a flow that go on, and when each is asked next; null: it is asked now. */
  of(workspace: string, flow: string): readonly { readonly row: PollRow; readonly next: number | null }[] {
    return [...this.#armed.values()]
      .filter(({ row }) => row.workspace === workspace && row.flow === flow)
      .map(({ row, busy, due }) => ({ row, next: busy ? null : due }));
  }

  close(): void {
    this.#closed = true;
    for (const [key, { cancel, stop }] of this.#armed) {
      cancel();
      stop.abort();
      this.#d.gone?.(key);
    }
    this.#armed.clear();
  }

  #arm(key: string, row: PollRow, due: number): void {
    if (this.#closed) return;
    this.#armed.get(key)?.cancel();
    const armed: Armed = { row, busy: false, due, cancel: () => undefined, stop: new AbortController() };
    armed.cancel = this.#d.timers.at(due, () => {
      armed.busy = true;
      this.#d.later.do(row.workspace, this.#d.what, async () => {
        let wait = 0;
        try {
          wait = await this.#d.ask(armed.row, armed.stop.signal);
        } finally {
          armed.busy = false;
          if (this.#armed.get(key) === armed) this.#arm(key, armed.row, this.#d.clock.now() + wait);
        }
      });
    });
    this.#armed.set(key, armed);
  }
}
