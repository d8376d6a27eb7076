/**
 * Telling of what went wrong on its own: in the log always, to the flow that a failed flow's settings name, and to every
 * flow of the workspace with an `alert` trigger.
 *
 * AL1 What an alert or an error flow started raises no alert flow itself, so that telling never goes round in circles.
 * AL2 Starting an error flow is an effect of the flow that failed: its grants are asked, and its depth and family go on
 *     (a flow that fails and is called by its own error flow comes to an end).
 * AL4 An alert flow hears of what its owner may see the runs of, and of nothing else (row AZ-12).
 * AL6 A row of an evaluation that fails is told of by that evaluation alone, and so is what it called.
 * AL3 One event starts one run of a flow, however often it is told (its idempotency key names the event).
 * AL4 An alert flow hears of the flows whose runs the key that published it last may read, at the moment of telling: a key
 *     narrowed to some flows hears of no others by publishing an alert (row AZ-08). What it does not hear is in the log.
 */

import { type Problem, thingAt } from '@headgate/core';
import { DEFAULT_ENVIRONMENT } from '../store/environment.ts';
import type { Store } from '../store/ports.ts';
import { aimAt } from './aim.ts';
import type { Broker } from './broker.ts';
import { EVALUATION } from './evaluations/kind.ts';
import type { EngineLog } from './options.ts';
import type { Flows, Target } from './flows.ts';
import { mayReadRuns, type Place } from './lent.ts';
import type { Live } from './live.ts';
import { hasOwner, mayHear } from './owner.ts';
import type { Runs } from './runs.ts';
import { checkInput } from './starter.ts';

type Deps = {
  readonly store: Store;
  readonly flows: Flows;
  readonly runs: () => Runs;
  readonly broker: Broker;
  readonly log: EngineLog;
  readonly now: () => number;
};

type Row = Awaited<ReturnType<Store['engine']['triggers']>>[number];
type Told = {
  readonly event: 'run.failed' | 'schedule.missed' | 'connection.reconnect' | 'trigger.failing';
  readonly key: string;
  readonly input: Record<string, unknown>;
};

const TELLERS = new Set(['error@1', 'alert@1']);

export class Alerts {
  readonly #d: Deps;
  #triggers: Promise<Row[]> | null = null;
  #closed = false;

  constructor(deps: Deps) {
    this.#d = deps;
  }

  /** The engine stops: what is not told yet is told to nobody (its run is over, and in the log). */
  close(): void {
    this.#closed = true;
  }

  /** A flow changed: alert triggers are read again. */
  forget(): void {
    this.#triggers = null;
  }

  /** Into the log, as a warning. */
  warn(text: string, data: Record<string, unknown>): void {
    this.#d.log('warn', text, data);
  }

  /** Called with every run that is over and written. */
  over(live: Live): void {
    const { state, base } = live;
    if (state.phase !== 'failed') return;
    const why = state.problem;
    this.warn('a run failed', { run: base.id, flow: base.flow, code: why?.code, step: why?.at?.step });
    // Who tries a draft looks at it: a flow that failed while it was being made calls nobody.
    if (TELLERS.has(base.triggerKind) || base.version === null) return;
    const input = { run: base.id, flow: base.flow, version: base.version, trigger: base.triggerKind, problem: why };
    this.#later(async () => {
      if (await this.#evaluated(live)) return;
      const name = live.compiled.flow.settings?.errorFlow;
      if (name !== undefined) {
        const from = { flows: this.#d.flows, place: base, step: '*', narrow: undefined, now: this.#d.now() };
        const { target, power, reached } = await aimAt(from, name);
        const lent = await this.#d.broker.effect(live, '*', undefined, [power], () => Promise.resolve(), reached);
        const code = lent.ok ? (target.ok ? null : target.problem.code) : lent.problem.code;
        if (code !== null) this.warn('the error flow cannot be run', { run: base.id, errorFlow: name, code });
        else if (target.ok) this.#start(target.value, 'error@1', null, `error:${base.id}`, base.flow, input, live);
      }
      await this.#tell(base, { event: 'run.failed', key: base.id, input }, live);
    });
  }

  /** Is it a run of an evaluation, or one that such a run called? */
  async #evaluated({ id, first, base }: Live): Promise<boolean> {
    if (base.triggerKind === EVALUATION || first === id) return base.triggerKind === EVALUATION;
    return (await this.#d.store.in(base.workspace).runs.get(first))?.triggerKind === EVALUATION;
  }

  /** Called by the schedule for due times up to `last` that passed unused. */
  missed(row: Row, count: number, rule: string, last: number): void {
    this.warn('a schedule missed its times', { flow: row.flow, trigger: row.trigger, count, rule });
    const input = { flow: row.flow, trigger: row.trigger, count, rule };
    const key = `${row.flow}:${row.trigger}:${last}${row.environment === DEFAULT_ENVIRONMENT ? '' : `@${row.environment}`}`;
    this.#later(() => this.#tell(row, { event: 'schedule.missed', key, input }));
  }

  /** Called once when a connection was found not to hold any more, by a run of this place. `key`: the connection and its version. */
  connection(of: Place, connection: string, run: string, why: Problem, key: string): void {
    this.warn('a connection does not hold any more', { connection, flow: of.flow, run, code: why.code });
    const input = { connection, flow: of.flow, run, problem: why };
    this.#later(() => this.#tell(of, { event: 'connection.reconnect', key, input }));
  }

  /** Called once when a trigger kept failing to ask, from `since` on. */
  failing(row: Row, why: Problem, since: number): void {
    const { flow, trigger, environment } = row;
    const input = { flow, trigger, problem: why, since: new Date(since).toISOString() };
    const key = `${flow}:${trigger}:${since}${environment === DEFAULT_ENVIRONMENT ? '' : `@${environment}`}`;
    this.#later(() => this.#tell(row, { event: 'trigger.failing', key, input }));
  }

  async #tell(of: Place, told: Told, from?: Live): Promise<void> {
    const { workspace, project, flow: about } = of;
    const kept = await this.#d.store.in(workspace).flows.place(about);
    const thing = kept === null ? { workspace, project, flow: about } : thingAt(workspace, kept);
    for (const { row, environment } of hearing(await this.#rows(), of)) {
      if (row.flow === about || !wants(row.with, told.event)) continue;
      const publisher = publisherOf(row.state);
      const who = publisher === null ? null : await this.#d.store.directory.named(workspace, publisher);
      if (!mayReadRuns(who, thing, this.#d.now())) {
        this.warn('an alert flow is not told: the key that published it may not read the runs of this flow', {
          flow: row.flow,
          about,
          publisher,
        });
        continue;
      }
      const target = await this.#d.flows.live(row.workspace, row.flow, environment);
      // What runs there may be another version than the one that was published with this trigger.
      if (target.ok && !listens(target.value, row.trigger)) continue;
      if (!target.ok) this.warn('an alert flow cannot be run', { flow: row.flow, code: target.problem.code });
      else if (!(await hasOwner(this.#d.store, row.workspace, target.value.row)))
        this.warn('an alert flow has nobody behind it any more', { flow: row.flow });
      else if (!(await mayHear(this.#d.store, workspace, target.value.row, about, this.#d.now()))) continue;
      else {
        const input = { event: told.event, ...told.input };
        this.#start(target.value, 'alert@1', row.trigger, `alert:${told.event}:${told.key}`, about, input, from);
      }
    }
  }

  /** Kept until a flow changes. A read that failed is not kept: the next event reads again. */
  #rows(): Promise<Row[]> {
    this.#triggers ??= this.#d.store.engine.triggers('alert@1');
    const reading = this.#triggers;
    reading.catch(() => {
      if (this.#triggers === reading) this.#triggers = null;
    });
    return reading;
  }

  #start(
    target: Target,
    kind: string,
    id: string | null,
    key: string,
    about: string,
    given: Record<string, unknown>,
    from?: Live,
  ): void {
    if (this.#closed) return;
    const runs = this.#d.runs();
    const flow = target.row.id;
    if (runs.byKey(flow, key) !== null) return;
    const input = checkInput(target, given);
    if (!input.ok)
      return this.warn('a flow does not take what it is told of', { flow, kind, code: input.problem.code });
    const made = runs.create({
      target,
      input: input.value,
      trigger: { kind, ...(id === null ? {} : { id }), data: { about } },
      principal: `flow:${about}`,
      priority: 0,
      idempotencyKey: key,
      depth: (from?.state.created?.depth ?? 0) + 1,
      ...(from === undefined ? {} : { from }),
    });
    if ('problem' in made) this.warn('a flow could not be told', { flow, kind, code: made.problem.code });
  }

  #later(act: () => Promise<void>): void {
    act().catch((error: unknown) => {
      if (!this.#closed) this.#d.log('error', 'an alert could not be given', { error: String(error) });
    });
  }
}

/** Kept by the store when the flow was published. */
/**
 * AL5 What happens in an environment is told there: to the version of an alert flow of the same project that runs in it. The
 * flows of other projects know nothing of these environments, and hear of it in `default`.
 */
const hearing = (rows: readonly Row[], { workspace, project, environment }: Place) =>
  rows
    .filter((row) => row.workspace === workspace)
    .flatMap((row) => {
      if (row.project !== project)
        return row.environment === DEFAULT_ENVIRONMENT ? [{ row, environment: DEFAULT_ENVIRONMENT }] : [];
      if (row.environment === environment) return [{ row, environment }];
      const own = rows.some((other) => other.flow === row.flow && other.environment === environment);
      return row.environment === DEFAULT_ENVIRONMENT && !own ? [{ row, environment }] : [];
    });

const listens = ({ compiled }: Target, trigger: string): boolean =>
  compiled.flow.triggers?.some(
    ({ id, kind, disabled }) => id === trigger && kind === 'alert@1' && disabled !== true,
  ) === true;

const publisherOf = (state: unknown): string | null =>
  typeof state === 'object' && state !== null && 'by' in state && typeof state.by === 'string' ? state.by : null;

const wants = (settings: unknown, event: string): boolean => {
  const on = typeof settings === 'object' && settings !== null && 'on' in settings ? settings.on : undefined;
  return !Array.isArray(on) || on.includes(event);
};
