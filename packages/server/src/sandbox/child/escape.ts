/**
 * What native code would try after it got out of an engine: with all of Node and any system call, in a process that is
 * locked as a runner is. Every probe has to fail; the host judges (sandbox/probe.ts).
 *
 * Each probe is told before it is tried and after: one that replaces or ends the process is known by its silence.
 * With the word `unlocked` it does not lock itself: so a test sees that the probes do get out where nothing stops them.
 */

import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { call, callFirst, fixed } from './kernel.ts';
import { lastStage } from './last.ts';
import { MACHINES } from './syscalls.ts';

type Probe = readonly [name: string, attack: () => boolean];

const [, , locked = '{}', word = ''] = process.argv;
const numbers = MACHINES.get(process.arch)?.numbers ?? {};
const server = process.ppid;

const EPERM = 1;
const EACCES = 13;
const ENOSYS = 38;

/** Got through: it worked, or the kernel looked at its arguments at all. A number that this machine lacks proves nothing. */
const reached = (name: string, ...args: number[]): boolean => {
  const number = numbers[name];
  if (number === undefined) return false;
  const { value, errno } = call(number, ...args);
  return value >= 0 || ![EPERM, EACCES, ENOSYS].includes(errno);
};

const works = (act: () => unknown): boolean => {
  try {
    act();
    return true;
  } catch {
    return false;
  }
};

const codeOf = (act: () => unknown): string => {
  try {
    act();
    return 'fine';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'error';
  }
};

const [AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET] = [1, 2, 10, 16, 17];
const [STREAM, DGRAM, RAW] = [1, 2, 3];
const SIGCHLD = 17;
const NEW_USER = 0x10000000;
const NEW_NET = 0x40000000;
const ATTACH = 16;

const text = (value: string): Buffer => Buffer.from(`${value}\0`);

/** A child that must not be: if it is made, it ends at once. */
const forked = (name: string, ...args: number[]): boolean => {
  const number = numbers[name];
  if (number === undefined) return false;
  const { value } = call(number, ...args);
  if (value === 0) call(numbers['exit_group'] ?? 0, 0);
  return value > 0;
};

/** Does any way of asking about a path tell one that is there from one that is not? */
const oracle = (): boolean => {
  const [there, missing] = ['/etc/passwd', '/etc/passwd-which-is-not-there'];
  const ways: ((path: string) => unknown)[] = [
    (p) => fs.statSync(p),
    (p) => fs.lstatSync(p),
    (p) => fs.accessSync(p),
    (p) => fs.openSync(p, 'r'),
    (p) => fs.readFileSync(p),
    (p) => fs.readlinkSync(p),
    (p) => fs.realpathSync.native(p),
    (p) => fs.opendirSync(p),
    (p) => fs.readdirSync(p),
    (p) => fs.statfsSync(p),
    (p) => fs.chmodSync(p, 0o644),
    (p) => fs.chownSync(p, 0, 0),
    (p) => fs.utimesSync(p, 1, 1),
    (p) => fs.lutimesSync(p, 1, 1),
    (p) => fs.truncateSync(p, 0),
    (p) => fs.unlinkSync(p),
    (p) => fs.rmdirSync(p),
    (p) => fs.renameSync(p, `${p}.moved`),
    (p) => fs.linkSync(p, `${p}.linked`),
    (p) => fs.symlinkSync(p, `${p}.symlinked`),
    (p) => fs.copyFileSync(p, `${p}.copied`),
    (p) => fs.mkdirSync(p),
    (p) => fs.mkdtempSync(p),
    (p) => fs.writeFileSync(p, ''),
    (p) => fs.appendFileSync(p, ''),
  ];
  // Not tried where nothing stops it: there it would do harm.
  if (word === 'unlocked') return codeOf(() => fs.statSync(there)) !== codeOf(() => fs.statSync(missing));
  return ways.some((way) => codeOf(() => way(there)) !== codeOf(() => way(missing)));
};

/** Descriptors beyond the three pipes that lead to a file, a folder, a disk or a socket. */
const inherited = (): boolean => {
  for (let fd = 3; fd < 256; fd += 1) {
    try {
      const stat = fs.fstatSync(fd);
      if (stat.isFile() || stat.isDirectory() || stat.isSocket() || stat.isBlockDevice()) return true;
    } catch {
      // Not open, which is what it should be.
    }
  }
  return false;
};

const CONSTANT = new Set(['OPENSSL_CONF', 'TZ', 'LANG']);

const PROBES: readonly Probe[] = [
  ['read a file', () => works(() => fs.readFileSync('/etc/passwd'))],
  ['read its own program', () => works(() => fs.closeSync(fs.openSync(process.execPath, 'r')))],
  ['list a folder', () => works(() => fs.readdirSync('/'))],
  ['ask about a path', () => works(() => fs.statSync('/'))],
  ['tell a path that is there from one that is not', oracle],
  ['write a file', () => works(() => fs.rmSync(fs.mkdtempSync('/tmp/headgate-escape-'), { recursive: true }))],
  ['read its own environment file', () => works(() => fs.readFileSync('/proc/self/environ'))],
  [
    'find a variable of the server in its environment',
    () => Object.keys(process.env).some((name) => !CONSTANT.has(name)),
  ],
  ['read the environment of the server', () => works(() => fs.readFileSync(`/proc/${server}/environ`))],
  ['read the memory of the server as a file', () => works(() => fs.closeSync(fs.openSync(`/proc/${server}/mem`, 'r')))],
  ['read the memory of the server', () => reached('process_vm_readv', server, 0, 0, 0, 0, 0)],
  ['trace the server', () => word !== 'unlocked' && reached('ptrace', ATTACH, server)],
  ['signal the server', () => works(() => process.kill(server, 0))],
  ['signal a thread of the server', () => reached('tgkill', server, server, 0)],
  ['queue a signal for the server', () => reached('rt_sigqueueinfo', server, 0, 0)],
  ['hold the server by a descriptor', () => reached('pidfd_open', server, 0)],
  ['compare itself with the server', () => reached('kcmp', server, process.pid, 0, 0, 0)],
  ['list processes', () => works(() => fs.readdirSync('/proc'))],
  ['find an inherited descriptor', inherited],
  ['start a program', () => works(() => execFileSync('/bin/true'))],
  ['fork', () => forked('fork')],
  ['fork by clone', () => forked('clone', SIGCHLD)],
  ['run a program from memory', () => reached('execveat', -1, 0, 0, 0, 0)],
  ['open a TCP socket', () => reached('socket', AF_INET, STREAM, 0)],
  ['open a TCP socket of IPv6', () => reached('socket', AF_INET6, STREAM, 0)],
  ['open a UDP socket', () => reached('socket', AF_INET, DGRAM, 0)],
  ['open a raw socket', () => reached('socket', AF_INET, RAW, 1)],
  ['open a packet socket', () => reached('socket', AF_PACKET, RAW, 0)],
  ['open a Unix socket', () => reached('socket', AF_UNIX, STREAM, 0)],
  ['open a netlink socket', () => reached('socket', AF_NETLINK, RAW, 0)],
  ['make a pair of sockets', () => reached('socketpair', AF_UNIX, STREAM, 0, 0)],
  ['connect a descriptor it has', () => reached('connect', 0, 0, 0)],
  ['bind a descriptor it has', () => reached('bind', 0, 0, 0)],
  ['listen on a descriptor it has', () => reached('listen', 0, 1)],
  ['open a ring', () => reached('io_uring_setup', 1, 0)],
  ['enter a ring', () => reached('io_uring_enter', 0, 0, 0, 0, 0, 0)],
  ['mount', () => reached('mount', 0, 0, 0, 0, 0)],
  ['open a tree', () => reached('open_tree', -1, 0, 0)],
  ['make a user namespace', () => word !== 'unlocked' && reached('unshare', NEW_USER)],
  ['make a network namespace', () => word !== 'unlocked' && reached('unshare', NEW_NET)],
  ['enter a namespace', () => reached('setns', -1, 0)],
  ['change its root', () => works(() => callPath('chroot', '/'))],
  ['load a program into the kernel', () => reached('bpf', 0, 0, 0)],
  ['count events of the machine', () => reached('perf_event_open', 0, 0, -1, -1, 0)],
  ['handle page faults itself', () => reached('userfaultfd', 0)],
  ['read a keyring', () => reached('keyctl', 0, -3, 0)],
  ['open a file by handle', () => reached('open_by_handle_at', -1, 0, 0)],
  ['load a module', () => reached('finit_module', -1, 0, 0)],
  ['own the signals of a descriptor', () => reached('fcntl', 0, 8, server)],
  ['type into a terminal', () => reached('ioctl', 0, 0x5412, 0)],
  ['change its personality', () => reached('personality', 0x0040000)],
  ['make a device', () => reached('mknodat', -1, 0, 0, 0)],
  // The last one: where it works there is nobody left to tell of it.
  ['become another program', () => execve('/bin/true')],
];

const callPath = (name: string, path: string): void => {
  const number = numbers[name];
  if (number === undefined || callFirst(number, text(path)).value !== 0) throw new Error('refused');
};

const execve = (path: string): boolean => {
  const list = Buffer.alloc(16);
  list.writeBigUInt64LE(fixed(text(path)), 0);
  const number = numbers['execve'];
  if (number === undefined) return false;
  const { errno } = callFirst(number, text(path), Number(fixed(list)), Number(fixed(Buffer.alloc(8))));
  return ![EPERM, EACCES, ENOSYS].includes(errno);
};

const say = (line: unknown): void => void fs.writeSync(1, `${JSON.stringify(line)}\n`);

const lock = JSON.parse(locked) as { filter?: unknown }; // parse boundary: our own launcher
const second = word !== 'unlocked' && lock.filter === true && lastStage();
say({
  up: { engine: 'probes', node: process.version, arch: process.arch, lock, second },
});
if (word !== 'unlocked') fs.readSync(0, Buffer.alloc(8));
for (const [name, attack] of PROBES) {
  say({ probe: name });
  let got = true;
  try {
    got = attack();
  } catch {
    got = false;
  }
  say({ probe: name, got });
}
say({ end: true });
// Not `process.exit`: what the probes left of Node need not be able to wind up.
call(numbers['exit_group'] ?? 0, 0);
