/**
 * The launcher: locks itself as far as Node can start in it, then becomes the runner. It runs no code but ours.
 *
 * A1 io_uring is denied before the runner's Node starts: an operation in a ring is no system call, and no later filter
 *    sees it. So the lock begins here and not in the runner.
 * A2 What the kernel did not take is told to the runner in its arguments, and by the runner to the host, which judges.
 *
 * Arguments: the runner's file, the engine's name, then paths that the engine reads. Its environment is a constant.
 */

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { denying } from './filter.ts';
import {
  boundCapabilities,
  endWithParent,
  forgetDescriptors,
  landlock,
  limits,
  noCapabilities,
  noNewPrivileges,
  seccomp,
} from './lock.ts';
import { MACHINES } from './syscalls.ts';
import { ownUser } from './user.ts';

const here = dirname(fileURLToPath(import.meta.url));

/** The folder of an installed package, or nothing where it is not installed. */
const folderOf = (name: string): readonly string[] => {
  const { paths } = createRequire(import.meta.url).resolve;
  return (paths(name) ?? []).map((folder) => join(folder, name));
};

const PACKAGES = [
  'koffi',
  `@koromix/koffi-${process.platform}-${process.arch}`,
  'isolated-vm',
  'node-gyp-build',
  'quickjs-wasi',
  'pyodide',
];

/** Folders of the C library and what it is linked to; /dev/null and the random device, which are no files of anybody. */
const SYSTEM = ['/lib', '/lib64', '/usr/lib', '/usr/lib64', '/etc/ld.so.cache', '/dev/null', '/dev/urandom'];

const readable = (more: readonly string[]): readonly string[] => [
  process.execPath,
  ...SYSTEM,
  here,
  join(here, '../../../package.json'),
  ...PACKAGES.flatMap(folderOf),
  ...more,
];

const [, , runner = '', ...words] = process.argv;
const machine = MACHINES.get(process.arch);
const needed = readable(words.slice(1));
boundCapabilities();
const { setgroups, setresuid, setresgid } = machine?.numbers ?? {};
const user =
  setgroups !== undefined &&
  setresuid !== undefined &&
  setresgid !== undefined &&
  ownUser({ setgroups, setresuid, setresgid }, [...needed, runner]);
// After it is another user: the kernel forgets this one with the old.
const parent = endWithParent();
const privileges = noNewPrivileges();
const few = limits();
const read = landlock(needed);
const capset = machine?.numbers['capset'];
const powerless = capset === undefined ? false : noCapabilities({ capset });
const number = machine?.numbers['seccomp'];
const filtered = machine !== undefined && number !== undefined && privileges && seccomp(number, denying(machine));

forgetDescriptors();
const layers = { privileges, landlock: read, limits: few, capabilities: powerless, parent, user, filter: filtered };
if (process.execve === undefined) throw new Error('this Node cannot become another program');
process.execve(process.execPath, [process.execPath, ...process.execArgv, runner, JSON.stringify(layers), ...words], {
  OPENSSL_CONF: '/dev/null',
  TZ: 'UTC',
  LANG: 'C.UTF-8',
});
