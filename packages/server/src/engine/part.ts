/**
 * A run of a part of a draft: which steps run, and what of an earlier run stands in for the others. Core decides
 * (run/partial.ts); here its answer becomes `only`, and events put before planning.
 *
 * PA1 Results are taken over only from a run of the same flow in the same environment, which the caller may read; any other
 *     is as one that never was.
 */

import {
  eventsBefore,
  partial,
  type Permission,
  type Principal,
  problem,
  type Result,
  type StartRequest,
} from '@headgate/core';
import type { RunRow } from '../store/ports.ts';
import { earlier, keepBlobs } from './earlier.ts';
import type { Flows, Target } from './flows.ts';
import type { Live } from './live.ts';
import type { Runs } from './runs.ts';
import type { Values } from './values.ts';

type Deps = {
  readonly flows: Flows;
  readonly runs: Pick<Runs, 'ends'>;
  readonly values: Values;
  readonly reach: (who: Principal, id: string, permission: Permission) => Promise<Result<RunRow>>;
};

export type Part = {
  readonly only: readonly string[] | undefined;
  readonly rerunOf: string | undefined;
  readonly before: (live: Live, at: number) => void;
};

/** What of the flow runs; a Problem where the step or the run asked for is none (`rerun.step`, `run.not_found`). */
export const partOf = async (
  d: Deps,
  { principal, part, pins }: StartRequest,
  target: Target,
  input: unknown,
): Promise<Result<Part | null>> => {
  if (part === undefined) return { ok: true, value: null };
  const found = part.reuse === undefined ? null : await oldOf(d, principal, part.reuse, target);
  if (found !== null && !found.ok) return found;
  const old = found === null ? null : found.value;
  const before = old === null ? undefined : d.values.read(target.workspace, old.created.input);
  const planned = partial({
    flow: target.compiled.flow,
    mode: 'from' in part ? { from: part.from } : { to: part.to },
    old: old?.old ?? null,
    ...(old !== null && JSON.stringify(before) !== JSON.stringify(input) ? { edited: { input: true } } : {}),
    ...(pins === undefined ? {} : { pins }),
  });
  if (!planned.ok) return planned;
  const { only, reuse } = planned.value;
  return {
    ok: true,
    value: {
      only,
      rerunOf: part.reuse,
      before: (live, at) => {
        for (const event of eventsBefore(reuse, part.reuse ?? '')) {
          keepBlobs(live, event.data);
          live.record(at, event.type, event.data, event.step, event.item);
        }
      },
    },
  };
};

const oldOf = async (d: Deps, who: Principal, id: string, target: Target) => {
  const found = await d.reach(who, id, 'run.read');
  const none = { ok: false, problem: problem('run.not_found', 'There is no such run of this flow') } as const;
  if (!found.ok) return none;
  const { flow, environment, workspace, hash } = found.value;
  if (flow !== target.row.id || environment !== target.environment) return none;
  const compiled = await d.flows.byHash(workspace, hash);
  const read = compiled === null ? null : await earlier(d.runs, found.value, compiled);
  return read === null ? none : ({ ok: true, value: read } as const);
};
