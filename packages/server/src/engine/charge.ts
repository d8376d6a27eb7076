/** What budgets make of a step: the outcome as it is charged, and the Problem of one that may not begin. Pure. */

import { at, type Outcome, type Problem, type Usage } from '@headgate/core';

/**
 * The outcome with what was charged, by the step as a whole or, question by question, by the door of models. What a kind
 * that declares no use says of it is charged to nobody, and not on record.
 */
export const charged = (outcome: Outcome, used: Usage | undefined, asked: Required<Usage> | null): Outcome => {
  if (asked !== null && (outcome.kind === 'done' || outcome.kind === 'problem')) {
    const { output, ...rest } = asked;
    return { ...outcome, usage: output === 0 ? rest : asked };
  }
  if (!('usage' in outcome)) return outcome;
  const { usage: _, ...rest } = outcome;
  return used === undefined ? rest : { ...rest, usage: used };
};

/** At its place; nothing tries it again by itself, whatever the step says of retries. */
export const stopped = (why: Problem, step: string, item: readonly number[]): Problem => {
  const { retryAfter: _, ...rest } = why;
  return at({ step, ...(item.length > 0 ? { item } : {}) }, { ...rest, retry: 'no' });
};
