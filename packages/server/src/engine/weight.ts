/**
 * How much one run may write: its journal and its large values. A flow without any power could fill
 * the disk of everybody else in a minute (row DOS-09).
 *
 * W1 What was written before a crash is not counted again: a run that is taken up has the whole bound once more.
 */

import { type Problem, problem } from '@headgate/core';

const MB = 1024 * 1024;

/** Bytes of journal and large values. Files that calls fetch have a bound of their own (fetched.ts). */
export const HEAVIEST_RUN = 256 * MB;

/** Why a run that wrote so much is ended; null while it may go on. `step` is the one that wrote last. */
export const tooMuch = (written: number, step: string | null): Problem | null =>
  written <= HEAVIEST_RUN
    ? null
    : problem('run.too_large', `This run has written more than ${HEAVIEST_RUN / MB} MB to its journal`, {
        ...(step === null ? {} : { at: { step } }),
        fix: 'Keep less of each item, log less, or cut the work into runs of their own with flow.call@1.',
      });
