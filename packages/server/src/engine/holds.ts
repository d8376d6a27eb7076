/**
 * What a breakpoint asks of the engine: what a held step is about to be given, and what it is given once it goes on, which
 * may be what somebody put in the place of that.
 *
 * HO1 Nothing of a held step has begun: its input is evaluated to be looked at, and again when it starts.
 * HO2 What somebody gave is checked by the step's own schema like any input, and stands for its fields alone: what is
 *     evaluated for each item, and what is taken as written (a source), stays the flow's.
 *
 * Which steps are held, and for how long, is core's (run/holding.ts); who may let them go on is go-on.ts.
 */

import { isMind, evaluate, type ExprScope, type Result, type Scope, type ShapeStep } from '@headgate/core';
import { type Agents, CHANGED } from './agent/agents.ts';
import type { Clock } from './clock.ts';
import type { CompiledStep } from './compiled.ts';
import { inputOf } from './execute.ts';
import type { Live } from './live.ts';
import type { Values } from './values.ts';

type Deps = {
  readonly clock: Clock;
  readonly values: Values;
  readonly scope: (live: Live, place: Scope) => ExprScope;
  readonly held: (live: Live) => void;
  readonly agents: Agents;
};

export class Holds {
  readonly #d: Deps;

  constructor(deps: Deps) {
    this.#d = deps;
  }

  /** Records a step as held, with what it is about to be given. */
  hold(live: Live, cs: CompiledStep, step: ShapeStep, scope: Scope): void {
    const input = this.#preview(live, cs, step, scope);
    const held = input.ok ? this.#d.values.hold(input.value ?? null, live.spilled) : input;
    const data = 'held' in held ? { input: held.held } : { problem: held.problem };
    live.record(this.#d.clock.now(), 'step.held', data, step.id, scope.item);
    this.#d.held(live);
  }

  /** The list of an `each`, null for a `repeat`, the fields of any other step. */
  #preview(live: Live, cs: CompiledStep, step: ShapeStep, scope: Scope): Result<unknown> {
    const view = this.#d.scope(live, scope);
    if (step.block === null) return evaluate(cs.fields, view);
    return cs.over === null ? { ok: true, value: null } : evaluate(cs.over, view);
  }

  /** The input of a step that starts: its own, or what it was given while it was held. */
  inputOf(live: Live, cs: CompiledStep, step: ShapeStep, scope: Scope): Result<unknown> {
    const { owner } = scope;
    if (owner !== null && isMind(owner, step)) return this.#d.agents.turn(live, scope);
    const given = scope.edited?.get(step.pos);
    if (given !== undefined && this.#d.agents.frozen(live, scope)) return { ok: false, problem: CHANGED };
    const view = this.#d.scope(live, scope);
    const input =
      given === undefined
        ? inputOf(cs, view)
        : inputOf(cs, view, { value: this.#d.values.read(live.base.workspace, given) });
    const changed = input.ok ? this.#d.agents.changed(live, scope, input.value) : null;
    return changed === null ? input : { ok: false, problem: changed };
  }
}
