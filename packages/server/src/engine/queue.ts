/** What waits for a place, and how long runs are kept, as readers of runs see it. */

import type { Queue } from '@headgate/core';
import type { Admission } from './admission.ts';
import { type Keep, KEEP } from './sweep.ts';

const DAY = 86_400_000;

/** Answers for a workspace. `keep`: as it was set; absent: as it is by itself. */
export const newQueue =
  (admission: Admission, keep: Keep = KEEP) =>
  (workspace: string): Queue => ({
    lanes: admission.lanes(workspace),
    kept: { days: keep.for / DAY, perFlow: keep.perFlow },
  });
