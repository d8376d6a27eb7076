/**
 * What a step was given, worked out again when somebody asks: the journal does not hold it. It is read back up to the event
 * by which the step began, and the same function evaluates the same fields in the same scope as then (execute.ts).
 *
 * SI1 Nothing runs and nothing is recorded: expressions alone are evaluated, with their budget.
 * SI2 A link that goes on with the run is never made here: who reads a run may not answer for it.
 */

import {
  type Event,
  type ExprScope,
  find,
  type Held,
  inPointer,
  type Problem,
  problem,
  type Result,
  type Scope,
  type ShapeStep,
} from '@headgate/core';
import type { RunRow } from '../store/ports.ts';
import type { CompiledFlow } from './compiled.ts';
import type { Ends } from './ends.ts';
import { inputOf } from './execute.ts';
import type { Flows } from './flows.ts';
import { Live } from './live.ts';
import { type RunInfo, RunScope } from './scope.ts';
import type { Values } from './values.ts';

type Deps = { readonly ends: Pick<Ends, 'events'>; readonly flows: Pick<Flows, 'byHash'>; readonly values: Values };

/** The run as it was when the instance began, and the event by which it did. */
export type Begun = {
  readonly live: Live;
  readonly event: Event;
  readonly step: ShapeStep;
  readonly scope: Scope;
};

const unknown = (text: string): { ok: false; problem: Problem } => ({
  ok: false,
  problem: problem('value.unknown', text),
});

const HIDDEN_LINK = '[hidden: a link that goes on with the run]';

const same = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((one, i) => one === b[i]);

const BEGINS: ReadonlySet<Event['type']> = new Set(['step.started', 'step.done', 'step.problem', 'block.opened']);

export class StepInputs {
  readonly #d: Deps;

  constructor(deps: Deps) {
    this.#d = deps;
  }

  /** The run read back up to where an instance of a step began. */
  async begun(row: RunRow, id: string, item: readonly number[]): Promise<Result<Begun>> {
    const compiled = await this.#d.flows.byHash(row.workspace, row.hash);
    if (compiled === null) return unknown('What this run ran is not there any more, or cannot be read');
    if (!compiled.shape.byId.has(id)) return unknown('The flow of this run had no such step');
    const live = new Live(row, compiled);
    for await (const event of this.#d.ends.events(row.workspace, row.id, 0)) {
      if (event.step === id && BEGINS.has(event.type) && same(event.item ?? [], item)) {
        const found = find(live.state, id, item);
        if (found !== null) return { ok: true, value: { live, event, ...found } };
      }
      live.replay(event);
    }
    return unknown('The step did not begin in this run');
  }

  /** What it was given, as its kind's `run` got it; expressions that are asked for every item stand as they are written. */
  async of(row: RunRow, id: string, item: readonly number[]): Promise<Result<unknown>> {
    const begun = await this.begun(row, id, item);
    if (!begun.ok) return begun;
    const { live, event, step, scope } = begun.value;
    if (event.type === 'step.done' && event.data.pinned === true)
      return unknown('A pinned value stood in for the step: it was given nothing');
    if ((event.type === 'step.done' || event.type === 'step.problem') && event.data.reused !== undefined)
      return unknown(`The result was taken over from the run ${event.data.reused}: it was given something there`);
    if (event.type === 'block.opened')
      return { ok: true, value: this.#blockInput(live, event.data.over, event.data.count) };
    return this.evaluated(live, step, scope);
  }

  /** What its expressions saw. */
  scope({ live, scope }: Begun): ExprScope {
    return new RunScope(live, scope, this.#d.values, linksHidden(live.compiled));
  }

  evaluated(live: Live, step: ShapeStep, scope: Scope): Result<unknown> {
    const cs = live.compiled.steps[step.index];
    if (cs === undefined || step.block !== null) return unknown('A block is given its list, and it was not opened');
    const given = inputOf(cs, new RunScope(live, scope, this.#d.values, linksHidden(live.compiled)));
    if (!given.ok) return given;
    const written = (path: string): unknown =>
      cs.perItem.some((one) => one.path.map(inPointer).join('') === path) ? at(cs.step.with, path) : null;
    return { ok: true, value: withoutFunctions(given.value, written, '') };
  }

  #blockInput(live: Live, over: Held | undefined, count: number): unknown {
    return over === undefined ? { max: count } : this.#d.values.read(live.base.workspace, over);
  }
}

const linksHidden = (compiled: CompiledFlow): RunInfo => {
  const links = Object.fromEntries(compiled.events.map((id) => [id, HIDDEN_LINK]));
  return { links: () => (compiled.events.length === 0 ? null : links) };
};

/** Fields whose expression is asked for every item reach a step as functions; here they stand as they are written. */
const withoutFunctions = (value: unknown, written: (path: string) => unknown, path: string): unknown => {
  if (typeof value === 'function') return written(path);
  if (typeof value !== 'object' || value === null || path.split('/').length > 8) return value;
  if (Array.isArray(value)) return value.map((one, i) => withoutFunctions(one, written, path + inPointer(i)));
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, withoutFunctions(one, written, path + inPointer(name))]),
  );
};

const at = (value: unknown, path: string): unknown => {
  let here: unknown = value;
  for (const name of path.split('/').slice(1)) {
    if (typeof here !== 'object' || here === null) return null;
    here = Reflect.get(here, name.replaceAll('~1', '/').replaceAll('~0', '~'));
  }
  return here ?? null;
};
