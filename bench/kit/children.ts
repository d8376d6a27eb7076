/**
 * Processes of the bench: started by argument list, ended by id on every way out that a process can notice.
 *
 * C1 Whatever was started and has not ended is killed when the bench ends, throws, or is told to stop.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';

export type Child = {
  readonly pid: number;
  /** Kills it at once and waits until it is gone. */
  readonly kill: () => Promise<void>;
  /** Asks it to end, waits, and kills it after ten seconds. */
  readonly stop: () => Promise<void>;
};

type Settings = {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** File for everything it prints. */
  readonly log: string;
};

const alive = new Set<ChildProcess>();

const endAll = (): void => {
  for (const child of alive) child.kill('SIGKILL');
};

process.on('exit', endAll);
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.on(signal, () => process.exit(code));
}

const goneOf = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });

/** Starts a program that serves until it is stopped. */
export const start = (file: string, args: readonly string[], { cwd, env, log }: Settings): Child => {
  const out = openSync(log, 'a');
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', out, out] });
  closeSync(out);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${file} could not be started`);
  alive.add(child);
  child.once('exit', () => alive.delete(child));
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await goneOf(child);
  };
  return {
    pid,
    kill,
    stop: async () => {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await goneOf(child);
      clearTimeout(late);
    },
  };
};

/** Runs a program to its end; what it printed. Throws, with its last words, when it fails or takes longer than `limit` ms. */
export const finish = (
  file: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly limit: number },
): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: options.cwd, env: options.env, stdio: ['ignore', 'pipe', 'pipe'] });
    alive.add(child);
    let output = '';
    let faults = '';
    child.stdout.on('data', (piece: Buffer) => {
      output += piece.toString('utf8');
    });
    child.stderr.on('data', (piece: Buffer) => {
      faults = (faults + piece.toString('utf8')).slice(-4_000);
    });
    const late = setTimeout(() => child.kill('SIGKILL'), options.limit);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(late);
      alive.delete(child);
      if (code === 0) resolve(output);
      else
        reject(
          new Error(
            `${file} ${args.slice(0, 2).join(' ')} ended with ${signal ?? code}\n${output.slice(-2_000)}${faults}`,
          ),
        );
    });
  });

/** The end of a log, for a message. */
export const lastWords = (log: string): string => {
  try {
    return readFileSync(log, 'utf8').slice(-2_000);
  } catch {
    return '';
  }
};
