/**
 * How triggers that ask fare: told of when one keeps failing, and shown on its flow.
 *
 * TH1 One that failed MANY times in a row is told of once, however often the server starts anew, until it went well again.
 */

import { isObject, type Problem, problem, type TriggerView } from '@headgate/core';
import type { EngineStore } from '../store/engine-port.ts';
import type { Alerts } from './alerts.ts';
import type { NoticeWrite } from '../store/notice.ts';
import { failingNotice } from './notices.ts';
import { keyOf, type PollRow } from './polls.ts';

/** Failures in a row that are more than a passing fault. */
const MANY = 3;

type Deps = {
  readonly store: { readonly engine: Pick<EngineStore, 'saveTriggerState'> };
  readonly alerts: Pick<Alerts, 'failing' | 'warn'>;
  readonly now: () => number;
  /** Members are to be told of something that was written. */
  readonly told: () => void;
};

/** `since`: of the first failure in the row. `told`: an alert was given. */
type State = {
  /** When it last asked, however that went. */
  looked: number | null;
  /** When it last went well. */
  well: number | null;
  failing: { readonly since: number; readonly why: Problem; readonly times: number; readonly told: boolean } | null;
};

export class TriggerHealth {
  readonly #d: Deps;
  readonly #states = new Map<string, { row: PollRow; state: State }>();

  constructor(deps: Deps) {
    this.#d = deps;
  }

  well(row: PollRow): void {
    const { state } = this.#of(row);
    state.well = this.#d.now();
    state.looked = state.well;
    if (state.failing === null) return;
    const { told } = state.failing;
    state.failing = null;
    if (told) this.#keep(row, null);
  }

  ill(row: PollRow, why: Problem): void {
    const { state } = this.#of(row);
    const { flow, trigger } = row;
    const before = state.failing;
    state.looked = this.#d.now();
    const times = (before?.times ?? 0) + 1;
    const since = before?.since ?? this.#d.now();
    const tell = times >= MANY && before?.told !== true;
    state.failing = { since, why, times, told: tell || before?.told === true };
    this.#d.alerts.warn('a trigger could not ask', { flow, trigger, code: why.code, times });
    if (!tell) return;
    this.#d.alerts.failing(row, why, since);
    this.#keep(row, { since, why }, failingNotice(row, why, since, this.#d.now()));
  }

  /** How one fares that goes on; what it was told of before the server started counts, too. */
  of(row: PollRow): Pick<TriggerView, 'looked' | 'well' | 'failing'> {
    const { state } = this.#of(row);
    const { looked, well, failing } = state;
    return {
      looked,
      well,
      failing: failing === null ? null : { since: failing.since, times: failing.times, problem: failing.why },
    };
  }

  forget(key: string): void {
    this.#states.delete(key);
  }

  #of(row: PollRow): { row: PollRow; state: State } {
    const key = keyOf(row);
    const found = this.#states.get(key);
    if (found !== undefined) {
      found.row = row;
      return found;
    }
    const made = { row, state: { looked: null, well: null, failing: keptIn(row.state) } };
    this.#states.set(key, made);
    return made;
  }

  #keep(
    { flow, trigger, environment }: PollRow,
    failing: { since: number; why: Problem } | null,
    told?: NoticeWrite,
  ): void {
    const state =
      failing === null ? {} : { failing: { since: failing.since, code: failing.why.code, text: failing.why.text } };
    this.#d.store.engine.saveTriggerState(flow, trigger, environment, state, told).then(
      () => (told === undefined ? undefined : this.#d.told()),
      (error: unknown) => {
        this.#d.alerts.warn('how a trigger fares could not be kept', { flow, trigger, error: String(error) });
      },
    );
  }
}

/** What was told of before the server started anew. */
const keptIn = (state: unknown): State['failing'] => {
  const kept = isObject(state) ? state['failing'] : undefined;
  if (!isObject(kept)) return null;
  const { since, code, text } = kept;
  if (typeof since !== 'number' || typeof code !== 'string' || typeof text !== 'string') return null;
  return { since, why: problem(code, text), times: MANY, told: true };
};
