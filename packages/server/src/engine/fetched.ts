/**
 * How much of what its calls fetch one run may keep as files: bodies that are large, or no text. One body is bounded by
 * the call (net.ts), its journal by weight.ts; a run that fetches one large file after the other fills the disk as well
 * (row DOS-09).
 *
 * F1 A body that would go beyond is broken off, and nothing of it is kept.
 * F2 What is left of a disk that is nearly full is for journals: no file is fetched into it.
 */

import { type Problem, problem } from '@headgate/core';
import type { BodySink } from '../egress/door.ts';
import type { Live } from './live.ts';

const MB = 1024 * 1024;

/** Bytes of files that one run may fetch, since it was taken into memory (weight.ts W1). */
export const MOST_FETCHED = 2048 * MB;

/** Ends a call whose body may not be kept: the problem is the step's. */
export class FileRefused extends Error {
  readonly problem: Problem;
  constructor(of: Problem) {
    super(of.text);
    this.problem = of;
  }
}

/** A sink that counts for its run, and lets in no more than that run, and the disk, may hold. */
export const countedSink = (
  sink: () => BodySink,
  live: Pick<Live, 'fetched'>,
  most: number,
  full: () => Problem | null,
): BodySink => {
  const refuseNow = (more: number): void => {
    const why = live.fetched + more > most ? tooMuchFetched(most) : full();
    if (why !== null) throw new FileRefused(why);
  };
  refuseNow(0);
  const inner = sink();
  let mine = 0;
  return {
    write: (chunk) => {
      refuseNow(chunk.length);
      mine += chunk.length;
      live.fetched += chunk.length;
      return inner.write(chunk);
    },
    end: () => inner.end(),
    abort: () => {
      live.fetched -= mine;
      return inner.abort();
    },
  };
};

const tooMuchFetched = (most: number): Problem =>
  problem('run.too_large', `The calls of one run may fetch ${Math.round(most / MB)} MB of files; this would be more`, {
    fix: 'Fetch less, or cut the work into runs of their own with flow.call@1.',
  });
