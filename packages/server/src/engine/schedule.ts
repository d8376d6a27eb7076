/**
 * Schedules: the clock starts runs, in a time zone, each due time once.
 *
 * T1 The last due time is durable state of the trigger. A run carries its due time as idempotency key, so a crash between
 *    starting it and noting it starts nothing twice.
 * T2 Times that passed while nobody could start anything follow the trigger's `missed` rule and are told of; they are
 *    never silently dropped.
 */

import { Cron } from 'croner';
import type { EngineStore } from '../store/engine-port.ts';
import type { Store } from '../store/ports.ts';
import type { Clock } from './clock.ts';
import type { Later } from './later.ts';
import { missedNotice } from './notices.ts';
import { keyOf } from './polls.ts';
import type { Timers } from './timers.ts';

type Row = Awaited<ReturnType<EngineStore['triggers']>>[number];

export type Due = { readonly row: Row; readonly due: number; readonly input: unknown };

type Deps = {
  readonly store: Store;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly later: Later;
  /** Starts a run for a due time; it may be asked twice for the same one. False: nothing can be started now, ask again. */
  readonly start: (due: Due) => Promise<boolean>;
  /** A schedule that cannot be kept: told, and left alone until a flow changes. */
  readonly broken: (row: Row, error: unknown) => void;
  /** Members are to be told of something that was written. */
  readonly told: () => void;
  readonly missed: (row: Row, count: number, rule: string, last: number) => void;
};

/** Later than this after its time, a due time counts as missed. */
const LATE = 60_000;
/** Missed times that are made up for at most, the latest of them. */
const MOST_MADE_UP = 1_000;
/** Between two tries while nothing can be started. */
const PAUSE = 5_000;
/** Due times looked at one by one; a schedule of every second that slept for a year is not counted to its end. */
const MOST_COUNTED = 10_000;

export class Schedule {
  readonly #d: Deps;
  #armed: (() => void)[] = [];
  /** What the clock waits for, by flow, trigger and environment. */
  readonly #next = new Map<string, { readonly row: Row; readonly next: number }>();
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
    this.#next.clear();
    for (const row of rows) {
      try {
        await this.#arm(row, generation);
      } catch (error) {
        // One that cannot be read, or whose flow cannot be started now, keeps neither the others nor the server.
        this.#d.broken(row, error);
      }
    }
  }

  /** Those of a flow, and when each comes due next. */
  of(workspace: string, flow: string): readonly { readonly row: Row; readonly next: number }[] {
    return [...this.#next.values()].filter(({ row }) => row.workspace === workspace && row.flow === flow);
  }

  close(): void {
    this.#closed = true;
    for (const cancel of this.#armed.splice(0)) cancel();
  }

  async #arm(row: Row, generation: number): Promise<void> {
    const settings = settingsOf(row);
    if (settings === null) return;
    const now = this.#d.clock.now();
    const last = lastOf(row.state);
    // A clock that was ahead and was put right would leave the schedule silent until it is there again.
    if (last !== null && last <= now + LATE) return this.#from(row, settings, last, generation);
    await this.#d.store.engine.saveTriggerState(row.flow, row.trigger, row.environment, { last: now });
    return this.#from(row, settings, now, generation);
  }

  /**
   * Starts what has come due since `last`, then waits for the next time. What passed more than LATE ago (the server was
   * down, the machine asleep, the clock put forward) follows the `missed` rule, whenever that is noticed.
   */
  async #from(row: Row, settings: Settings, last: number, generation: number): Promise<void> {
    for (;;) {
      if (generation !== this.#generation || this.#closed) return;
      const now = this.#d.clock.now();
      const { due, next } = dueIn(settings, last, now);
      const newest = due.at(-1);
      if (newest === undefined) {
        if (next !== null) this.#wait(row, settings, last, next, generation);
        return;
      }
      const missed = due.filter((at) => at < now - LATE).length;
      const starts = settings.missed === 'all' ? due.slice(-MOST_MADE_UP) : toStart(due, missed, settings.missed);
      const left = settings.missed === 'all' ? missed : due.length - starts.length;
      for (const at of starts)
        if (!(await this.#d.start({ row, due: at, input: settings.input })))
          return this.#wait(row, settings, last, this.#d.clock.now() + PAUSE, generation);
      if (left > 0) this.#d.missed(row, left, settings.missed, newest);
      const told = left > 0 ? missedNotice(row, newest, now) : undefined;
      await this.#d.store.engine.saveTriggerState(row.flow, row.trigger, row.environment, { last: newest }, told);
      if (told !== undefined) this.#d.told();
      last = newest;
    }
  }

  /** Looks at what has come due since `last`, at that time. */
  #wait(row: Row, settings: Settings, last: number, when: number, generation: number): void {
    this.#next.set(keyOf(row), { row, next: when });
    this.#armed.push(
      this.#d.timers.at(when, () => {
        if (generation !== this.#generation || this.#closed) return;
        this.#d.later.do(row.workspace, 'a due time', () => this.#from(row, settings, last, generation));
      }),
    );
  }
}

/** Due times after `last` up to `now`, in order, and the next one after them. */
const dueIn = (settings: Settings, last: number, now: number): { due: number[]; next: number | null } => {
  const due: number[] = [];
  let next = settings.next(last);
  for (; next !== null && next <= now; next = settings.next(next)) {
    due.push(next);
    if (due.length === MOST_COUNTED) next = Math.max(next, now - LATE);
  }
  return { due, next };
};

/** `skip`: of those not missed the latest. `once`: one for all that passed. */
const toStart = (due: readonly number[], missed: number, rule: 'skip' | 'once'): readonly number[] =>
  rule === 'skip' && missed === due.length ? [] : due.slice(-1);

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
