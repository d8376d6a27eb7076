/**
 * Programs for the kernel's system-call filter (classic BPF), as bytes. It writes them; lock.ts hands them over.
 *
 * F1 A call of another machine's table (32-bit, x32) ends the process: its numbers mean something else.
 * F2 A name that this machine does not have is left out of a deny list, and allows nothing in an allow list.
 */

import { ABSENT, ALLOWED, DENIED, type Machine, PROGRAM_DENIED } from './syscalls.ts';

const KILL = 0x80000000;
const ALLOW = 0x7fff0000;
const REFUSE = 0x00050000;
const EPERM = 1;
const ENOSYS = 38;
const CLONE_THREAD = 0x10000;
/** New namespaces: of mounts, control groups, names, IPC, users, processes, networks. */
const CLONE_NEW = 0x7e020000;
const X32 = 0x40000000;
/** Of fcntl: F_GETFD, F_SETFD, F_GETFL, F_SETFL. The others set owners of signals, leases and locks. */
const FCNTL = [1, 2, 3, 4];

const [LOAD, EQUAL, AT_LEAST, SOME_BITS, ANSWER] = [0x20, 0x15, 0x35, 0x45, 0x06];
const [NUMBER, ARCH, ARG0, ARG1] = [0, 4, 16, 24];

type Line = readonly [code: number, yes: number, no: number, value: number];

const load = (offset: number): Line => [LOAD, 0, 0, offset];
const answer = (value: number): Line => [ANSWER, 0, 0, value];
/** `value` equal: answers; else goes on with the next line but one. */
const when = (value: number, then: number): readonly Line[] => [[EQUAL, 0, 1, value], answer(then)];

const start = (machine: Machine): readonly Line[] => [
  load(ARCH),
  [EQUAL, 1, 0, machine.audit],
  answer(KILL),
  load(NUMBER),
  [AT_LEAST, 0, 1, X32],
  answer(KILL),
];

const numbersOf = (machine: Machine, names: readonly string[]): readonly number[] =>
  names.map((name) => machine.numbers[name]).filter((number) => number !== undefined);

/** Stage one: what no runner ever needs, denied before Node starts in it; everything else goes on. */
export const denying = (machine: Machine): Buffer =>
  bytes([
    ...start(machine),
    ...numbersOf(machine, ABSENT).flatMap((number) => when(number, REFUSE | ENOSYS)),
    ...numbersOf(machine, DENIED).flatMap((number) => when(number, REFUSE | EPERM)),
    answer(ALLOW),
  ]);

/** Stage two: nothing but the allow list. Threads may still be made, processes not. */
export const allowing = (machine: Machine): Buffer => {
  const { clone, clone3, fcntl } = machine.numbers;
  if (clone === undefined || clone3 === undefined || fcntl === undefined) throw new Error('a table without clone');
  return bytes([
    ...start(machine),
    ...numbersOf(machine, ALLOWED).flatMap((number) => when(number, ALLOW)),
    // Its flags lie in memory, which a filter cannot read; the C library falls back to clone.
    ...when(clone3, REFUSE | ENOSYS),
    ...numbersOf(machine, ABSENT).flatMap((number) => when(number, REFUSE | ENOSYS)),
    [EQUAL, 0, 4, clone],
    load(ARG0),
    [SOME_BITS, 0, 1, CLONE_THREAD],
    answer(ALLOW),
    answer(REFUSE | EPERM),
    [EQUAL, 0, 1 + 2 * FCNTL.length, fcntl],
    load(ARG1),
    ...FCNTL.flatMap((command) => when(command, ALLOW)),
    answer(REFUSE | EPERM),
  ]);
};

/**
 * For a program of another's, from its start on: processes may be made, in the group it was started in, and nothing that
 * reaches out of it.
 */
export const ofPrograms = (machine: Machine): Buffer => {
  const { clone, clone3 } = machine.numbers;
  if (clone === undefined || clone3 === undefined) throw new Error('a table without clone');
  return bytes([
    ...start(machine),
    ...when(clone3, REFUSE | ENOSYS),
    ...numbersOf(machine, ABSENT).flatMap((number) => when(number, REFUSE | ENOSYS)),
    ...numbersOf(machine, PROGRAM_DENIED).flatMap((number) => when(number, REFUSE | EPERM)),
    [EQUAL, 0, 3, clone],
    load(ARG0),
    [SOME_BITS, 0, 1, CLONE_NEW],
    answer(REFUSE | EPERM),
    answer(ALLOW),
  ]);
};

const bytes = (lines: readonly Line[]): Buffer => {
  const out = Buffer.alloc(lines.length * 8);
  lines.forEach(([code, yes, no, value], i) => {
    out.writeUInt16LE(code, i * 8);
    out.writeUInt8(yes, i * 8 + 2);
    out.writeUInt8(no, i * 8 + 3);
    out.writeUInt32LE(value >>> 0, i * 8 + 4);
  });
  return out;
};
