/**
 * The lock: what a process takes from itself for good. Each function puts one layer on and answers whether the kernel took
 * it; none of them can be taken off again. It decides nothing: the host judges what is missing (sandbox/layers.ts).
 *
 * L1 `no_new_privs` first: without it the kernel takes the others from root alone.
 * L2 Landlock names what may be read; everything else of the file system, every port, and signals to and sockets of others
 *    are refused, as far as the kernel's version knows them.
 * L3 A filter is put on all threads at once, or it does not count as put on.
 */

import { closeSync, openSync, statSync } from 'node:fs';
import { call, callFirst, callThird, fixed, prctl, setrlimit } from './kernel.ts';

const PR_SET_PDEATHSIG = 1;
const PR_SET_DUMPABLE = 4;
const PR_CAPBSET_DROP = 24;
const PR_SET_NO_NEW_PRIVS = 38;
const PR_CAP_AMBIENT = 47;
const SIGKILL = 9;

const RLIMIT_FSIZE = 1;
const RLIMIT_DATA = 2;
const RLIMIT_CORE = 4;
const RLIMIT_NPROC = 6;
const RLIMIT_NOFILE = 7;
const FILES = 64;

/** The same number on every machine: they came after the tables were unified. */
const LANDLOCK_CREATE_RULESET = 444;
const LANDLOCK_ADD_RULE = 445;
const LANDLOCK_RESTRICT_SELF = 446;
const PATH_BENEATH = 1;
const O_PATH = 0o10000000;
const [EXECUTE, READ_FILE, READ_DIR] = [1n << 0n, 1n << 2n, 1n << 3n];
/** Write, remove, make folders and files, move, shorten: no link, no pipe, no device, and nothing that can be run. */
const WRITE = (1n << 1n) | (0x3n << 4n) | (0x3n << 7n) | (0x3n << 13n);
/** The same of a single file: write, shorten. */
const WRITE_FILE = (1n << 1n) | (1n << 14n);

/** Of the unified tables as well. */
const CLOSE_RANGE = 436;
const CLOSE_ON_EXEC = 4;

const SET_MODE_FILTER = 1;
const TSYNC = 1;

export const noNewPrivileges = (): boolean => prctl(PR_SET_NO_NEW_PRIVS, 1).value === 0;

/** Killed when the server is gone, whatever it is busy with. */
export const endWithParent = (): boolean => prctl(PR_SET_PDEATHSIG, SIGKILL).value === 0;

/**
 * Closes, when the next program begins, what whoever started the server forgot to: a descriptor that is open passes every
 * other layer. A kernel before 5.11 cannot; there the self-test finds what came through.
 */
export const forgetDescriptors = (): boolean => call(CLOSE_RANGE, 3, 0x7fffffff, CLOSE_ON_EXEC).value === 0;

/** Its memory belongs to nobody of the same user. */
export const notDumpable = (): boolean => prctl(PR_SET_DUMPABLE, 0).value === 0;

/** Few files, no file written, no memory written to disk when it crashes. */
export const limits = (): boolean =>
  [setrlimit(RLIMIT_NOFILE, FILES), setrlimit(RLIMIT_FSIZE, 0), setrlimit(RLIMIT_CORE, 0)].every((a) => a.value === 0);

/** Of another's program. `fileBytes`: of one file that it writes. `processes` null: they are not its alone, and are not counted. */
export const programLimits = (o: {
  readonly fileBytes: number;
  readonly dataBytes: number;
  readonly processes: number | null;
}): boolean =>
  [
    setrlimit(RLIMIT_NOFILE, 256),
    setrlimit(RLIMIT_FSIZE, o.fileBytes),
    setrlimit(RLIMIT_CORE, 0),
    setrlimit(RLIMIT_DATA, o.dataBytes),
    ...(o.processes === null ? [] : [setrlimit(RLIMIT_NPROC, o.processes)]),
  ].every((a) => a.value === 0);

/** Gives up that any program it becomes could be given what root may do; before it is another user, who may not. */
export const boundCapabilities = (): void => {
  for (let capability = 0; capability < 64; capability += 1) prctl(PR_CAPBSET_DROP, capability);
};

/** Gives up what root may do: ambient, effective, permitted and inheritable. Nothing to give up is fine. */
export const noCapabilities = (machine: { readonly capset: number }): boolean => {
  prctl(PR_CAP_AMBIENT, 4);
  const header = Buffer.alloc(8);
  header.writeUInt32LE(0x20080522, 0);
  const nothing = Buffer.alloc(24);
  return callFirst(machine.capset, header, Number(fixed(nothing))).value === 0;
};

/** The kernel's Landlock version; 0 when there is none. */
export const landlockVersion = (): number => {
  const { value } = callFirst(LANDLOCK_CREATE_RULESET, null, 0, 1);
  return value < 0 ? 0 : value;
};

/**
 * Files and folders that may be read, and executed where code is loaded from them; `writable`: what may be written,
 * from which nothing is executed. What is not there is left out.
 */
export const landlock = (paths: readonly string[], writable: readonly string[] = []): number => {
  const version = landlockVersion();
  if (version === 0) return 0;
  const files = version >= 5 ? 0xffffn : version >= 3 ? 0x7fffn : version >= 2 ? 0x3fffn : 0x1fffn;
  const rules = Buffer.alloc(24);
  rules.writeBigUInt64LE(files, 0);
  rules.writeBigUInt64LE(version >= 4 ? 3n : 0n, 8);
  rules.writeBigUInt64LE(version >= 6 ? 3n : 0n, 16);
  const made = callFirst(LANDLOCK_CREATE_RULESET, rules, version >= 6 ? 24 : version >= 4 ? 16 : 8);
  if (made.value < 0) return 0;
  for (const [i, path] of [...paths, ...writable].entries()) {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) continue;
    const at = openSync(path, O_PATH);
    const rule = Buffer.alloc(12);
    const [reads, writes] = stat.isDirectory() ? [READ_FILE | READ_DIR, WRITE] : [READ_FILE, WRITE_FILE];
    rule.writeBigUInt64LE(i < paths.length ? EXECUTE | reads : reads | (writes & files), 0);
    rule.writeInt32LE(at, 8);
    const added = callThird(LANDLOCK_ADD_RULE, made.value, PATH_BENEATH, rule);
    closeSync(at);
    if (added.value < 0) return 0;
  }
  const done = call(LANDLOCK_RESTRICT_SELF, made.value);
  closeSync(made.value);
  return done.value === 0 ? version : 0;
};

/** Puts a filter on all threads. */
export const seccomp = (number: number, program: Buffer): boolean => {
  const pointer = Buffer.alloc(16);
  pointer.writeUInt16LE(program.length / 8, 0);
  pointer.writeBigUInt64LE(fixed(program), 8);
  return callThird(number, SET_MODE_FILTER, TSYNC, pointer).value === 0;
};
