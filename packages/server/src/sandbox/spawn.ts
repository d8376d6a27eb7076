/**
 * The one function of the whole server that starts a process. By argument list, never through a shell; with a constant
 * environment; with three pipes and no other descriptor.
 *
 * W1 Nothing of the server's environment reaches the process: what it gets is written here, and has no prototype, so that
 *    nothing can be slipped in by way of one (row SBX-12).
 * W2 Every argument comes from this room: names and texts of users are data in frames, never words of a command (SBX-11).
 */

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

export type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/**
 * All that a process gets. OpenSSL would read its settings from a folder that the lock closes, and Node ends over it; the
 * time zone is the same for everybody.
 */
const ENVIRONMENT: Readonly<Record<string, string>> = Object.freeze(
  Object.assign(Object.create(null) as Record<string, string>, {
    OPENSSL_CONF: '/dev/null',
    TZ: 'UTC',
    LANG: 'C.UTF-8',
  }),
);

/** Whether a process was ended by a signal that this server never sends: somebody ended it, mostly together with the server. */
export const endedFromOutside = (signal: NodeJS.Signals | null): boolean =>
  signal === 'SIGINT' || signal === 'SIGTERM' || signal === 'SIGHUP';

/**
 * Starts a program in the root folder. It throws nothing: what goes wrong comes as the event `error`. `group`: it leads a group of
 * processes of its own, with which all that it starts can be ended at once (`endGroup`).
 */
export const start = (file: string, args: readonly string[], group = false): Child =>
  spawn(file, [...args], {
    cwd: '/',
    env: ENVIRONMENT,
    stdio: ['pipe', 'pipe', 'pipe'],
    shell: false,
    windowsHide: true,
    detached: group,
  });

/** Ends all processes of a group in one act of the kernel: none of them can make another meanwhile. */
export const endGroup = ({ pid }: Child): void => {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // There is none of it left.
  }
};

/** A small heap for the runner itself: what code uses lies in its own isolate or machine. */
export const FLAGS = ['--no-warnings', '--max-semi-space-size=1', '--max-old-space-size=256'];
