/** How a run is asked for, whichever entrance it comes through. */

import type { Started } from '@headgate/core';
import type { Delivery } from '../store/ports.ts';
import type { TriggerMemory } from '../store/run-write.ts';
import { Admission } from './admission.ts';
import { EVALUATION } from './evaluations/kind.ts';
import type { Target } from './flows.ts';
import type { Live } from './live.ts';
import { laneOf } from './start.ts';

export type Begin = {
  readonly target: Target;
  readonly input: unknown;
  /** The JSON text that `input` was read from, unchanged since, when there is one at hand: it saves making it again. */
  readonly inputText?: string | null;
  readonly trigger: Started;
  readonly principal: string;
  readonly priority: number;
  /** What startLimits made of the flow's keys for this start; left out, it is made here. */
  readonly limitKey?: string | null;
  readonly idempotencyKey: string | null;
  readonly depth: number;
  /** A run of the same flow waits for this one, straight or through others. */
  readonly recursive?: boolean;
  /** Lanes that runs above this one are in: it goes within their place, since they wait for it. */
  readonly within?: ReadonlySet<string>;
  /** The signed delivery that this run came of, remembered with its first event (hooks.ts). */
  readonly delivery?: Delivery;
  /** What the trigger that it came of remembers from now on, written with its first event (polls.ts). */
  readonly memory?: TriggerMemory;
  /** Nobody is told of it before it has answered or `flush` was called: what it does before may be written in one go. */
  readonly untold?: boolean;
  readonly id?: string;
  readonly parent?: { readonly run: string; readonly step: string; readonly item: readonly number[] };
  /** The run that brought this one about: its family is joined (families.ts). */
  readonly from?: Live;
  readonly rerunOf?: string;
  readonly only?: readonly string[];
  readonly breakpoints?: readonly string[];
  /** Events that stand before planning: pins and reused results. */
  readonly before?: (live: Live, at: number) => void;
};

/** The lane it waits its turn in; null: none, or it goes within the place of one that waits for it. */
export const laneFor = ({ target, within }: Begin, limitKey: string | null | undefined): string | null => {
  if (Admission.free(target.compiled)) return null;
  const lane = laneOf(target, limitKey);
  return within?.has(lane) === true ? null : lane;
};

/**
 * When it begins, where its flow waits for the last of many that come shortly one after the other; null: it does not. The rows
 * of an evaluation are many, and none of them stands for another.
 */
export const dueOf = ({ target, trigger }: Begin, now: number): number | null => {
  const { debounce } = target.compiled;
  return debounce === null || trigger.kind === EVALUATION ? null : now + debounce.for;
};

/** What a run's row says of it from its beginning on. `lane`: the one it waits its turn in, or null. */
export const baseOf = (p: Begin, id: string, lane: string | null, created: number): Live['base'] => ({
  id,
  workspace: p.target.workspace,
  project: p.target.row.project,
  owner: p.target.row.owner,
  flow: p.target.row.id,
  version: p.target.version,
  hash: p.target.compiled.hash,
  environment: p.target.environment,
  triggerId: p.trigger.id ?? null,
  triggerKind: p.trigger.kind,
  principal: p.principal,
  priority: p.priority,
  limitKey: lane,
  idempotencyKey: p.idempotencyKey,
  parent: p.parent?.run ?? null,
  rerunOf: p.rerunOf ?? null,
  created,
});
