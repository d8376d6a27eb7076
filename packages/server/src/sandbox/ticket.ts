/** A job that is placed with a runner, and what the host keeps of it while it is there. */

import type { Problem } from '@headgate/core';
import type { Job, JobResult } from './job.ts';

export type Ticket = {
  readonly job: Job;
  readonly settle: (result: JobResult) => void;
  /** The host failed, not the code. */
  readonly fail: (error: unknown) => void;
  /**
   * Puts it somewhere else, when it has touched nothing yet and its runner is gone. False: it was tried often enough.
   * A method, no accessor: each object literal with one of those gets a hidden class of its own, which lies in the old
   * generation and keeps the closure, and with it the whole run, until the heap is collected.
   */
  readonly again: () => boolean;
};

export type Run = {
  readonly ticket: Ticket;
  readonly program: number;
  readonly began: number;
  /** Calls of host functions, and characters of log, that the host has seen. */
  calls: number;
  logged: number;
  over: boolean;
  /** What the host refused, by number of the call. */
  readonly refused: Map<number, Problem>;
  readonly timers: Set<NodeJS.Timeout>;
  readonly stop: () => void;
};

/** `stop` is called when its signal tells it to. */
export const newRun = (ticket: Ticket, program: number, stop: () => void): Run => {
  ticket.job.signal?.addEventListener('abort', stop, { once: true });
  const began = performance.now();
  return { ticket, program, began, calls: 0, logged: 0, over: false, refused: new Map(), timers: new Set(), stop };
};

/** It is over: nothing of it comes any more. */
export const quiet = (run: Run): void => {
  run.over = true;
  for (const timer of run.timers) clearTimeout(timer);
  run.timers.clear();
  run.ticket.job.signal?.removeEventListener('abort', run.stop);
};
