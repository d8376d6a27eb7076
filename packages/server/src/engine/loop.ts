/**
 * The loop: asks `plan` what to do, does it, records what came of it, and asks again. It is the only caller of `record`
 * for steps, and it owns the order in which things become durable.
 *
 * O1 Pure steps run to their end here, synchronously, and are recorded in batches: one write per turn of the loop.
 * O2 A step with an effect is recorded as started; its effects wait in the broker for the fsync (broker.ts B2).
 * O3 The loop gives way after SLICE milliseconds, so that no run holds up another.
 * O4 What arrives for a scope that was dropped, a step that was settled or a run that is over changes nothing.
 *
 * It does not decide what is next (core/run/plan.ts), who may (broker.ts), or when a run may begin (admission.ts).
 */

import {
  at,
  type Can,
  type Command,
  evaluate,
  type ExprScope,
  lastValue,
  type Outcome,
  plan,
  type Problem,
  problem,
  type Scope,
  type ShapeStep,
} from '@headgate/core';
import type { JournalWriter } from '../store/ports.ts';
import { Blocks } from './blocks.ts';
import { JournalDown } from './broker.ts';
import type { Clock } from './clock.ts';
import type { CompiledStep } from './compiled.ts';
import { faultOf, inputOf } from './execute.ts';
import type { Flight, Live, WaitCommand } from './live.ts';
import { type RunInfo, RunScope } from './scope.ts';
import { Settler } from './settle.ts';
import type { Timers } from './timers.ts';
import type { Values } from './values.ts';

const SLICE = 8;
const READY = 1;
/** Events gathered before they are written though the turn goes on, so that a long turn does not hoard them. */
const BATCH = 2_000;
/** A wait longer than this leaves memory; its row wakes it. */
export const PARK = 30_000;

export type LoopDeps = {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly journal: JournalWriter;
  readonly values: Values;
  readonly info: RunInfo;
  /** The powers a step is lent. */
  readonly lend: (live: Live, cs: CompiledStep, signal: AbortSignal) => Pick<Can, 'net'>;
  /** Starts a sub-run for a `call` outcome; answers its id, or a Problem. */
  readonly call: (
    live: Live,
    step: ShapeStep,
    scope: Scope,
    attempt: number,
    flow: string,
    input: unknown,
  ) => Promise<{ child: string } | { problem: Problem }>;
  /** A waiting step was met: timers and children are watched by the engine. */
  readonly watch: (live: Live, wait: WaitCommand) => void;
  /** The hash of the one-time token of a `wait.event` step instance. */
  readonly tokenHash: (live: Live, step: string, item: readonly number[]) => string;
  /** The run is over and written. */
  readonly ended: (live: Live) => void;
  /** It waits, and nothing of it needs memory. */
  readonly parked: (live: Live) => void;
  readonly bug: (live: Live, step: string, error: unknown) => void;
  readonly down: (live: Live) => void;
};

export class Loop {
  readonly #d: LoopDeps;
  readonly #settler: Settler;
  readonly #blocks: Blocks;

  constructor(deps: LoopDeps) {
    this.#d = deps;
    const scope = (live: Live, place: Scope): ExprScope => this.scope(live, place);
    this.#settler = new Settler({ ...deps, scope });
    this.#blocks = new Blocks({ ...deps, scope, settler: this.#settler });
  }

  /** Records a step as done with a value. */
  done(live: Live, step: ShapeStep, scope: Scope, value: unknown, port?: string): void {
    this.#settler.done(live, step, scope, value, port);
  }

  /** Goes on with a run until it has nothing to do now; then writes what was recorded. */
  advance(live: Live): void {
    if (live.advancing || live.abandoned) return;
    live.advancing = true;
    const begun = this.#d.clock.now();
    let work = 0;
    for (;;) {
      for (const command of plan(live.state)) live.todo.push(command);
      if (live.todo.length === 0) break;
      const todo = live.todo;
      for (let i = 0; i < todo.length; i += 1) {
        const command = todo[i];
        if (command === undefined) continue;
        this.#carryOut(live, command);
        work += 1;
        if (live.pending >= BATCH) live.flush(this.#d.journal);
        if (work % 32 === 0 && this.#d.clock.now() - begun > SLICE) {
          live.todo = todo.slice(i + 1);
          live.flush(this.#d.journal);
          setImmediate(() => {
            live.advancing = false;
            this.advance(live);
          });
          return;
        }
      }
      live.todo = [];
    }
    live.advancing = false;
    live.flush(this.#d.journal);
    if (live.over) this.#d.ended(live);
    else {
      if (live.state.response !== null) this.answered(live);
      if (live.flights.size === 0 && live.state.phase === 'running' && live.state.active === 0 && live.waits.length > 0)
        this.#d.parked(live);
    }
  }

  /** Tells those who wait for an answer, once what they wait for is durable. */
  answered(live: Live): void {
    if (live.onAnswer.length === 0) return;
    const waiting = live.onAnswer.splice(0);
    this.#d.journal.barrier(live.group).then(
      () => {
        for (const tell of waiting) tell();
      },
      () => this.#d.down(live),
    );
  }

  #carryOut(live: Live, command: Command): void {
    const { state } = live;
    if (command.do === 'cancel') {
      this.#abort(live, () => true);
      live.waits = [];
      live.record(this.#d.clock.now(), 'run.cancelled', { by: command.by });
      return;
    }
    if (state.phase !== 'running') return;
    switch (command.do) {
      case 'start':
        if (command.scope.dropped || command.scope.status[command.step.pos] !== READY) return;
        return this.#start(live, command.step, command.scope, command.attempt);
      case 'wait':
        live.waits.push(command);
        return this.#d.watch(live, command);
      case 'item':
        if (command.scope.dropped) return;
        return this.#blocks.endItem(live, this.#compiled(live, command.block.step), command);
      case 'close': {
        const { block } = command;
        if (block.scope.dropped || block.scope.blocks.get(block.step.pos) !== block) return;
        return this.#blocks.close(live, block);
      }
      case 'drop':
        this.#abort(live, (flight) => flight.scope.dropped);
        live.waits = live.waits.filter((w) => !w.scope.dropped);
        return;
      case 'finish':
        return this.#finish(live);
      case 'fail':
        return this.fail(live, command.problem);
    }
  }

  /** Ends the run as failed; what is under way is told to stop. */
  fail(live: Live, why: Problem): void {
    this.#abort(live, () => true);
    live.waits = [];
    live.record(this.#d.clock.now(), 'run.failed', { problem: at({ flow: live.base.flow }, why) });
  }

  #finish(live: Live): void {
    const { output } = live.compiled;
    if (output === null) return live.record(this.#d.clock.now(), 'run.done', { output: lastValue(live.state.root) });
    const result = evaluate(output, this.scope(live, live.state.root));
    if (!result.ok) return this.fail(live, at({ field: 'output' }, result.problem));
    const held = this.#d.values.hold(result.value ?? null, live.spilled);
    if ('problem' in held) return this.fail(live, at({ field: 'output' }, held.problem));
    live.record(this.#d.clock.now(), 'run.done', { output: held.held });
  }

  scope(live: Live, place: Scope): ExprScope {
    if (place !== live.state.root) return new RunScope(live, place, this.#d.values, this.#d.info);
    live.view ??= new RunScope(live, place, this.#d.values, this.#d.info);
    return live.view as ExprScope;
  }

  #compiled(live: Live, step: ShapeStep): CompiledStep {
    const cs = live.compiled.steps[step.index];
    if (cs === undefined) throw new Error('a step without its compiled form');
    return cs;
  }

  #start(live: Live, step: ShapeStep, scope: Scope, attempt: number): void {
    const cs = this.#compiled(live, step);
    if (step.block !== null) return this.#blocks.open(live, cs, step, scope);
    const input = inputOf(cs, this.scope(live, scope));
    if (!input.ok)
      return this.#settler.settle(live, cs, step, scope, attempt, { kind: 'problem', problem: input.problem });
    if (cs.kind.pure === true) {
      let outcome: Outcome;
      try {
        outcome = cs.kind.run(input.value as never, this.#can(live, cs, step, scope, null)) as Outcome;
      } catch (error) {
        outcome = faultOf(error, (e) => this.#d.bug(live, step.id, e));
      }
      return this.#settler.settle(live, cs, step, scope, attempt, outcome);
    }
    this.#fly(live, cs, step, scope, attempt, input.value);
  }

  /** Starts a step that is not pure: recorded, then run beside the loop. */
  #fly(live: Live, cs: CompiledStep, step: ShapeStep, scope: Scope, attempt: number, input: unknown): void {
    const now = this.#d.clock.now();
    const flight: Flight = { step, scope, attempt, abort: new AbortController(), settled: false, cancelTimer: null };
    const repeatable = cs.kind.repeatable?.(input as never) ?? false;
    const deadline = cs.timeout === null ? undefined : now + cs.timeout;
    live.record(
      now,
      'step.started',
      { attempt, repeatable, key: keyOf(live, step, scope), ...(deadline === undefined ? {} : { deadline }) },
      step.id,
      scope.item,
    );
    live.flights.add(flight);
    if (deadline !== undefined) {
      flight.cancelTimer = this.#d.timers.at(deadline, () =>
        this.#land(live, cs, flight, {
          kind: 'problem',
          sent: 'maybe',
          problem: problem('step.timeout', `The step took longer than its timeout of ${cs.step.timeout}`, {
            retry: 'yes',
            fix: 'Give it more time, or a retry.',
          }),
        }),
      );
    }
    const run = async (): Promise<Outcome> => cs.kind.run(input as never, this.#can(live, cs, step, scope, flight));
    run().then(
      (outcome) => this.#land(live, cs, flight, outcome),
      (error: unknown) => {
        if (error instanceof JournalDown) return this.#d.down(live);
        this.#land(
          live,
          cs,
          flight,
          faultOf(error, (e) => this.#d.bug(live, step.id, e)),
        );
      },
    );
  }

  #land(live: Live, cs: CompiledStep, flight: Flight, outcome: Outcome): void {
    if (flight.settled || live.abandoned) return;
    flight.settled = true;
    flight.cancelTimer?.();
    live.flights.delete(flight);
    if (!flight.abort.signal.aborted) flight.abort.abort();
    if (live.over || flight.scope.dropped) return;
    if (outcome.kind === 'call') {
      this.#d.call(live, flight.step, flight.scope, flight.attempt, outcome.flow, outcome.input).then(
        (made) => {
          if (live.over || live.abandoned || flight.scope.dropped) return;
          if ('problem' in made)
            this.#settler.settle(live, cs, flight.step, flight.scope, flight.attempt, {
              kind: 'problem',
              problem: made.problem,
            });
          else
            live.record(this.#d.clock.now(), 'step.waiting', { child: made.child }, flight.step.id, flight.scope.item);
          this.advance(live);
        },
        (error: unknown) =>
          error instanceof JournalDown ? this.#d.down(live) : this.#d.bug(live, flight.step.id, error),
      );
      return;
    }
    this.#settler.settle(live, cs, flight.step, flight.scope, flight.attempt, outcome);
    this.advance(live);
  }

  /** The next attempt of a step whose delay is over. */
  retry(live: Live, wait: WaitCommand): void {
    const cs = this.#compiled(live, wait.step);
    const input = inputOf(cs, this.scope(live, wait.scope));
    const attempt = wait.attempt + 1;
    if (!input.ok)
      return this.#settler.settle(live, cs, wait.step, wait.scope, attempt, {
        kind: 'problem',
        problem: input.problem,
      });
    this.#fly(live, cs, wait.step, wait.scope, attempt, input.value);
  }

  /** A step that had started when the process died, and may be repeated. */
  again(live: Live, scope: Scope, step: ShapeStep): void {
    const cs = this.#compiled(live, step);
    const attempt = scope.attempts[step.pos] ?? 1;
    const input = inputOf(cs, this.scope(live, scope));
    if (!input.ok)
      return this.#settler.settle(live, cs, step, scope, attempt, { kind: 'problem', problem: input.problem });
    this.#fly(live, cs, step, scope, attempt, input.value);
  }

  #abort(live: Live, which: (flight: Flight) => boolean): void {
    for (const flight of [...live.flights]) {
      if (!which(flight)) continue;
      flight.settled = true;
      flight.cancelTimer?.();
      flight.abort.abort();
      live.flights.delete(flight);
    }
  }

  #can(live: Live, cs: CompiledStep, step: ShapeStep, scope: Scope, flight: Flight | null): Can {
    const log: Can['log'] = (level, text, data) => {
      const held = data === undefined ? null : this.#d.values.hold(data, live.spilled);
      live.record(
        this.#d.clock.now(),
        'run.log',
        { level, text: text.slice(0, 10_000), ...(held !== null && 'held' in held ? { data: held.held } : {}) },
        step.id,
        scope.item,
      );
    };
    if (flight === null) return { log, key: '', signal: NEVER, net: NO_NET };
    return {
      ...this.#d.lend(live, cs, flight.abort.signal),
      log,
      key: keyOf(live, step, scope),
      signal: flight.abort.signal,
    };
  }
}

const NEVER = new AbortController().signal;
const NO_NET: Can['net'] = {
  request: () =>
    Promise.resolve({
      sent: 'no',
      problem: problem('power.undeclared', 'This step kind declares no need for the network'),
    }),
};

/** Stable over all attempts of one step instance. */
const keyOf = (live: Live, step: ShapeStep, scope: Scope): string =>
  `${live.base.id}.${step.id}${scope.item.length > 0 ? `.${scope.item.join('.')}` : ''}`;
