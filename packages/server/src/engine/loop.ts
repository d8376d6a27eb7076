/**
 * The loop: asks `plan` what to do, does it, records what came of it, and asks again. It is the only caller of `record`
 * for steps, and it owns the order in which things become durable.
 *
 * O1 Pure steps run to their end here, synchronously, and are recorded in batches: one write per turn of the loop.
 * O2 A step with an effect is recorded as started; its effects wait in the broker for the fsync (broker.ts B2). Where nobody
 *    was told of the run yet, the record itself is written with what follows, or a moment later (linger.ts).
 * O3 A run gives way when the turn of all runs is over (turns.ts), so that none holds up another.
 * O4 What arrives for a scope that was dropped, a step that was settled or a run that is over changes nothing.
 * O5 A fault of ours (a damaged value, a bug) ends the run it happened in, is told in the log, and reaches no other run.
 *
 * It does not decide what is next (core/run/plan.ts), who may (broker.ts), or when a run may begin (admission.ts).
 */

import {
  at,
  type Command,
  evaluate,
  type ExprScope,
  isOpen,
  lastValue,
  type Outcome,
  plan,
  type Problem,
  type Scope,
  type ShapeStep,
} from '@headgate/core';
import { Agents } from './agent/agents.ts';
import { Blocks } from './blocks.ts';
import { JournalDown } from './broker.ts';
import { canOf, instanceKey } from './can.ts';
import type { CompiledStep } from './compiled.ts';
import { faultOf } from './execute.ts';
import { BUG, tooLong } from './faults.ts';
import { charged, stopped } from './charge.ts';
import { Holds } from './holds.ts';
import { Linger } from './linger.ts';
import type { LoopDeps } from './loop-deps.ts';
import { type DeadlineCommand, Flight, type Live, type WaitCommand } from './live.ts';
import { RunScope } from './scope.ts';
import { Settler } from './settle.ts';
import { Turns } from './turns.ts';
import { HEAVIEST_RUN, tooMuch } from './weight.ts';

const READY = 1;
/** Why a step that is done is told to stop: made once, since making one for each costs more than the rest of it. */
const OVER = new Error('the step is over');
/** Events, and weight of values, gathered before they are written though the turn goes on, so that it does not hoard them. */
const BATCH = 2_000;
const HEAVY_BATCH = 1024 * 1024;
/** A wait longer than this leaves memory; its row wakes it. */
export const PARK = 30_000;

export class Loop {
  readonly #d: LoopDeps;
  readonly #settler: Settler;
  readonly #blocks: Blocks;
  readonly #holds: Holds;
  /** Runs that gave way; their `advancing` stays true. */
  readonly #turns: Turns;
  readonly #linger: Linger;

  constructor(deps: LoopDeps) {
    this.#d = deps;
    this.#linger = new Linger(deps.journal);
    this.#turns = new Turns(deps.clock, (live) => this.#go(live));
    const scope = (live: Live, place: Scope): ExprScope => this.scope(live, place);
    this.#settler = new Settler({ ...deps, scope });
    const agents = new Agents({ ...deps, scope });
    this.#blocks = new Blocks({ ...deps, scope, agents, settler: this.#settler });
    this.#holds = new Holds({ ...deps, scope, agents });
  }

  /** Records a step as done with a value. */
  done(live: Live, step: ShapeStep, scope: Scope, value: unknown, port?: string): void {
    this.#settler.done(live, step, scope, value, port);
  }

  /** Goes on with a run until it has nothing to do now; then writes what was recorded. */
  advance(live: Live): void {
    if (live.advancing || live.abandoned) return;
    live.advancing = true;
    if (this.#turns.spent()) this.#giveWay(live);
    else this.#go(live);
  }

  /** What it recorded so far is written now, so that an answer that waits for that group need not wait for its turn. */
  #giveWay(live: Live): void {
    live.flush(this.#d.journal);
    // The row now says less than is known once the rest was carried out: it is written again, event or not.
    live.touch();
    this.#turns.giveWay(live);
  }

  #go(live: Live): void {
    this.#guard(live, () => {
      live.advancing = this.#work(live);
      if (live.advancing) return this.#giveWay(live);
      if (live.mayLinger) return this.#linger.add(live);
      live.flush(this.#d.journal);
      if (live.over) return this.#d.ended(live);
      if (live.state.response !== null) this.answered(live);
      this.#d.parked(live);
    });
  }

  /** Carries out what is planned; true when there is more and the turn is over. */
  #work(live: Live): boolean {
    if (live.abandoned) return false;
    const { values } = this.#d;
    let taken = values.taken;
    for (;;) {
      if (this.#endsHeavy(live)) return false;
      const commands = plan(live.state);
      // A cancel or a failure comes alone, and what was left to do before it is not wanted any more.
      if (live.state.stopped && commands.length > 0) live.todo = commands;
      else for (const command of commands) live.todo.push(command);
      if (live.todo.length === 0) return false;
      const todo = live.todo;
      for (let i = 0; i < todo.length; i += 1) {
        const command = todo[i];
        if (command === undefined) continue;
        this.#carryOut(live, command);
        if (live.pending >= BATCH || values.taken - taken > HEAVY_BATCH) {
          live.flush(this.#d.journal);
          taken = values.taken;
          if (this.#endsHeavy(live)) return false;
        }
        if (this.#turns.spent()) {
          live.todo = todo.slice(i + 1);
          return true;
        }
      }
      live.todo = [];
    }
  }

  /** A run that has written more than one may is over, whatever it wanted to do next. */
  #endsHeavy(live: Live): boolean {
    if (live.written <= HEAVIEST_RUN || live.over) return false;
    const why = tooMuch(live.written, live.lastStep);
    if (why !== null) this.fail(live, why);
    live.todo = [];
    return true;
  }

  /** O5: what `act` throws ends the run, and nothing else. */
  #guard(live: Live, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#d.bug(live, '', error);
      live.todo = [];
      live.advancing = false;
      try {
        if (!live.over) this.fail(live, BUG);
        live.flush(this.#d.journal);
        this.#d.ended(live);
      } catch (again) {
        this.#d.bug(live, '', again);
        this.#d.drop(live);
      }
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
      this.#letGo(live);
      live.record(this.#d.clock.now(), 'run.cancelled', { by: command.by });
      return;
    }
    if (state.phase !== 'running') return;
    switch (command.do) {
      case 'start':
        if (command.scope.dropped || command.scope.status[command.step.pos] !== READY) return;
        return this.#start(live, command.step, command.scope, command.attempt);
      case 'hold':
        if (command.scope.dropped || command.scope.status[command.step.pos] !== READY) return;
        return this.#holds.hold(live, this.#compiled(live, command.step), command.step, command.scope);
      case 'wait':
        live.waits.push(command);
        return this.#d.watch(live, command);
      case 'deadline':
        live.deadlines.push(command);
        return this.#d.limit(live, command);
      case 'item':
        if (command.scope.dropped) return;
        return this.#blocks.endItem(live, this.#compiled(live, command.block.step), command);
      case 'close': {
        const { block } = command;
        if (block.scope.dropped || block.scope.blocks.get(block.step.pos) !== block) return;
        return this.#blocks.close(live, block);
      }
      case 'drop':
        live.abort((flight) => flight.scope.dropped);
        live.deadlines = live.deadlines.filter((d) => isOpen(d.block));
        return this.#leave(live, (wait) => wait.scope.dropped);
      case 'finish':
        return this.#finish(live);
      case 'fail':
        return this.fail(live, command.problem);
    }
  }

  /** Ends the run as failed; what is under way is told to stop. */
  fail(live: Live, why: Problem): void {
    this.#letGo(live);
    live.record(this.#d.clock.now(), 'run.failed', { problem: at({ flow: live.base.flow }, why) });
  }

  /** Ends the run as cancelled, though nobody asked for it. */
  giveUp(live: Live, by: string, why: Problem): void {
    this.#letGo(live);
    live.record(this.#d.clock.now(), 'run.cancelled', { by, problem: at({ flow: live.base.flow }, why) });
  }

  /** The run is over: what is under way for it is told to stop, and what it waits for is left. */
  #letGo(live: Live): void {
    live.abort(() => true);
    live.deadlines = [];
    this.#leave(live, () => true);
  }

  #leave(live: Live, which: (wait: WaitCommand) => boolean): void {
    const left = live.waits.filter(which);
    if (left.length === 0) return;
    live.waits = live.waits.filter((wait) => !which(wait));
    for (const wait of left) this.#d.left(live, wait, 'gone');
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
    const input = this.#holds.inputOf(live, cs, step, scope);
    if (!input.ok)
      return this.#settler.settle(live, cs, step, scope, attempt, { kind: 'problem', problem: input.problem });
    if (cs.pure) {
      let outcome: Outcome;
      try {
        outcome = cs.kind.run(input.value as never, canOf(this.#d, live, cs, step, scope, null)) as Outcome;
      } catch (error) {
        outcome = this.#faultOf(live, step, error);
      }
      return this.#settler.settle(live, cs, step, scope, attempt, outcome);
    }
    this.#fly(live, cs, step, scope, attempt, input.value);
  }

  /** Starts a step that is not pure: recorded, then run beside the loop. */
  #fly(live: Live, cs: CompiledStep, step: ShapeStep, scope: Scope, attempt: number, input: unknown): void {
    const now = this.#d.clock.now();
    const repeatable = cs.kind.repeatable?.(input as never) ?? false;
    const deadline = cs.timeout === null ? null : now + cs.timeout;
    const set = cs.kind.usage === undefined ? null : this.#d.meter(live, cs.kind.usage(input));
    // The run stops, whatever the step makes of problems. The step did not begin: running the rest again begins it.
    if (set !== null && 'problem' in set) return this.fail(live, stopped(set.problem, step.id, scope.item));
    const flight = new Flight(step, scope, attempt, deadline);
    live.record(
      now,
      'step.started',
      { attempt, repeatable, key: instanceKey(live, step, scope), ...(deadline === null ? {} : { deadline }) },
      step.id,
      scope.item,
    );
    live.flights.add(flight);
    if (deadline !== null)
      flight.cancelTimer = this.#d.timers.at(deadline, () => this.#land(live, cs, flight, tooLong(cs)));
    const run = async (): Promise<Outcome> =>
      cs.kind.run(input as never, canOf(this.#d, live, cs, step, scope, flight));
    run().then(
      (outcome) => {
        // Whatever became of the step meanwhile, what it used was used.
        const used = set?.settle('usage' in outcome ? outcome.usage : undefined);
        this.#land(live, cs, flight, charged(outcome, used, flight.used));
      },
      (error: unknown) => {
        set?.settle(undefined);
        if (error instanceof JournalDown) return this.#d.down(live);
        this.#land(live, cs, flight, charged(this.#faultOf(live, step, error), undefined, flight.used));
      },
    );
  }

  #faultOf(live: Live, step: ShapeStep, error: unknown): Outcome {
    return faultOf(error, (e) => this.#d.bug(live, step.id, e));
  }

  #land(live: Live, cs: CompiledStep, flight: Flight, outcome: Outcome): void {
    if (flight.settled || live.abandoned) return;
    this.#guard(live, () => this.#settleFlight(live, cs, flight, outcome));
  }

  #settleFlight(live: Live, cs: CompiledStep, flight: Flight, outcome: Outcome): void {
    flight.settled = true;
    flight.cancelTimer?.();
    live.flights.delete(flight);
    if (!flight.abort.signal.aborted) flight.abort.abort(OVER);
    if (live.over || flight.scope.dropped) return;
    if (outcome.kind === 'call') {
      this.#d.call(live, flight.step, flight.scope, flight.attempt, outcome.flow, outcome.input).then(
        (made) => this.#guard(live, () => this.#called(live, cs, flight, made)),
        (error: unknown) =>
          error instanceof JournalDown ? this.#d.down(live) : this.#d.bug(live, flight.step.id, error),
      );
      return;
    }
    this.#settler.settle(live, cs, flight.step, flight.scope, flight.attempt, outcome, flight.deadline);
    if (flight.broke !== null) this.fail(live, stopped(flight.broke, flight.step.id, flight.scope.item));
    this.advance(live);
  }

  /** The run that a step calls is on its way, or cannot be. */
  #called(live: Live, cs: CompiledStep, flight: Flight, made: { child: string } | { problem: Problem }): void {
    if (live.over || live.abandoned || flight.scope.dropped) {
      // The caller was cancelled or failed meanwhile. One that was let go is read back, and finds the run it called.
      if ('child' in made && !live.abandoned) this.#d.orphan(live, made.child);
      return;
    }
    if ('problem' in made) {
      const outcome = { kind: 'problem', problem: made.problem } as const;
      this.#settler.settle(live, cs, flight.step, flight.scope, flight.attempt, outcome);
    } else {
      const limit = flight.deadline === null ? {} : { deadline: flight.deadline };
      const data = { child: made.child, ...limit };
      live.record(this.#d.clock.now(), 'step.waiting', data, flight.step.id, flight.scope.item);
    }
    this.advance(live);
  }

  /** A step that waits has taken longer than its timeout. */
  late(live: Live, wait: WaitCommand): void {
    this.#guard(live, () => {
      const cs = this.#compiled(live, wait.step);
      this.#d.left(live, wait, 'late');
      this.#settler.settle(live, cs, wait.step, wait.scope, wait.attempt, tooLong(cs));
    });
  }

  /** A block has taken longer than its timeout. It is not tried again as a whole. */
  lateBlock(live: Live, { block }: DeadlineCommand): void {
    this.#guard(live, () => {
      const { problem: why } = tooLong(this.#compiled(live, block.step));
      const { step, scope } = block;
      live.record(this.#d.clock.now(), 'step.problem', { problem: why, attempt: 1 }, step.id, scope.item);
    });
  }

  /** The next attempt of a step whose delay is over. */
  retry(live: Live, wait: WaitCommand): void {
    this.#guard(live, () => this.#attempt(live, wait.step, wait.scope, wait.attempt + 1));
  }

  /** A step that had started when the process died, and may be repeated. */
  again(live: Live, scope: Scope, step: ShapeStep): void {
    this.#guard(live, () => this.#attempt(live, step, scope, scope.attempts[step.pos] ?? 1));
  }

  #attempt(live: Live, step: ShapeStep, scope: Scope, attempt: number): void {
    const cs = this.#compiled(live, step);
    const input = this.#holds.inputOf(live, cs, step, scope);
    if (!input.ok)
      return this.#settler.settle(live, cs, step, scope, attempt, { kind: 'problem', problem: input.problem });
    this.#fly(live, cs, step, scope, attempt, input.value);
  }
}
