/** What the kernel says of a process: its memory, and the parts of the lock that it shows. Linux; elsewhere nothing is known. */

import { readFileSync } from 'node:fs';

const PAGE = 4096;

/** Resident bytes; 0 when it is not known. */
export const residentOf = (pid: number): number => {
  try {
    const pages = readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1];
    return Number(pages) * PAGE;
  } catch {
    return 0;
  }
};

export type KernelSays = {
  readonly noNewPrivileges: boolean;
  readonly filters: number;
  readonly capabilities: string;
  readonly uid: string;
};

/** The lines of /proc/PID/status that tell of a lock; null when they cannot be read. */
export const kernelSaysOf = (pid: number): KernelSays | null => {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const of = (name: string): string => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1] ?? '';
    return {
      noNewPrivileges: of('NoNewPrivs') === '1',
      filters: of('Seccomp') === '2' ? Number(of('Seccomp_filters')) : 0,
      capabilities: of('CapEff'),
      uid: of('Uid'),
    };
  } catch {
    return null;
  }
};
