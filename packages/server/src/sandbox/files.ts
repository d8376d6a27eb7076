/** Where the files of the child lie, beside this one: built in a release, as source in a test. */

import { fileURLToPath } from 'node:url';
import type { RunnerFiles } from './runner.ts';

const ending = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

const child = (name: string): string => fileURLToPath(new URL(`./child/${name}${ending}`, import.meta.url));

/** The lock is made for Linux; elsewhere there is no launcher, and so no V8. */
export const filesOf = (): RunnerFiles => ({
  launcher: process.platform === 'linux' ? child('launch') : null,
  runner: child('runner'),
});

/** What makes Python's snapshot. */
export const snapshotFile = (): string => child('snapshot');

/** What reads a SQLite file. */
export const sqliteFile = (): string => child('sqlite');

/** What compiles code. It runs none of it; the launcher locks it as far as it can work. */
export const bundlerFile = (): string => fileURLToPath(new URL(`./bundler${ending}`, import.meta.url));

/** The same launcher with the escape probes in the runner's place. */
export const probeFiles = (files: RunnerFiles): RunnerFiles => ({ launcher: files.launcher, runner: child('escape') });

/** What runs a model of this machine. */
export const llamaFile = (): string => child('llama');

/** What locks itself and then becomes a program that was registered as a tool server. */
export const stdioFile = (): string => child('stdio');
