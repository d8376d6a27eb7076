/**
 * Letting held steps go on, with their own input or with another.
 *
 * GO1 It is trying a flow out: like starting such a run it takes the permissions to run and to change the flow (row API-06).
 * GO2 A run acts for who started it, powers lent `as caller` included. So another may let a step go on, and not say what it
 *     is given.
 * GO3 What somebody gives is checked as the step would check it, before anything is recorded.
 */

import {
  type GoOnRequest,
  heldSteps,
  may,
  type Principal,
  type Problem,
  problem,
  type Result,
  type RunView,
  type Scope,
  type ShapeStep,
  thingOf,
} from '@headgate/core';
import type { Store } from '../store/ports.ts';
import type { Clock } from './clock.ts';
import { inputOf } from './execute.ts';
import type { Live } from './live.ts';
import type { RunViews } from './run-views.ts';
import type { Runs } from './runs.ts';
import type { Values } from './values.ts';

type Deps = {
  readonly store: Store;
  readonly clock: Clock;
  readonly values: Values;
  readonly runs: Runs;
  readonly views: RunViews;
  readonly settled: (live: Live) => Promise<Result<RunView>>;
};

type HeldStep = { readonly scope: Scope; readonly step: ShapeStep };
type Refused = { readonly ok: false; readonly problem: Problem };

export const newGoOn =
  (d: Deps) =>
  async (request: GoOnRequest): Promise<Result<RunView>> => {
    const { principal, run, mode } = request;
    const found = await d.views.reach(principal, run, 'run');
    if (!found.ok) return found;
    const flow = await d.store.in(found.value.workspace).flows.get(found.value.flow);
    if (flow === null || !may(principal, 'flow.write', thingOf(found.value.workspace, flow))) return TRIAL;
    const live = await d.runs.hold(principal.workspace, run);
    if (live === null || live.over) return refuse('run.over', 'This run is over already');
    const held = heldSteps(live.state).filter((one) => isMeant(one, request));
    const [first, more] = held;
    if (first === undefined || live.state.phase !== 'running') return notHeld(request);
    if (request.input !== undefined && more !== undefined) return whichOne(first);
    const given = request.input === undefined ? null : give(d, live, principal, first, request.input);
    if (given !== null && !given.ok) return given;
    const data = { mode, by: principal.id, ...(given === null ? {} : { input: given.value }) };
    for (const { step, scope } of held) live.record(d.clock.now(), 'step.continued', data, step.id, scope.item);
    d.runs.wakes.unheld(live);
    d.runs.loop.advance(live);
    return d.settled(live);
  };

const isMeant = ({ step, scope }: HeldStep, { step: id, item }: GoOnRequest): boolean =>
  id === undefined || (step.id === id && (item === undefined || item.join() === scope.item.join()));

/** GO2, GO3: what the step is to be given, as the journal holds it. */
const give = (
  { values, runs }: Deps,
  live: Live,
  who: Principal,
  { step, scope }: HeldStep,
  input: { readonly value: unknown },
) => {
  if (live.base.principal !== who.id)
    return refuse(
      'permission.missing',
      'Only who started a run says what its held steps are given',
      'Let it go on as it is, or run the flow yourself.',
    );
  const { value } = input;
  const cs = live.compiled.steps[step.index];
  if (cs === undefined) throw new Error('a step without its compiled form');
  if (step.block?.kind === 'repeat') return unfit(step, 'A `repeat` is given nothing; change the steps inside it');
  if (step.block !== null && !Array.isArray(value)) return unfit(step, 'An `each` is given a list');
  if (step.block === null) {
    const checked = inputOf(cs, runs.loop.scope(live, scope), input);
    if (!checked.ok)
      return { ok: false, problem: { ...checked.problem, at: { ...checked.problem.at, step: step.id } } } as const;
  }
  const kept = values.hold(value ?? null, live.spilled);
  return 'held' in kept ? ({ ok: true, value: kept.held } as const) : ({ ok: false, problem: kept.problem } as const);
};

const refuse = (code: string, text: string, fix?: string): Refused => ({
  ok: false,
  problem: problem(code, text, fix === undefined ? {} : { fix }),
});

const unfit = (step: ShapeStep, text: string): Refused => ({
  ok: false,
  problem: problem('step.input', text, { at: { step: step.id, field: 'with' } }),
});

const notHeld = ({ step }: GoOnRequest): Refused =>
  refuse(
    'run.not_held',
    step === undefined ? 'Nothing of this run is held' : `The step ${step} is not held`,
    'Look at the run again: somebody may have let it go on.',
  );

const whichOne = ({ step }: HeldStep): Refused => ({
  ok: false,
  problem: problem('run.held_many', 'More than one step is held: an input is for one of them', {
    at: { step: step.id },
    fix: 'Name the step, and the item of a block.',
  }),
});

const TRIAL = refuse(
  'permission.missing',
  'Letting a draft run go on needs the permission flow.write too',
  'Use a key that may change the flow.',
);
