/** What a run says that a crash left between an effect and its record. */

import { type Problem, problem } from '@headgate/core';

export const doubt = (step: string): Problem =>
  problem(
    'step.in_doubt',
    'The server stopped after this step had started and before its result was recorded: it may or may not have had its effect',
    {
      at: { step },
      fix: 'Look at the other side. Then choose: repeat the step, take it as done with an empty result, or let the run fail.',
    },
  );
