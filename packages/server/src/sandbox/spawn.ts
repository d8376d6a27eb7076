/**
 * The one function that starts a process.
 *
 * SP1 By a list of arguments, never through a shell (SBX-11).
 * SP2 With an environment of constants: nothing of the server's goes along (SBX-12).
 * SP3 In a process group of its own, so that whatever it starts ends with it.
 */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';

const ENVIRONMENT = { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', OPENSSL_CONF: '/dev/null' } as const;

export type Started = {
  readonly process: ChildProcessWithoutNullStreams;
  /** Ends the process and all it has started, at once. */
  readonly kill: () => void;
};

/** Starts a program with these arguments; it can be spoken to by its standard streams alone. */
export const startProcess = (file: string, args: readonly string[]): Started => {
  const child = spawn(file, args, { env: { ...ENVIRONMENT }, cwd: '/', detached: true, stdio: 'pipe' });
  const kill = (): void => {
    const { pid } = child;
    if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      child.kill('SIGKILL');
    }
  };
  return { process: child, kill };
};
