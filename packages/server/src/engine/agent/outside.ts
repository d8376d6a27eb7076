/**
 * Are texts that an agent reads from outside? Where that cannot be told, they are.
 *
 * OU1 One rule for what it is told when it begins and for what its tools hand on to it: what a step is made of makes what it gives.
 */

import type { Compiled, Reference } from '@headgate/core';
import type { CompiledStep } from '../compiled.ts';
import type { Live } from '../live.ts';

/** What starts a run with words of people who may start it; whatever else brings words of anybody. */
const INSIDE: ReadonlySet<string> = new Set(['api@1', 'manual@1', 'schedule@1']);

/** Is the input of this run from outside? */
export const isFed = (live: Live): boolean => !INSIDE.has(live.state.created?.trigger.kind ?? '');

const isOutside = ({ root }: Reference, fed: boolean): boolean =>
  root === 'steps' || root === 'problems' || root === 'trigger' || (root === 'input' && fed);

export const beginsOutside = (live: Live, { over }: CompiledStep): boolean =>
  (over?.references ?? []).some((one) => one.root === 'item' || isOutside(one, isFed(live)));

/** All that a step is made of: whatever of it reads something, what it gives may tell of that. */
const partsOf = ({ fields, perItem, over, until, result, retry }: CompiledStep): readonly (Compiled | null)[] => [
  fields,
  ...perItem.map(({ compiled }) => compiled),
  ...[over, until, result, retry?.when ?? null],
];

/**
 * May a tool, made of these steps, hand on what is from outside? Their `item` is what the model filled in, or made of what
 * they read; what they read of each other is judged where they read it first. `fed`: the input of the run is from outside.
 */
export const handsOn = (steps: readonly CompiledStep[], fed: boolean): boolean => {
  const own = new Set(steps.map(({ step }) => step.id));
  return steps
    .flatMap(partsOf)
    .flatMap((part) => part?.references ?? [])
    .some(
      (one) =>
        isOutside(one, fed) && !((one.root === 'steps' || one.root === 'problems') && own.has(one.path[0] ?? '')),
    );
};
