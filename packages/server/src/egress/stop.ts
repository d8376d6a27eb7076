/**
 * The end of one call before its answer: its time is up, its caller cancelled it, or the door closes. Whichever comes
 * first is the Problem that is told; whatever breaks because of it is not.
 */

import type { Problem } from '@headgate/core';
import { cancelled, timedOut } from './problems.ts';

/** What awaits end with, once the call was stopped. It never leaves the room. */
export class Stopped extends Error {}

export type Stop = {
  /** Aborts when the call is stopped. */
  readonly signal: AbortSignal;
  /** Why it was stopped; null while it was not. */
  problem(): Problem | null;
  /** Stops the call; later reasons do not count. */
  now(why: Problem): void;
  /** Awaits `work`, but throws Stopped as soon as the call is stopped. */
  race<T>(work: Promise<T>): Promise<T>;
  /** Lets go of timer and listener. The call is over. */
  done(): void;
};

/** The longest delay a timer takes. */
const LONGEST = 2 ** 31 - 1;

/** Starts the clock of a call. `peer` tells whom the call is waiting for at the time it runs out. */
export const startStop = (
  ms: number,
  outer: AbortSignal | undefined,
  peer: () => { host: string; port: number } | null,
): Stop => {
  if (!(ms > 0)) throw new RangeError('the timeout of a request is a positive number of milliseconds');
  const controller = new AbortController();
  let reason: Problem | null = null;
  const now = (why: Problem): void => {
    if (reason !== null) return;
    reason = why;
    controller.abort();
  };
  const stopped = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(new Stopped()), { once: true });
  });
  // Nobody may be waiting at that moment; that is no error.
  stopped.catch(() => undefined);
  const cancel = (): void => now(cancelled());
  const timer = setTimeout(() => now(timedOut(peer(), ms)), Math.min(ms, LONGEST));
  if (outer?.aborted) cancel();
  outer?.addEventListener('abort', cancel, { once: true });
  return {
    signal: controller.signal,
    problem: () => reason,
    now,
    race: (work) => Promise.race([stopped, work]),
    done: () => {
      clearTimeout(timer);
      outer?.removeEventListener('abort', cancel);
    },
  };
};
