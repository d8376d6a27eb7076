/** Starting and watching the process of child.ts. */

import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));

/** Arguments for Node that make it run the sources. */
export const SOURCES = ['--conditions=headgate-source', '--disable-warning=ExperimentalWarning'];

export type Watched = {
  readonly process: ChildProcess;
  /** Lines said so far. */
  readonly lines: string[];
  /** Resolves with the first line that begins so; rejects when the process ends without it. */
  readonly line: (start: string) => Promise<string>;
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | string | null>;
  readonly errors: () => string;
};

/** Starts a program and reads its lines. */
export const watch = (command: string, args: readonly string[]): Watched => {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  let rest = '';
  let errors = '';
  let over = false;
  const wake = (): void => waiting.forEach((look) => look());
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    wake();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const ended = new Promise<number | string | null>((resolve) => {
    child.on('close', (code, signal) => {
      over = true;
      wake();
      resolve(signal ?? code);
    });
  });
  const line = (start: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = lines.find((one) => one.startsWith(start));
        if (found === undefined && !over) return;
        waiting.delete(look);
        if (found === undefined) reject(new Error(`ended without saying ${start}: ${errors}`));
        else resolve(found);
      };
      waiting.add(look);
      look();
    });
  return { process: child, lines, line, ended, errors: () => errors };
};

/** Starts child.ts in one of its ways. */
export const startChild = (way: string, dir: string, number = 0): Watched =>
  watch(process.execPath, [...SOURCES, CHILD, way, dir, String(number)]);
