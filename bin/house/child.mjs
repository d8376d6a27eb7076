/**
 * Child processes of the launcher: one that is watched quietly (npm, tsc), and one that takes over (the server, vitest).
 * Always by argument list, never through a shell.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/**
 * Runs a program to its end and keeps what it printed.
 * @param {string} file @param {string[]} args @param {{ cwd: string, env: NodeJS.ProcessEnv }} where
 * @returns {Promise<{ code: number, output: string }>} code 127: the program could not be started
 */
export const quiet = (file, args, where) =>
  new Promise((resolve) => {
    const child = spawn(file, args, { ...where, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (/** @type {Buffer} */ chunk) => {
      output = (output + chunk).slice(-64_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => resolve({ code: 127, output: String(error) }));
    child.on('close', (code, signal) => resolve({ code: code ?? signalCode(signal), output }));
  });

/**
 * Hands the terminal over to a program and waits for its end: same stdio, signals passed on, exit code given back.
 * A Ctrl-C at a terminal reaches the whole process group by itself and is not sent a second time.
 * @param {string} file @param {string[]} args
 * @param {{ cwd?: string, env: NodeJS.ProcessEnv, withParent?: boolean }} how `withParent`: when our parent is gone the
 * program is told to end. npm passes a signal to the shell it started, and the shell ends without a word to us.
 * @returns {Promise<number>}
 */
export const handOver = (file, args, { withParent = false, ...how }) =>
  new Promise((resolve, reject) => {
    const child = spawn(file, args, { ...how, stdio: 'inherit' });
    const parent = process.ppid;
    const watch = setInterval(() => {
      if (process.ppid !== parent) pass('SIGTERM');
    }, 250);
    if (!withParent) clearInterval(watch);
    const pass = (/** @type {NodeJS.Signals} */ signal) => {
      clearInterval(watch);
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      child.kill(signal);
    };
    const signals = /** @type {NodeJS.Signals[]} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
    for (const signal of signals) process.on(signal, pass);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearInterval(watch);
      for (const name of signals) process.off(name, pass);
      resolve(code ?? signalCode(signal));
    });
  });

/**
 * Becomes the program where the platform can (Node 23.11 or later, not Windows): same pid, no parent left behind.
 * Elsewhere it hands over and waits.
 * @param {string} file @param {string[]} args @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>}
 */
export const become = (file, args, env) => {
  const plain = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
  if (process.platform !== 'win32' && process.execve !== undefined) process.execve(file, [file, ...args], plain);
  return handOver(file, args, { env });
};

/** @param {NodeJS.Signals | null} signal the shell's convention: 128 and the number */
const signalCode = (signal) => (signal === null ? 1 : 128 + (constants.signals[signal] ?? 0));
