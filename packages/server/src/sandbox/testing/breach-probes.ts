/**
 * Attacks of native code on the server that started its process, one a name: at its files, its network, its processes, by
 * signals, and at its memory. The attacker knows everything: process numbers, paths, ports, addresses in memory.
 *
 * BR1 An attack tells what it got as text, and does not judge whether it should have: who asked for it looks for its
 *     canaries in the text, counts who called its listeners, and looks whether the server lives.
 * BR2 With `gentle` a signal is only addressed, not sent: so the same attacks can be shown to work where nothing stops them,
 *     and the last one, which ends the server, is kept for the end.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import * as fs from 'node:fs';
import { connect, createServer, type NetConnectOpts } from 'node:net';
import { setPriority } from 'node:os';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { call, fixed } from '../child/kernel.ts';
import { MACHINES } from '../child/syscalls.ts';

export const POWERS = ['file', 'network', 'process', 'signal', 'memory'] as const;
export type Power = (typeof POWERS)[number];

export type Aims = {
  readonly server: number;
  /** Other runners of that server. */
  readonly siblings: readonly number[];
  readonly keyFile: string;
  readonly journal: string;
  /** The server's door, and listeners that nobody should call. */
  readonly port: number;
  readonly listeners: { readonly tcp: number; readonly udp: number; readonly unix: string; readonly abstract: string };
  /** Where a canary lies in the server's memory, in hex, and how long it is; and room there that may be written. */
  readonly address: string;
  readonly room: string;
  readonly length: number;
  readonly gentle: boolean;
};

export type Got = { readonly got: boolean; readonly text: string };

type Attack = (aims: Aims) => unknown;

/** Calls that the lock's own table has no use for: x64, arm64. */
const MORE: Readonly<Record<string, readonly [number, number]>> = {
  prlimit64: [302, 261],
  memfd_create: [319, 279],
  shmget: [29, 194],
  shmctl: [31, 195],
  msgget: [68, 186],
  msgctl: [71, 187],
};
const numbers: Readonly<Record<string, number>> = {
  ...MACHINES.get(process.arch)?.numbers,
  ...Object.fromEntries(
    Object.entries(MORE).map(([name, [x64, arm64]]) => [name, process.arch === 'x64' ? x64 : arm64]),
  ),
};

/** Less than a runner may be busy. */
const PATIENCE = 1_900;

/** The call's answer; an attack that the kernel refused throws. */
const kernel = (name: string, ...args: number[]): number => {
  const number = numbers[name];
  if (number === undefined) throw new Error(`this machine has no ${name}`);
  const { value, errno } = call(number, ...args);
  if (value < 0) throw new Error(`${name}: errno ${errno}`);
  return value;
};

const at = (bytes: Buffer): number => Number(fixed(bytes));
const cText = (value: string): Buffer => Buffer.from(`${value}\0`);

const slice = (path: string, from = 0): string => {
  const file = fs.openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(256);
    return bytes.subarray(0, fs.readSync(file, bytes, 0, bytes.length, from)).toString('latin1');
  } finally {
    fs.closeSync(file);
  }
};

/** Connects, says a line and gives what came back, or that it was let in. */
const talk = (to: NetConnectOpts, line = ''): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(to);
    socket.setTimeout(PATIENCE, () => socket.destroy(new Error('no answer')));
    socket.on('error', reject);
    socket.on('connect', () => (line === '' ? resolve('let in') : socket.write(line)));
    socket.on('data', (bytes) => {
      resolve(bytes.toString('latin1').slice(0, 400));
      socket.destroy();
    });
  });

const datagram = (port: number, address: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.on('error', reject);
    socket.send('canary', port, address, (error) => {
      socket.close();
      if (error === null) resolve('sent');
      else reject(error);
    });
  });

const listening = (): Promise<string> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      server.close();
      resolve('listens');
    });
  });

/** The connector of abstract sockets that Node lacks: socket and connect by hand. */
const abstract = (name: string): string => {
  const socket = kernel('socket', 1, 1, 0);
  const address = Buffer.concat([Buffer.from([1, 0, 0]), Buffer.from(name)]);
  kernel('connect', socket, at(address), address.length);
  return 'let in';
};

const THREAD = `
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
let read = '';
try { read = readFileSync(workerData, 'latin1') } catch (error) { parentPort.postMessage({ error: String(error) }) }
parentPort.postMessage({ read });
`;

const inThread = (path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(THREAD)}`), { workerData: path });
    setTimeout(() => reject(new Error('no answer')), PATIENCE).unref();
    worker.on('message', ({ read, error }: { read?: string; error?: string }) => {
      if (error === undefined) resolve(String(read));
      else reject(new Error(error));
    });
    worker.on('error', reject);
  });

/** A signal by the plain call; only addressed when it is to be gentle. */
const signal = (pid: number, name: NodeJS.Signals, gentle: boolean): string => {
  process.kill(pid, gentle ? 0 : name);
  return 'addressed';
};

const vector = (address: number, length: number): number => {
  const bytes = Buffer.alloc(16);
  bytes.writeBigUInt64LE(BigInt(address), 0);
  bytes.writeBigUInt64LE(BigInt(length), 8);
  return at(bytes);
};

/** The server's memory through the call that copies between processes. */
const copyFrom = (aims: Aims): string => {
  const here = Buffer.alloc(aims.length);
  const mine = at(here);
  kernel(
    'process_vm_readv',
    aims.server,
    vector(mine, aims.length),
    1,
    vector(Number(`0x${aims.address}`), aims.length),
    1,
    0,
  );
  return slice('/proc/self/mem', mine);
};

const copyTo = (aims: Aims): string => {
  const mine = at(Buffer.from('overwritten'));
  return `wrote ${kernel('process_vm_writev', aims.server, vector(mine, 11), 1, vector(Number(`0x${aims.room}`), 11), 1, 0)}`;
};

const ownDescriptors = (): string => {
  for (let fd = 3; fd < 256; fd += 1) {
    try {
      const stat = fs.fstatSync(fd);
      if (!stat.isFile() && !stat.isDirectory() && !stat.isSocket() && !stat.isBlockDevice()) continue;
      const bytes = Buffer.alloc(64);
      const length = stat.isFile() ? fs.readSync(fd, bytes, 0, 64, 0) : 0;
      return `descriptor ${fd}: ${bytes.subarray(0, length).toString('latin1')}`;
    } catch {
      // Not open, which is what it should be.
    }
  }
  throw new Error('none');
};

const serversDescriptors = ({ server }: Aims): string => {
  for (const fd of fs.readdirSync(`/proc/${server}/fd`)) {
    try {
      return `${fs.readlinkSync(`/proc/${server}/fd/${fd}`)}: ${slice(`/proc/${server}/fd/${fd}`)}`;
    } catch {
      // A socket or a pipe; the next may be a file.
    }
  }
  throw new Error('none that can be opened');
};

const stolen = ({ server }: Aims): string => {
  const held = kernel('pidfd_open', server, 0);
  for (let fd = 0; fd < 64; fd += 1) {
    try {
      return `descriptor ${kernel('pidfd_getfd', held, fd, 0)}`;
    } catch {
      // Not open there.
    }
  }
  throw new Error('none');
};

const become = (path: string): string => {
  const list = Buffer.alloc(16);
  list.writeBigUInt64LE(fixed(cText(path)), 0);
  return String(kernel('execve', at(cText(path)), at(list), at(Buffer.alloc(8))));
};

const fromMemory = (): string => {
  const file = kernel('memfd_create', at(cText('program')), 0);
  fs.writeSync(file, fs.readFileSync('/bin/true'));
  const list = Buffer.alloc(16);
  list.writeBigUInt64LE(fixed(cText('program')), 0);
  return String(kernel('execveat', file, at(cText('')), at(list), at(Buffer.alloc(8)), 0x1000));
};

const forked = (): string => {
  const { value, errno } = call(numbers['clone'] ?? -1, 17);
  if (value === 0) call(numbers['exit_group'] ?? 0, 0);
  if (value < 0) throw new Error(`clone: errno ${errno}`);
  return 'a child';
};

const mailbox = (make: string, remove: string, ...size: number[]): string => {
  const id = kernel(make, 0, ...size, 0o1600);
  kernel(remove, id, 0, 0);
  return 'left something';
};

const planted = (journal: string): string => join(dirname(journal), 'planted');

const movedAndBack = (path: string): string => {
  fs.renameSync(path, `${path}.moved`);
  fs.renameSync(`${path}.moved`, path);
  return 'moved';
};

/** Opens the server's debugger, and asks who is there. */
const debug = async (aims: Aims): Promise<string> => {
  process.kill(aims.server, 'SIGUSR1');
  for (let tries = 0; tries < 20; tries += 1) {
    try {
      return await talk({ port: 9229, host: '127.0.0.1' }, 'GET /json/list HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n');
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error('no debugger');
};

const HEALTH = 'GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n';
const SIGKILL = 9;

const FILE: Readonly<Record<string, Attack>> = {
  'read the key file': ({ keyFile }) => fs.readFileSync(keyFile, 'latin1'),
  'read the journal': ({ journal }) => slice(journal),
  'open the journal to write': ({ journal }) => fs.closeSync(fs.openSync(journal, 'r+')),
  'move the key file': ({ keyFile }) => movedAndBack(keyFile),
  'plant a file beside the journal': ({ journal }) => fs.writeFileSync(planted(journal), 'canary'),
  'list the state folder': ({ journal }) => fs.readdirSync(dirname(journal)).join(' '),
  'read a file of the machine': () => slice('/etc/passwd'),
  'read the key file through the root of the server': ({ server, keyFile }) => slice(`/proc/${server}/root${keyFile}`),
  'read what the server has open': serversDescriptors,
  'read a descriptor it inherited': ownDescriptors,
  'read the key file from a thread of its own': ({ keyFile }) => inThread(keyFile),
  'ask whether the key file is there': ({ keyFile }) => fs.statSync(keyFile).size,
  'watch the state folder': ({ journal }) => fs.watch(dirname(journal)).close(),
};

const NETWORK: Readonly<Record<string, Attack>> = {
  "call the server's own door": ({ port }) => talk({ port, host: '127.0.0.1' }, HEALTH),
  'call a port of this machine': ({ listeners }) => talk({ port: listeners.tcp, host: '127.0.0.1' }),
  'call it by IPv6': ({ listeners }) => talk({ port: listeners.tcp, host: '::1' }),
  'call a private address': ({ listeners }) => talk({ port: listeners.tcp, host: '10.20.30.40' }),
  'call the metadata address': ({ listeners }) => talk({ port: listeners.tcp, host: '169.254.169.254' }),
  'send a datagram': ({ listeners }) => datagram(listeners.udp, '127.0.0.1'),
  'look up a name': async ({ listeners }) => {
    const resolver = new Resolver({ timeout: PATIENCE, tries: 1 });
    resolver.setServers([`127.0.0.1:${listeners.udp}`]);
    return String(await resolver.resolve4('canary.example'));
  },
  'listen on a port': listening,
  'call a socket by its path': ({ listeners }) => talk({ path: listeners.unix }),
  'call a socket by its abstract name': ({ listeners }) => abstract(listeners.abstract),
  'open a raw socket': () => kernel('socket', 2, 3, 1),
  'open a netlink socket': () => kernel('socket', 16, 3, 0),
};

const PROCESS: Readonly<Record<string, Attack>> = {
  'start a program': () => execFileSync('/bin/true'),
  'start a shell that leaves a file': ({ journal }) => {
    const { error } = spawnSync('/bin/sh', ['-c', `echo canary > '${planted(journal)}'`]);
    if (error !== undefined) throw error;
  },
  fork: forked,
  'enter the namespace of the server': ({ server }) => kernel('setns', fs.openSync(`/proc/${server}/ns/net`, 'r'), 0),
  'list processes': () => fs.readdirSync('/proc').join(' '),
  'take time from the server': ({ server }) => setPriority(server, 1),
  'set a limit of the server': ({ server }) => kernel('prlimit64', server, 4, at(Buffer.alloc(16)), 0),
  'make itself a namespace': () => kernel('unshare', 0x04000000),
  'run a program from memory': fromMemory,
  'become another program': () => become('/bin/true'),
};

const SIGNAL: Readonly<Record<string, Attack>> = {
  'signal the server': ({ server, gentle }) => signal(server, 'SIGTERM', gentle),
  'stop the server': ({ server, gentle }) => signal(server, 'SIGSTOP', gentle),
  'signal a thread of the server': ({ server, gentle }) => kernel('tgkill', server, server, gentle ? 0 : SIGKILL),
  'queue a signal for the server': ({ server }) => {
    const info = Buffer.alloc(128);
    info.writeInt32LE(-1, 8);
    return kernel('rt_sigqueueinfo', server, 0, at(info));
  },
  'signal the server by a descriptor': ({ server, gentle }) =>
    kernel('pidfd_send_signal', kernel('pidfd_open', server, 0), gentle ? 0 : SIGKILL, 0, 0),
  'signal all of its group': ({ gentle }) => signal(0, 'SIGKILL', gentle),
  "open the server's debugger": debug,
  'end another runner': ({ siblings }) => {
    const other = siblings.find((pid) => pid !== process.pid);
    if (other === undefined) throw new Error('there is no other');
    process.kill(other, 'SIGKILL');
  },
};

const MEMORY: Readonly<Record<string, Attack>> = {
  'read the environment of the server': ({ server }) => fs.readFileSync(`/proc/${server}/environ`, 'latin1'),
  'find the environment of the server in its own': () => {
    const text = JSON.stringify(process.env);
    if (!text.includes('CANARY')) throw new Error('constant');
    return text;
  },
  'read the memory of the server as a file': ({ server, address }) =>
    slice(`/proc/${server}/mem`, Number(`0x${address}`)),
  'read the map of its memory': ({ server }) => slice(`/proc/${server}/maps`),
  'copy from the memory of the server': copyFrom,
  'write into the memory of the server': copyTo,
  'trace the server': ({ server }) => kernel('ptrace', 0x4206, server, 0, 0),
  'take a descriptor of the server': stolen,
  'compare itself with the server': ({ server }) => kernel('kcmp', server, process.pid, 1, 0, 0),
  'leave memory for another process': () => mailbox('shmget', 'shmctl', 4_096),
  'leave a message for another process': () => mailbox('msgget', 'msgctl'),
};

/** The last attack: where it works there is no server any more. */
export const LAST = 'end the server';

const ATTACKS: Readonly<Record<Power, Readonly<Record<string, Attack>>>> = {
  file: FILE,
  network: NETWORK,
  process: PROCESS,
  signal: { ...SIGNAL, [LAST]: ({ server }) => signal(server, 'SIGKILL', false) },
  memory: MEMORY,
};

/** Every attack and the power it is after, in the order in which they can be tried. */
export const PROBES: readonly { readonly probe: string; readonly power: Power }[] = POWERS.flatMap((power) =>
  Object.keys(ATTACKS[power]).map((probe) => ({ probe, power })),
);

/** Tries one. */
export const attack = async (probe: string, aims: Aims): Promise<Got> => {
  const power = POWERS.find((name) => probe in ATTACKS[name]);
  const act = power === undefined ? undefined : ATTACKS[power][probe];
  if (act === undefined) throw new Error(`no attack is called ${probe}`);
  try {
    return { got: true, text: String((await act(aims)) ?? '').slice(0, 4_000) };
  } catch (error) {
    return { got: false, text: String(error).slice(0, 200) };
  }
};
