/** Walking a flow's steps, those inside blocks included. */

import { BLOCKS, type Flow, type Step } from './model.ts';

const blocks: ReadonlySet<string> = new Set(BLOCKS);

export const isBlock = (step: Step): boolean => blocks.has(step.kind);

/**
 * The steps a block holds; empty for other steps. The flow must have come through `readFlow` or `parseFlow`, which judge
 * the steps inside blocks by the same schema as the outer ones.
 */
export const stepsOf = (step: Step): readonly Step[] => {
  const inner = isBlock(step) ? step.with?.['steps'] : undefined;
  return Array.isArray(inner) ? (inner as unknown as readonly Step[]) : [];
};

/** All steps of a flow in the order of the file, each block before what it holds. */
export function* everyStep(flow: Flow): Generator<Step> {
  const open: (readonly Step[])[] = [flow.steps];
  const positions = [0];
  while (open.length > 0) {
    const level = open.length - 1;
    const step = open[level]?.[positions[level] ?? 0];
    if (step === undefined) {
      open.pop();
      positions.pop();
      continue;
    }
    positions[level] = (positions[level] ?? 0) + 1;
    yield step;
    const inner = stepsOf(step);
    if (inner.length > 0) {
      open.push(inner);
      positions.push(0);
    }
  }
}
