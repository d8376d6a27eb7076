/** A part of the bench: it measures one thing, and tells what it found as text and as verdicts against the targets. */

import type { Ground } from '../kit/ground.ts';
import type { Verdict } from '../kit/table.ts';

export type Options = {
  /** Rounds of the round-robin. */
  readonly rounds: number;
  /** Seconds of load a contender gets in a round. */
  readonly seconds: number;
  /** Take the time for what wants a minute. */
  readonly long: boolean;
};

export type Found = { readonly text: string; readonly verdicts: readonly Verdict[] };

export type Part = (ground: Ground, options: Options) => Promise<Found>;
