/**
 * How many files and connections this process may have open, and how many of them calls to the outside may take. What is
 * left is for those who come in, for the store, and for the processes that run code.
 */

import { readFileSync } from 'node:fs';

/** Of a system that does not say. */
const USUAL = 1_024;
/** More connections than this help nobody. */
const MOST_CALLS = 4_000;

/** The limit of this process; Node raises it at its start to the most it may have. */
export const openFiles = (): number => {
  try {
    const line = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return line === 'unlimited' ? Number.POSITIVE_INFINITY : Number(line ?? USUAL);
  } catch {
    return USUAL;
  }
};

/** Calls under way at a time: a call has a connection and may look up a name, and as many lines again are kept idle. */
export const callsFor = (files: number): number => Math.max(4, Math.min(MOST_CALLS, Math.floor(files / 5)));
