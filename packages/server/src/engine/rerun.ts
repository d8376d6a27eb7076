/**
 * Running again: a new run, linked to the old one, that takes over what need not be done twice. What that is, core
 * decides (run/partial.ts); here its answer becomes events put before planning.
 *
 * The old run is never changed.
 *
 * RR1 Running a draft again, or taking over values that were pinned, is trying a flow out: like starting such a run it
 *     takes the permission to change the flow (row API-06).
 */

import {
  eventsBefore,
  may,
  partial,
  problem,
  type RerunRequest,
  type Result,
  type RunCreated,
  type Started,
  thingOf,
} from '@headgate/core';
import type { RunRow, Store } from '../store/ports.ts';
import { earlier, keepBlobs } from './earlier.ts';
import { type Flows, type Target, unpinned } from './flows.ts';
import type { Live } from './live.ts';
import type { Runs } from './runs.ts';
import type { Values } from './values.ts';

type Deps = {
  readonly store: Store;
  readonly flows: Flows;
  readonly runs: Runs;
  readonly values: Values;
  readonly check: (target: Target, input: unknown) => Result<unknown>;
};

/** Starts the new run; Problems when the old one's content is gone, the input does not fit, or the step asked for is none. */
export const rerun = async (d: Deps, old: RunRow, request: RerunRequest): Promise<Result<Live>> => {
  const { workspace } = old;
  const before = await d.flows.byHash(workspace, old.hash);
  const flowRow = await d.store.in(workspace).flows.get(old.flow);
  if (before === null || flowRow === null)
    return { ok: false, problem: problem('flow.not_found', 'The flow of this run does not exist any more') };
  if (!flowRow.enabled)
    return {
      ok: false,
      problem: problem('flow.disabled', 'This flow is switched off', {
        at: { flow: flowRow.id },
        fix: 'Switch it on first.',
      }),
    };
  const tries = may(request.principal, 'flow.write', thingOf(workspace, flowRow));
  if (!tries && old.version === null && request.version === undefined) return TRIAL;
  const target = await pick(d, flowRow, old, request);
  if (!target.ok) return target;

  const was = await earlier(d.runs, old, before);
  if (was === null) return { ok: false, problem: problem('run.not_found', 'There is no such run') };
  const { created, pinned } = was;
  const edited = request.input !== undefined;
  const input = d.check(target.value, edited ? request.input : d.values.read(workspace, created.input));
  if (!input.ok) return input;
  const planned = partial({
    flow: target.value.compiled.flow,
    mode: request.mode,
    old: was.old,
    ...(edited ? { edited: { input: true } } : {}),
  });
  if (!planned.ok) return planned;

  const { only, reuse } = planned.value;
  if (!tries && pinned && reuse.length > 0) return TRIAL;
  if (target.value.guarded && pinned && reuse.length > 0) return { ok: false, problem: unpinned(target.value) };
  // What it began with stands: a value that it did not name then is the one of now.
  const { vars } = created;
  const made = d.runs.create({
    target: vars === undefined ? target.value : { ...target.value, vars: { ...target.value.vars, ...vars } },
    input: input.value,
    trigger: wholeTrigger(created, d.values.read(workspace, created.input)),
    principal: request.principal.id,
    priority: old.priority,
    idempotencyKey: null,
    depth: 0,
    rerunOf: old.id,
    ...(only === undefined ? {} : { only }),
    before: (live, at) => {
      for (const event of eventsBefore(reuse, old.id)) {
        keepBlobs(live, event.data);
        live.record(at, event.type, event.data, event.step, event.item);
      }
    },
  });
  return 'problem' in made ? { ok: false, problem: made.problem } : { ok: true, value: made.live };
};

const TRIAL: { readonly ok: false; readonly problem: ReturnType<typeof problem> } = {
  ok: false,
  problem: problem('permission.missing', 'Draft runs and pinned values need the permission flow.write too', {
    fix: 'Run a published version again, as a whole, or use a key that may change the flow.',
  }),
};

/** The trigger with the body it brought: the input of the new run may be another one. */
const wholeTrigger = ({ trigger }: RunCreated, input: unknown): Started => {
  if (trigger.body === undefined) return trigger;
  const { body: _, data, ...rest } = trigger;
  return { ...rest, data: { ...(typeof data === 'object' ? data : {}), body: input } };
};

/** The version asked for; else the one that ran, so that running again gives the same flow, draft included. */
const pick = async (d: Deps, flowRow: Target['row'], old: RunRow, request: RerunRequest): Promise<Result<Target>> => {
  const version = request.version ?? old.version;
  if (version !== null) return d.flows.version(old.workspace, flowRow, version, old.environment);
  const compiled = await d.flows.byHash(old.workspace, old.hash);
  return compiled === null
    ? { ok: false, problem: problem('flow.not_found', 'The draft this run was made of does not exist any more') }
    : d.flows.placed({ workspace: old.workspace, row: flowRow, version: null, compiled }, old.environment);
};
