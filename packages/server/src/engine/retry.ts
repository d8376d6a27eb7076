/** When a failed step is tried again, and when not. Chance is drawn once and recorded with the event (J2 of the journal). */

import type { Problem } from '@headgate/core';
import type { Retrying } from './compiled.ts';

/**
 * Milliseconds until the next attempt, or null when there is none: delay × factor^n, at most cap, at least what the
 * Problem asks for, spread over [half, whole] by jitter so that many runs do not come back at once.
 */
export const nextTry = (
  retry: Retrying | null,
  attempt: number,
  problem: Problem,
  when: unknown,
  chance: () => number,
): number | null => {
  if (retry === null || attempt > retry.max) return null;
  if (retry.when === null ? problem.retry === 'no' : when !== true) return null;
  const grown = Math.min(retry.cap, retry.delay * retry.factor ** (attempt - 1));
  const spread = retry.jitter ? grown * (0.5 + chance() / 2) : grown;
  return Math.max(Math.round(spread), problem.retryAfter ?? 0);
};
