/**
 * What an old run offers to a partial run: how each step of the flow's own level ended, read from its folded state,
 * whether the run is over or not. What is inside blocks is not offered, but for the items of an `each` that did not end
 * well as a whole.
 */

import type { Flow } from '../flow/model.ts';
import type { Problem } from '../problem.ts';
import type { Held } from './journal.ts';
import { type BlockRun, DONE, SKIPPED, type State, stepAt } from './state.ts';

/** The list an `each` went through, and the results of its items that ended well, by index. */
export type OldItems = {
  readonly count: number;
  readonly over: Held | null;
  readonly done: ReadonlyMap<number, Held>;
};

export type OldStep = {
  /** `open`: it never ended, or ended the run. */
  readonly status: 'done' | 'skipped' | 'open';
  readonly held: Held | null;
  readonly port: string | null;
  /** A problem that `onProblem` took. */
  readonly problem: Problem | null;
  /** Of an `each` that is open, failed, or done with problems collected; null for every other step. */
  readonly items: OldItems | null;
};

export type OldRun = {
  /** The version the run was of. */
  readonly flow: Flow;
  /** By step id. */
  readonly values: ReadonlyMap<string, OldStep>;
  /** What the run itself was limited to; null: nothing. */
  readonly only: readonly string[] | null;
};

/** Reads an old run. Linear in steps and items. */
export const finished = (state: State, flow: Flow): OldRun => {
  const { root } = state;
  const values = new Map<string, OldStep>();
  for (const index of root.steps) {
    const step = stepAt(state.shape, index);
    const status = root.status[step.pos];
    const block = root.blocks.get(step.pos) ?? state.broken.get(step.pos);
    values.set(step.id, {
      status: status === DONE ? 'done' : status === SKIPPED ? 'skipped' : 'open',
      held: root.values[step.pos] ?? null,
      port: state.ports.get(step.pos) ?? null,
      problem: root.problems.get(step.pos) ?? null,
      items: block?.step.block?.kind === 'each' ? itemsOf(block) : null,
    });
  }
  return { flow, values, only: state.only === null ? null : [...state.only] };
};

const itemsOf = (block: BlockRun): OldItems => {
  const done = new Map<number, Held>();
  block.results.forEach((result, index) => {
    if (!('problem' in result)) done.set(index, result);
  });
  return { count: block.count, over: block.over, done };
};
