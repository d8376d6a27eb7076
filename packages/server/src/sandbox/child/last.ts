/** The last layer, put on when everything is loaded: by the runner before the first frame, by the probes before the first try. */

import { allowing } from './filter.ts';
import { notDumpable, seccomp } from './lock.ts';
import { MACHINES } from './syscalls.ts';

/** Did the kernel take it? */
export const lastStage = (): boolean => {
  const machine = MACHINES.get(process.arch);
  const number = machine?.numbers['seccomp'];
  notDumpable();
  return machine !== undefined && number !== undefined && seccomp(number, allowing(machine));
};
