/** Two runs beside each other, step by step, and where they part. Pure. */

import type { Out, RunFold, StepView } from '../editor/run/fold.ts';
import { differences } from './differences.ts';

/** `large`: one of the values is not at hand; they differ in size, or are taken for the same. */
export type Compared = {
  readonly step: string;
  readonly left: StepView | null;
  readonly right: StepView | null;
  readonly differs: 'state' | 'output' | null;
};

const sameOut = (a: Out | null, b: Out | null): boolean => {
  if (a === null || b === null) return a === b;
  if ('blob' in a || 'blob' in b) return 'blob' in a && 'blob' in b && (a.blob === b.blob || a.size === b.size);
  return differences(a.value, b.value).length === 0;
};

const partOf = (left: StepView | null, right: StepView | null): Compared['differs'] => {
  if (left?.state !== right?.state || left?.port !== right?.port || left?.problem?.code !== right?.problem?.code)
    return 'state';
  return sameOut(left?.out ?? null, right?.out ?? null) ? null : 'output';
};

/** In the order in which steps came up on the left; what came up on the right alone follows. */
export const compared = (left: RunFold, right: RunFold): readonly Compared[] =>
  [...new Set([...left.steps.keys(), ...right.steps.keys()])].map((step) => {
    const [a, b] = [left.steps.get(step) ?? null, right.steps.get(step) ?? null];
    return { step, left: a, right: b, differs: partOf(a, b) };
  });

/** How long a step took, as far as it is known. */
export const tookOf = (view: StepView | null): number | null =>
  view === null || view.started === null || view.ended === null ? null : view.ended - view.started;
