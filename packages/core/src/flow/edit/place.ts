/** Finding, putting and taking steps in a flow without changing it: what did not change is shared with the flow before. */

import { isBlock, stepsOf } from '../blocks.ts';
import type { Flow, Json, Step } from '../model.ts';
import type { Place } from './edit.ts';

/** Positions from the outermost list inwards; null: there is no such step. */
export const pathTo = (steps: readonly Step[], id: string): readonly number[] | null => {
  for (const [i, step] of steps.entries()) {
    if (step.id === id) return [i];
    const inner = pathTo(stepsOf(step), id);
    if (inner !== null) return [i, ...inner];
  }
  return null;
};

export const stepIn = (flow: Flow, id: string): Step | null => {
  const path = pathTo(flow.steps, id);
  let list: readonly Step[] = flow.steps;
  let found: Step | null = null;
  for (const i of path ?? []) {
    found = list[i] ?? null;
    list = found === null ? [] : stepsOf(found);
  }
  return found;
};

/** Where a step stands; null: it is not there. */
export const placeOf = (flow: Flow, id: string): Place | null => {
  const path = pathTo(flow.steps, id);
  const last = path?.at(-1);
  if (path === null || last === undefined) return null;
  let list: readonly Step[] = flow.steps;
  let block: string | null = null;
  for (const i of path.slice(0, -1)) {
    const step = list[i];
    if (step === undefined) return null;
    block = step.id;
    list = stepsOf(step);
  }
  return { block, before: list[last + 1]?.id ?? null };
};

/**
 * The flow with the list that a block (null: the flow) holds made anew. Null: there is no such block, or it has no list of steps:
 * giving it one could not be undone exactly.
 */
export const withList = (
  flow: Flow,
  block: string | null,
  change: (list: readonly Step[]) => readonly Step[],
): Flow | null => {
  if (block === null) return { ...flow, steps: [...change(flow.steps)] };
  return withStep(flow, block, (step) => {
    if (!isBlock(step) || !Array.isArray(step.with?.['steps'])) return null;
    const steps = [...change(stepsOf(step))] as unknown as Json; // steps of a block stand in its `with`, which is JSON
    return { ...step, with: { ...step.with, steps } };
  });
};

/** The flow with one step made anew; null: it is not there, or `change` answered null. */
export const withStep = (flow: Flow, id: string, change: (step: Step) => Step | null): Flow | null => {
  const path = pathTo(flow.steps, id);
  if (path === null) return null;
  const steps = within(flow.steps, path, change);
  return steps === null ? null : { ...flow, steps };
};

const within = (
  steps: readonly Step[],
  [i = 0, ...rest]: readonly number[],
  change: (step: Step) => Step | null,
): Step[] | null => {
  const step = steps[i];
  if (step === undefined) return null;
  let made: Step | null;
  if (rest.length === 0) made = change(step);
  else {
    const inner = within(stepsOf(step), rest, change);
    made = inner === null ? null : { ...step, with: { ...step.with, steps: inner as unknown as Json } };
  }
  return made === null ? null : steps.map((one, at) => (at === i ? made : one));
};

/** The list with one more before a neighbour; where that is gone, at the end. */
export const putBefore = <T extends { readonly id: string }>(
  list: readonly T[],
  one: T,
  before: string | null,
): T[] => {
  const at = before === null ? -1 : list.findIndex(({ id }) => id === before);
  return at === -1 ? [...list, one] : [...list.slice(0, at), one, ...list.slice(at)];
};
