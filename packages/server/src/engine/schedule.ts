/**
 * Schedules: the clock starts runs, in a time zone, each due time once.
 *
 * T1 The last due time is durable state of the trigger. A run carries its due time as idempotency key, so a crash between
 *    starting it and noting it starts nothing twice.
 * T2 Times that passed while the server was down follow the trigger's `missed` rule and are told of; they are never
 *    silently dropped.
 */

import { Cron } from 'croner';
import type { EngineStore, Store } from '../store/ports.ts';
import type { Clock } from './clock.ts';
import type { Later } from './later.ts';
import type { Timers } from './timers.ts';

type Row = Awaited<ReturnType<EngineStore['triggers']>>[number];

export type Due = { readonly row: Row; readonly due: number; readonly input: unknown };

type Deps = {
  readonly store: Store;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly later: Later;
  /** Starts a run for a due time; it may be asked twice for the same one. */
  readonly start: (due: Due) => Promise<void>;
  readonly missed: (row: Row, count: number, rule: string) => void;
};

/** Later than this after its time, a due time counts as missed. */
const LATE = 60_000;
const MOST_MADE_UP = 1_000;

export class Schedule {
  readonly #d: Deps;
  #armed: (() => void)[] = [];
  #generation = 0;
  #closed = false;

  constructor(deps: Deps) {
    this.#d = deps;
  }

  /** Reads all schedules anew: at the start, and whenever a flow changed. */
  async load(): Promise<void> {
    const generation = ++this.#generation;
    const rows = await this.#d.store.engine.triggers('schedule@1');
    if (generation !== this.#generation || this.#closed) return;
    for (const cancel of this.#armed.splice(0)) cancel();
    for (const row of rows) await this.#arm(row, generation);
  }

  close(): void {
    this.#closed = true;
    for (const cancel of this.#armed.splice(0)) cancel();
  }

  async #arm(row: Row, generation: number): Promise<void> {
    const settings = settingsOf(row);
    if (settings === null) return;
    const now = this.#d.clock.now();
    let last = lastOf(row.state);
    if (last === null) {
      last = now;
      await this.#d.store.engine.saveTriggerState(row.flow, row.trigger, { last });
    }
    const passed: number[] = [];
    for (
      let at = settings.next(last);
      at !== null && at < now - LATE && passed.length < MOST_MADE_UP;
      at = settings.next(at)
    )
      passed.push(at);
    if (passed.length > 0) {
      this.#d.missed(row, passed.length, settings.missed);
      const made = settings.missed === 'all' ? passed : settings.missed === 'once' ? passed.slice(-1) : [];
      for (const due of made) await this.#d.start({ row, due, input: settings.input });
      last = settings.missed === 'skip' ? now - LATE : (passed[passed.length - 1] ?? last);
      await this.#d.store.engine.saveTriggerState(row.flow, row.trigger, { last });
    }
    this.#next(row, settings, last, generation);
  }

  #next(row: Row, settings: Settings, last: number, generation: number): void {
    const due = settings.next(last);
    if (due === null || generation !== this.#generation || this.#closed) return;
    this.#armed.push(
      this.#d.timers.at(due, () => {
        if (generation !== this.#generation || this.#closed) return;
        this.#d.later.do('a due time', () => this.#fire(row, settings, due, generation));
      }),
    );
  }

  async #fire(row: Row, settings: Settings, due: number, generation: number): Promise<void> {
    await this.#d.start({ row, due, input: settings.input });
    await this.#d.store.engine.saveTriggerState(row.flow, row.trigger, { last: due });
    this.#next(row, settings, due, generation);
  }
}

type Settings = {
  readonly input: unknown;
  readonly missed: 'skip' | 'once' | 'all';
  readonly next: (after: number) => number | null;
};

const lastOf = (state: unknown): number | null => {
  if (typeof state !== 'object' || state === null || !('last' in state)) return null;
  return typeof state.last === 'number' ? state.last : null;
};

const settingsOf = (row: Row): Settings | null => {
  const raw = typeof row.with === 'object' && row.with !== null ? (row.with as Record<string, unknown>) : {};
  const zone = typeof raw['zone'] === 'string' ? raw['zone'] : 'UTC';
  try {
    const cron = new Cron(String(raw['cron']), { timezone: zone, paused: true });
    const missed = raw['missed'] === 'once' || raw['missed'] === 'all' ? raw['missed'] : 'skip';
    return { input: raw['input'] ?? {}, missed, next: (after) => cron.nextRun(new Date(after))?.getTime() ?? null };
  } catch {
    return null;
  }
};
