/** What a run of a part would run, and what it would take over from the run that is looked at: told before it is asked for. */

import { type Flow, type OldRun, type OldStep, partial } from '@headgate/core';
import type { RunFold } from './fold.ts';

export type Mode = { readonly to: string } | { readonly from: string };

/** A run that was started here, with the flow as it was then. */
export type Known = { readonly run: string; readonly flow: Flow; readonly input: unknown; readonly fold: RunFold };

export type Told = { readonly runs: number; readonly reused: number };

/** The same question to the same function as the engine's. Null: the step cannot be run by itself (it stands in a block). */
export const told = (
  flow: Flow,
  mode: Mode,
  known: Known | null,
  input: unknown,
  pins: Readonly<Record<string, unknown>>,
): Told | null => {
  const planned = partial({
    flow,
    mode,
    old: known === null ? null : oldOf(known),
    ...(known !== null && JSON.stringify(known.input) !== JSON.stringify(input) ? { edited: { input: true } } : {}),
    pins,
  });
  if (!planned.ok) return null;
  const { only, reuse } = planned.value;
  return {
    runs: (only ?? flow.steps.map(({ id }) => id)).filter((id) => !Object.hasOwn(pins, id)).length,
    reused: new Set(reuse.map(({ step }) => step)).size,
  };
};

const oldOf = ({ flow, fold }: Known): OldRun => ({ flow, values: stepsOf(flow, fold), only: fold.only });

const stepsOf = (flow: Flow, fold: RunFold): ReadonlyMap<string, OldStep> => {
  const over = fold.state === 'done';
  return new Map(
    flow.steps.map(({ id }): [string, OldStep] => {
      const view = fold.steps.get(id);
      const nothing = { held: null, port: null, problem: null, items: null };
      if (view === undefined) return [id, { ...nothing, status: over ? 'skipped' : 'open' }];
      if (view.state !== 'done') return [id, { ...nothing, status: 'open' }];
      const held = view.out === null ? null : view.out;
      return [id, { ...nothing, status: 'done', held, port: view.port }];
    }),
  );
};
