/**
 * Families: a run and all the runs that come of it, by calling flows and by telling of failures. Depth alone does not bound
 * them: a flow that calls itself a hundred times is sixteen levels deep and 100^16 runs wide.
 *
 * F1 A family has at most MOST runs, and AT_ONCE of them unfinished. Beyond that a call is a Problem (row DOS-07).
 * F3 Of these at most RECURSIVE are calls of a flow by itself, straight or through others: what fans out into itself
 *    ends before it crowds out everybody else.
 * F2 It is known by the id of its first run, which every member records; counts are of this process alone.
 */

import { type Problem, problem } from '@headgate/core';
import { Recent } from './cache.ts';

/** As many as a list may have items: one call for each of them is allowed. */
export const MOST = 250_000;
export const AT_ONCE = 10_000;
export const RECURSIVE = 1_000;
const REMEMBERED = 10_000;

type Family = { total: number; open: number; recursive: number };

export class Families {
  readonly #families = new Recent<string, Family>(REMEMBERED);

  /** Counts one more run of the family of `first`; or why there may not be one. */
  join(first: string, recursive: boolean): Problem | null {
    const family = this.#families.get(first) ?? { total: 0, open: 0, recursive: 0 };
    if (recursive && family.recursive >= RECURSIVE) {
      const text = `Flows may call themselves ${RECURSIVE} times within one run; this call would be one more`;
      const fix = 'Does a flow call itself for each of its items? Go through the list in one run, with each.';
      return problem('flow.calls', text, { fix });
    }
    if (family.total >= MOST || family.open >= AT_ONCE) {
      const what = family.total >= MOST ? `${MOST} runs` : `${AT_ONCE} runs that are not over`;
      return problem('flow.calls', `One run and the flows it calls may become ${what}; this call would be one more`, {
        fix: 'Does a flow call itself for each of its items? Otherwise go through the list in parts, with fewer at once.',
      });
    }
    family.total += 1;
    family.open += 1;
    if (recursive) family.recursive += 1;
    this.#families.set(first, family);
    return null;
  }

  /** A run of the family is over. */
  leave(first: string): void {
    const family = this.#families.get(first);
    if (family !== undefined && family.open > 0) family.open -= 1;
  }
}
