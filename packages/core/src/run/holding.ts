/**
 * Breakpoints: which steps are held before they begin, since when, and what somebody made of their input. Part of the fold;
 * it decides nothing after that (plan.ts) and evaluates nothing.
 *
 * H1 A run without breakpoints has no `Holding`, and nothing here is asked for it.
 * H2 A step is held once at most, before its first attempt: neither another try nor a choice after a doubt holds it again.
 * H3 Held time is that in which at least one step is held. Times are those of events, so that folding again gives the same.
 */

import type { Event, EventData } from './journal.ts';
import type { ShapeStep } from './shape.ts';
import { HELD, type Holding, type Scope, type State, stepAt } from './state.ts';

/** Milliseconds that a run stays held with nobody letting a step go on, before it is cancelled. */
export const HELD_MOST = 60 * 60 * 1000;

const NOT_STEPPING = -1;

export const newHolding = (breakpoints: readonly string[] | undefined): Holding | null =>
  breakpoints === undefined
    ? null
    : { at: new Set(breakpoints), depth: NOT_STEPPING, count: 0, since: null, total: 0, touched: 0 };

/** Is this step held when its turn comes? What has the id of its block (H1, H2 of shape.ts) goes with it, which was held before. */
export const isHeldHere = (holding: Holding, scope: Scope, step: ShapeStep): boolean =>
  scope.owner?.step.id !== step.id && (step.depth <= holding.depth || holding.at.has(step.id));

/** A held step goes on: with the input it was given, and by a mode that holds for all that comes after it. */
export const letGo = (
  holding: Holding,
  scope: Scope,
  step: ShapeStep,
  { mode, input }: EventData['step.continued'],
): void => {
  holding.depth = mode === 'step' ? step.depth : NOT_STEPPING;
  if (input === undefined) return;
  scope.edited ??= new Map();
  scope.edited.set(step.pos, input);
};

/** H3, after the event was folded. */
export const keepTime = (holding: Holding, { type, at }: Event): void => {
  if (type === 'step.held' || type === 'step.continued') holding.touched = at;
  if (holding.count > 0) holding.since ??= at;
  else if (holding.since !== null) {
    holding.total += at - holding.since;
    holding.since = null;
  }
};

/** When a run that is held is given up; null: nothing of it is held. */
export const heldUntil = (state: State): number | null =>
  state.holding === null || state.holding.count === 0 ? null : state.holding.touched + HELD_MOST;

/**
 * The time at which a limit is over that was set for `time`, after the run had been held for `before` milliseconds; null:
 * it stands still now.
 */
export const unheld = (state: State, time: number, before = 0): number | null => {
  const { holding } = state;
  if (holding === null) return time;
  return holding.since === null ? time + holding.total - before : null;
};

/** The step instances that are held, in the order of the flow. Linear in the open scopes. */
export const heldSteps = (state: State): { readonly scope: Scope; readonly step: ShapeStep }[] => {
  const found: { scope: Scope; step: ShapeStep }[] = [];
  if (state.holding === null || state.holding.count === 0) return found;
  const visit = (scope: Scope): void => {
    scope.status.forEach((status, pos) => {
      if (status === HELD) found.push({ scope, step: stepAt(state.shape, scope.steps[pos]) });
      for (const item of scope.blocks.get(pos)?.items.values() ?? []) visit(item);
    });
  };
  visit(state.root);
  return found;
};
