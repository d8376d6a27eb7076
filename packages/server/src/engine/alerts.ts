/**
 * Telling of what went wrong on its own: in the log always, to the flow that a failed flow's settings name, and to every
 * flow of the workspace with an `alert` trigger.
 *
 * AL1 What an alert or an error flow started raises no alert flow itself, so that telling never goes round in circles.
 * AL2 Starting an error flow is an effect of the flow that failed: its grants are asked, and its depth and family go on
 *     (a flow that fails and is called by its own error flow comes to an end).
 * AL4 An alert flow hears of what its owner may see the runs of, and of nothing else (row AZ-12).
 * AL3 One event starts one run of a flow, however often it is told (its idempotency key names the event).
 */

import type { Store } from '../store/ports.ts';
import type { Broker } from './broker.ts';
import type { EngineLog } from './engine.ts';
import type { Flows, Target } from './flows.ts';
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
};

type Row = Awaited<ReturnType<Store['engine']['triggers']>>[number];
type Told = {
  readonly event: 'run.failed' | 'schedule.missed';
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
    if (TELLERS.has(base.triggerKind)) return;
    const input = { run: base.id, flow: base.flow, version: base.version, trigger: base.triggerKind, problem: why };
    this.#later(async () => {
      const name = live.compiled.flow.settings?.errorFlow;
      if (name !== undefined) {
        const target = await this.#d.flows.named(base.workspace, base.project, name);
        const asked = target.ok ? target.value.row : undefined;
        const power = { power: 'flow', flow: name } as const;
        const lent = await this.#d.broker.effect(live, '*', undefined, [power], () => Promise.resolve(), asked);
        const code = lent.ok ? (target.ok ? null : target.problem.code) : lent.problem.code;
        if (code !== null) this.warn('the error flow cannot be run', { run: base.id, errorFlow: name, code });
        else if (target.ok) this.#start(target.value, 'error@1', null, `error:${base.id}`, base.flow, input, live);
      }
      await this.#tell(base.workspace, base.flow, { event: 'run.failed', key: base.id, input }, live);
    });
  }

  /** Called by the schedule for due times up to `last` that passed unused. */
  missed(row: Row, count: number, rule: string, last: number): void {
    this.warn('a schedule missed its times', { flow: row.flow, trigger: row.trigger, count, rule });
    const input = { flow: row.flow, trigger: row.trigger, count, rule };
    const key = `${row.flow}:${row.trigger}:${last}`;
    this.#later(() => this.#tell(row.workspace, row.flow, { event: 'schedule.missed', key, input }));
  }

  async #tell(workspace: string, about: string, told: Told, from?: Live): Promise<void> {
    for (const row of await this.#rows()) {
      if (row.workspace !== workspace || row.flow === about || !wants(row.with, told.event)) continue;
      const target = await this.#d.flows.latest(row.workspace, row.flow);
      if (!target.ok) this.warn('an alert flow cannot be run', { flow: row.flow, code: target.problem.code });
      else if (!(await hasOwner(this.#d.store, row.workspace, target.value.row)))
        this.warn('an alert flow has nobody behind it any more', { flow: row.flow });
      else if (!(await mayHear(this.#d.store, workspace, target.value.row, about))) continue;
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
      environment: 'default',
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

const wants = (settings: unknown, event: string): boolean => {
  const on = typeof settings === 'object' && settings !== null && 'on' in settings ? settings.on : undefined;
  return !Array.isArray(on) || on.includes(event);
};
