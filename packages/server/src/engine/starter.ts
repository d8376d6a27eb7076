/**
 * Starting runs by the run API: which flow, may they, does the input fit, is it a repetition; then the run itself and
 * the wait for its answer.
 *
 * N1 An answer leaves only after the run it speaks of is durable.
 * N2 Whoever may not run a flow learns as little of it as if it did not exist.
 * N3 A repetition is told of the run that there is already; what came of it, only to who started that, or may read runs.
 */

import {
  at,
  bad,
  isOver,
  may,
  type Principal,
  type Problem,
  problem,
  type Result,
  type RunView,
  type StartRequest,
  thingOf,
} from '@headgate/core';
import { DEFAULT_ENVIRONMENT } from '../store/environment.ts';
import type { Store } from '../store/ports.ts';
import { NotDurable } from '../store/writer/writer.ts';
import type { Clock } from './clock.ts';
import { type Flows, type Target, unpinned } from './flows.ts';
import { inputProblem } from './hooks.ts';
import type { Live } from './live.ts';
import { failedOutward, refusedOutward } from './outward.ts';
import { hasOwner } from './owner.ts';
import { partOf } from './part.ts';
import { type Pin, pinsOf } from './pins.ts';
import type { RunViews } from './run-views.ts';
import type { Runs } from './runs.ts';
import { breaksOf } from './breaks.ts';
import { keyIn, keyOf, startLimits } from './start.ts';
import type { Timers } from './timers.ts';
import type { Values } from './values.ts';
import { undeclared } from './visitor.ts';

type Deps = {
  readonly store: Store;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly values: Values;
  readonly flows: Flows;
  readonly runs: Runs;
  readonly views: RunViews;
  readonly journal: Store['journal'];
};

type Answer = Result<{ run: RunView; finished: boolean }>;

export type Starter = {
  readonly start: (request: StartRequest) => Promise<Answer>;
  /** The run as it is once what it did so far is durable. */
  readonly settled: (live: Live) => Promise<Result<RunView>>;
};

export const newStarter = ({ store, clock, timers, values, flows, runs, views, journal }: Deps): Starter => {
  const start = async (request: StartRequest): Promise<Answer> => {
    const done = await begin(request);
    return done.ok || request.principal.kind !== 'visitor' ? done : bad(refusedOutward(done.problem));
  };

  const begin = async (request: StartRequest): Promise<Answer> => {
    const { principal } = request;
    const found = await pick(flows, store, request, clock.now());
    if (!found.ok) return found;
    const target = found.value;
    if (!may(principal, 'run', thingOf(target.workspace, target.row))) {
      return { ok: false, problem: problem('flow.not_found', 'There is no such flow') };
    }
    if (!target.row.enabled)
      return {
        ok: false,
        problem: problem('flow.disabled', 'This flow is switched off', {
          at: { flow: target.row.id },
          fix: 'Switch it on first.',
        }),
      };
    const visits = principal.kind === 'visitor';
    if (visits && !(await hasOwner(store, target.workspace, target.row)))
      return { ok: false, problem: problem('flow.not_found', 'There is no such flow') };
    const strange = visits ? undeclared(target.compiled.flow.input, request.input) : null;
    if (strange !== null) return { ok: false, problem: strange };
    const checked = checkInput(target, request.input);
    if (!checked.ok) return checked;
    const limits = startLimits(target, checked.value, request.trigger, clock.now());
    if ('problem' in limits) return { ok: false, problem: limits.problem };
    const pins = pinsOf(target.compiled, request.pins ?? {});
    if (!pins.ok) return pins;
    if (pins.value.length > 0 && target.guarded) return { ok: false, problem: unpinned(target) };
    const breakpoints = breaksOf(target, request.breakpoints);
    if (!breakpoints.ok) return breakpoints;
    const asked = await partOf({ flows, runs, values, reach: views.reach }, request, target, checked.value);
    if (!asked.ok) return asked;
    const part = asked.value;
    const given = request.idempotencyKey;
    const key = given === undefined ? limits.idempotencyKey : keyIn(target.environment, keyOf(given));
    const existing =
      key === null
        ? null
        : (runs.byKey(target.row.id, key) ??
          (await store.in(target.workspace).runs.byIdempotencyKey(target.row.id, key, 0)) ??
          runs.byKey(target.row.id, key));
    if (existing !== null) {
      const done = await finish(principal.workspace, existing, visits ? 0 : request.wait);
      if (!done.ok) return done;
      // What another visitor's run answered is for that one alone.
      const knows = !visits && (await mayKnow(principal, target, existing));
      return knows ? done : { ok: true, value: bare(done.value.run) };
    }
    const made = runs.create({
      target,
      input: checked.value,
      trigger: request.trigger,
      principal: principal.id,
      priority: request.priority ?? target.compiled.flow.settings?.priority ?? 0,
      limitKey: limits.limitKey,
      idempotencyKey: key,
      depth: 0,
      ...(part?.only === undefined ? {} : { only: part.only }),
      ...(breakpoints.value === null ? {} : { breakpoints: breakpoints.value }),
      ...(part?.rerunOf === undefined ? {} : { rerunOf: part.rerunOf }),
      ...(pins.value.length === 0 && part === null
        ? {}
        : {
            before: (live, when) => {
              part?.before(live, when);
              pin(live, when, pins.value);
            },
          }),
    });
    if ('problem' in made) return { ok: false, problem: made.problem };
    const done = await answer(made.live, request.wait);
    return visits ? outward(done, target) : done;
  };

  const pin = (live: Live, when: number, pins: readonly Pin[]): void => {
    for (const { step, value, port } of pins) {
      const held = values.hold(value, live.spilled);
      // A step whose pin is not held would run. `pinsOf` refused what cannot be.
      if (!('held' in held)) throw new Error(`the pin of the step ${step} cannot be held`);
      const data = { out: held.held, pinned: true as const, ...(port === undefined ? {} : { port }) };
      live.record(when, 'step.done', data, step);
    }
  };

  const answer = async (live: Live, wait: number): Promise<Answer> => {
    if (!live.over && wait > 0) {
      await new Promise<void>((resolve) => {
        const ended = (): void => {
          cancel();
          resolve();
        };
        const cancel = timers.at(clock.now() + wait, () => {
          live.onEnd = live.onEnd.filter((one) => one !== ended);
          resolve();
        });
        live.onEnd.push(ended);
      });
      runs.parked(live);
    }
    try {
      await journal.barrier(live.group);
    } catch {
      runs.abandon(live);
      return unavailable;
    }
    return { ok: true, value: { run: views.live(live), finished: live.over } };
  };

  const finish = async (workspace: string, id: string, wait: number): Promise<Answer> => {
    const live = runs.live(id);
    if (live !== undefined) return answer(live, wait);
    const found = await views.one(workspace, id);
    return found === null
      ? { ok: false, problem: problem('run.not_found', 'There is no such run') }
      : { ok: true, value: { run: found, finished: isOver(found.state) } };
  };

  const mayKnow = async (who: Principal, { workspace, row: flow }: Target, id: string): Promise<boolean> => {
    if (may(who, 'run.read', thingOf(workspace, flow))) return true;
    const run = runs.live(id)?.base ?? (await store.in(workspace).runs.get(id));
    return run?.principal === who.id;
  };

  const settled = async (live: Live): Promise<Result<RunView>> => {
    // What was asked for is written in its turn, and only then covered by its group.
    while (live.advancing && !live.abandoned) await new Promise((resolve) => setImmediate(resolve));
    const done = await answer(live, 0);
    if (live.abandoned) return unavailable;
    return done.ok ? { ok: true, value: done.value.run } : done;
  };

  return { start, settled };
};

/** What became of the run, as a visitor hears it. */
const outward = (done: Answer, { compiled }: Target): Answer => {
  if (!done.ok || done.value.run.problem === null) return done;
  const { run } = done.value;
  const why = failedOutward(done.value.run.problem, run.flow, compiled);
  return { ok: true, value: { ...done.value, run: { ...run, problem: why } } };
};

/** That there is a run, and its state (N3). */
const bare = (run: RunView): { run: RunView; finished: false } => ({
  run: { ...run, output: null, problem: null },
  finished: false,
});

export const unavailable: { readonly ok: false; readonly problem: Problem } = {
  ok: false,
  problem: problem('store.unavailable', 'The run could not be made durable', {
    retry: 'yes',
    fix: 'Look at /health/ready. The run may go on later; an idempotency key makes sending again safe.',
  }),
};

/** A refusal of the disk is a Problem to who asks, not a fault. */
export const written =
  <A extends unknown[], T>(act: (...args: A) => Promise<Result<T>>) =>
  async (...args: A): Promise<Result<T>> => {
    try {
      return await act(...args);
    } catch (error) {
      if (error instanceof NotDurable) return unavailable;
      throw error;
    }
  };

/** The input with defaults filled in, or what is wrong with it. */
export const checkInput = (target: Pick<Target, 'compiled'>, input: unknown): Result<unknown> => {
  const { input: declared } = target.compiled;
  if (declared === null) return { ok: true, value: input };
  const checked = declared(input);
  return checked.ok ? checked : { ok: false, problem: inputProblem(checked.problems) };
};

const pick = async (flows: Flows, store: Store, request: StartRequest, now: number): Promise<Result<Target>> => {
  const { workspace } = request.principal;
  const environment = request.environment ?? DEFAULT_ENVIRONMENT;
  if ('draft' in request.which) {
    const { revision, tools } = request.which;
    return flows.draft(workspace, request.flow, now, environment, revision, tools);
  }
  const { version } = request.which;
  if (version === undefined) return flows.live(workspace, request.flow, environment);
  const row = await store.in(workspace).flows.get(request.flow);
  return row === null
    ? { ok: false, problem: at({ flow: request.flow }, problem('flow.not_found', 'There is no such flow')) }
    : flows.version(workspace, row, version, environment);
};
