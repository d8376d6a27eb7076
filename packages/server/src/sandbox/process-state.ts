/** What the kernel says of a process: its memory, and the parts of the lock that it shows. Linux; elsewhere nothing is known. */

import { readdirSync, readFileSync } from 'node:fs';

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

export type GroupSays = { readonly pids: readonly number[]; readonly bytes: number };

/** What is in each of these groups of processes now. Resident memory that processes share counts for each of them. */
export const groupsNow = (groups: ReadonlySet<number>): ReadonlyMap<number, GroupSays> => {
  const found = new Map([...groups].map((group) => [group, { pids: [] as number[], bytes: 0 }]));
  let names: readonly string[] = [];
  try {
    names = groups.size === 0 ? [] : readdirSync('/proc');
  } catch {
    // Another system: nothing is known.
  }
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue;
    let text: string;
    try {
      text = readFileSync(`/proc/${name}/stat`, 'latin1');
    } catch {
      continue;
    }
    // After the name, which may hold anything: state, parent, group, …; resident pages are the 22nd.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const group = found.get(Number(fields[2]));
    // What is dead, and was not asked for by whoever it belonged to, is nothing any more.
    if (group === undefined || fields[0] === 'Z' || fields[0] === 'X') continue;
    group.pids.push(Number(name));
    group.bytes += Number(fields[21]) * PAGE;
  }
  return found;
};
