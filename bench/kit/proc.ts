/**
 * What the kernel counts about a process: processor time, memory now and at its peak. Linux only.
 *
 * A process's figures hold all its threads; `withChildren` adds the processes it started, so that work moved into a
 * helper process is not work that vanished.
 */

import { readdirSync, readFileSync } from 'node:fs';

/** The kernel's clock tick in /proc: 100 a second on every Linux that Node runs on (USER_HZ). */
const TICKS = 100;

const read = (path: string): string => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
};

const withChildren = (pid: number): number[] => {
  const found = [pid];
  for (const task of tasksOf(pid)) {
    const children = read(`/proc/${pid}/task/${task}/children`)
      .split(' ')
      .filter((text) => text !== '');
    for (const child of children) found.push(...withChildren(Number(child)));
  }
  return found;
};

const tasksOf = (pid: number): string[] => {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
};

/** Processor time used so far, user and system, in microseconds. Good to 10 ms. */
export const processorTime = (pid: number): number => {
  let ticks = 0;
  for (const one of withChildren(pid)) {
    // The name of a program may hold spaces; the fields that count come after its closing parenthesis.
    const fields = read(`/proc/${one}/stat`).split(') ').at(-1)?.split(' ') ?? [];
    // utime, stime, and those of children that have ended.
    for (const at of [11, 12, 13, 14]) ticks += Number(fields[at] ?? 0);
  }
  return (ticks * 1_000_000) / TICKS;
};

/** Processor time of each thread of a process, by its id, in microseconds. Good to a microsecond. */
export const threadsOf = (pid: number): ReadonlyMap<string, { readonly name: string; readonly time: number }> =>
  new Map(
    tasksOf(pid).map((task) => {
      const folder = `/proc/${pid}/task/${task}`;
      const time = Number(read(`${folder}/schedstat`).split(' ')[0]) / 1000;
      return [task, { name: read(`${folder}/comm`).trim(), time }];
    }),
  );

const own = (pid: number, name: 'VmRSS' | 'VmHWM'): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;

const memory = (pid: number, name: 'VmRSS' | 'VmHWM'): number =>
  withChildren(pid).reduce((sum, one) => sum + own(one, name), 0);

/** Memory held now by the process itself, in bytes. */
export const alone = (pid: number): number => own(pid, 'VmRSS');

/** Memory held now, with the processes it started, in bytes. */
export const resident = (pid: number): number => memory(pid, 'VmRSS');

/** The most memory it held at any time, in bytes. */
export const peak = (pid: number): number => memory(pid, 'VmHWM');
