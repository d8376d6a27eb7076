/**
 * A user of its own for a process of a server that runs as root: what is locked away then owns no file and no process,
 * should a layer of the lock fail. Each process gets another one, so that none is in the place of another either.
 *
 * U1 It is for good: real, effective and saved ids change, and no group is left.
 * U2 Where that user could not read what the process needs (Node or the packages lie in a closed folder), or where the
 *    kernel has no such user (a namespace with few), nothing changes, and that is told: the rest of the lock stands alone.
 * U3 The calls are made on this thread alone, which is the one that becomes the runner: the others end then.
 */

import { closeSync, existsSync, openSync, statSync } from 'node:fs';
import { call, fixed } from './kernel.ts';

/** Between the users of systems and those of containers: nobody hands out numbers from here. The last is `nobody`. */
const [FIRST, COUNT, NOBODY] = [70_000, 20_000, 65_534];

/** Whether whoever is in effect now may read it. */
const open = (path: string): boolean => {
  try {
    closeSync(openSync(path, 'r'));
    return true;
  } catch {
    return false;
  }
};

type Numbers = Readonly<Record<'setgroups' | 'setresuid' | 'setresgid', number>>;

const groupsTo = (numbers: Numbers, groups: readonly number[]): boolean =>
  call(numbers.setgroups, groups.length, Number(fixed(Buffer.from(Uint32Array.from([...groups, 0]).buffer)))).value ===
  0;

/** Only what is in effect changes, and can be changed back. */
const effective = (numbers: Numbers, id: number): boolean =>
  id === 0
    ? call(numbers.setresuid, -1, 0, -1).value === 0 && call(numbers.setresgid, -1, 0, -1).value === 0
    : call(numbers.setresgid, -1, id, -1).value === 0 && call(numbers.setresuid, -1, id, -1).value === 0;

/** Becomes a user of its own who can read `needed`, when it is root and can. Did it? */
export const ownUser = (numbers: Numbers, needed: readonly string[]): boolean => {
  return becomeUser(numbers, needed, FIRST + (process.pid % COUNT));
};

/** The same with a user that is told: it is the same each time. */
export const becomeUser = (numbers: Numbers, needed: readonly string[], own: number): boolean => {
  if (process.getuid?.() !== 0) return false;
  const groups = process.getgroups?.() ?? [];
  const there = needed.filter((path) => existsSync(path));
  for (const id of [own, NOBODY]) {
    if (!groupsTo(numbers, [])) return false;
    const able = effective(numbers, id) && (statSync(process.execPath).mode & 1) === 1 && there.every(open);
    if (!effective(numbers, 0)) throw new Error('a launcher that does not come back to be root');
    if (able && call(numbers.setresgid, id, id, id).value === 0 && call(numbers.setresuid, id, id, id).value === 0)
      return true;
    groupsTo(numbers, groups);
  }
  return false;
};
