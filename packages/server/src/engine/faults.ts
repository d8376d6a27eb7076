/** The Problems that the loop itself gives: a step that took too long, a fault of the server. */

import { type Outcome, problem } from '@headgate/core';
import type { CompiledStep } from './compiled.ts';

/** The timeout of a step is over; whether it had its effect is not known. */
export const tooLong = (cs: CompiledStep): Extract<Outcome, { kind: 'problem' }> => ({
  kind: 'problem',
  sent: 'maybe',
  problem: problem('step.timeout', `The step took longer than its timeout of ${cs.step.timeout}`, {
    retry: 'yes',
    fix: 'Give it more time, or a retry.',
  }),
});

/** A fault of ours ended the run (O5 in loop.ts). */
export const BUG = problem('run.bug', 'The run met a fault of the server and was ended', {
  fix: "Look at the server's log under this run's id, then run it again.",
});
