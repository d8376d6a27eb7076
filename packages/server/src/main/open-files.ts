/**
 * What this machine has of what runs out, and how much of it each part may take: files and connections for calls to the
 * outside, memory for Python. What is left is for those who come in, for the store, and for everything else.
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

/** An interpreter in its process, measured: 208 MB. */
const PYTHON = 210 * 1024 * 1024;

/** Interpreters of Python at a time: an eighth of the memory of the machine. */
export const pythonsFor = (memory: number): number => Math.max(2, Math.min(16, Math.floor(memory / 8 / PYTHON)));
