/**
 * The launcher of a tool server: a program that the administrator of the machine registered. It locks itself as far as such a
 * program can work, says what the kernel took, and becomes the program when the host says so.
 *
 * ST1 What is started, with which words, files and environment, comes as one line of JSON, and never as words of a command.
 * ST2 The program may read what is named and what it is linked to, write what is named, and execute nothing that it wrote. It
 *     can open no socket, give nobody a signal, and not leave its group of processes.
 * ST3 Where the kernel does not take the lock, nothing of the program is started.
 *
 * In: the line, then `go` and a line end; after it everything belongs to the program. Out: `{lock}` or `{fault}`, a line; then
 * everything is the program's.
 */

import { accessSync, constants, readSync, statSync, writeSync } from 'node:fs';
import { ofPrograms } from './filter.ts';
import {
  boundCapabilities,
  endWithParent,
  forgetDescriptors,
  landlock,
  noCapabilities,
  noNewPrivileges,
  programLimits,
  seccomp,
} from './lock.ts';
import { MACHINES } from './syscalls.ts';
import { becomeUser } from './user.ts';

type Order = {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly dataBytes: number;
  readonly fileBytes: number;
  readonly processes: number;
  /** The user that it becomes when it is root. */
  readonly user: number;
  /** It has a namespace of users, in which its processes alone are counted. */
  readonly ownUsers: boolean;
};

/** What a program is linked to; no file of anybody. */
const SYSTEM = ['/lib', '/lib64', '/usr/lib', '/usr/lib64', '/etc/ld.so.cache', '/dev/zero', '/dev/urandom'];
const LONGEST = 4 * 1024 * 1024;

const tell = (told: object): void => void writeSync(1, `${JSON.stringify(told)}\n`);

/** Exactly one line: what comes after it is not read. The host writes nothing more before it was answered. */
const line = (): string => {
  const parts: Buffer[] = [];
  for (let held = 0; held <= LONGEST; ) {
    const chunk = Buffer.alloc(64 * 1024);
    const length = readSync(0, chunk);
    if (length === 0) break;
    parts.push(chunk.subarray(0, length));
    held += length;
    if (chunk[length - 1] === 10) break;
  }
  return Buffer.concat(parts).toString('utf8');
};

const fault = (text: string): never => {
  tell({ fault: text });
  process.exit(1);
};

/** The files it cannot do without, as whoever it is now. */
const unreadable = ({ command, read, write }: Order): string | null => {
  try {
    if (!statSync(command).isFile()) return `${command} is no file`;
    accessSync(command, constants.X_OK);
  } catch {
    return `${command} is not there, or may not be executed`;
  }
  const closed = [...read, ...write].find((path) => statSync(path, { throwIfNoEntry: false }) === undefined);
  return closed === undefined ? null : `${closed} is not there, or may not be looked at`;
};

const order = JSON.parse(line()) as Order;
const machine = MACHINES.get(process.arch);
boundCapabilities();
const { setgroups, setresuid, setresgid, capset, seccomp: filter } = machine?.numbers ?? {};
const user =
  setgroups !== undefined &&
  setresuid !== undefined &&
  setresgid !== undefined &&
  becomeUser({ setgroups, setresuid, setresgid }, [order.command, ...order.read, ...order.write], order.user);
// After it is another user: the kernel forgets this one with the old.
const parent = endWithParent();
const privileges = noNewPrivileges();
const counted = user || order.ownUsers;
const few = programLimits({ ...order, processes: counted ? order.processes : null });
const missing = unreadable(order);
if (missing !== null) fault(missing);
const read = landlock([...SYSTEM, order.command, ...order.read], ['/dev/null', ...order.write]);
const powerless = capset === undefined ? false : noCapabilities({ capset });
const filtered = machine !== undefined && filter !== undefined && privileges && seccomp(filter, ofPrograms(machine));
forgetDescriptors();
const lock = {
  privileges,
  landlock: read,
  filter: filtered,
  limits: few,
  capabilities: powerless,
  parent,
  user,
  counted,
};
if (!privileges || read === 0 || !filtered || process.execve === undefined) {
  tell({ lock });
  process.exit(1);
}
tell({ lock });
const word = Buffer.alloc(3);
if (readSync(0, word) !== 3 || word.toString('latin1') !== 'go\n') process.exit(1);
try {
  process.execve(order.command, [order.command, ...order.args], order.env);
} catch {
  process.exit(1);
}
