/**
 * The host's side of the compiler: starts its process when there is something to compile, and lets it go soon after, so
 * that a server where nobody edits holds no memory for it.
 *
 * CO1 One job at a time, in order: a job that is ended takes no other along.
 * CO2 A job that takes too long, or a process that dies, is an answer like any other; the next job starts anew.
 */

import { createInterface } from 'node:readline';
import type { Built, Job } from './bundler.ts';
import { bundlerFile, filesOf } from './files.ts';
import { packageFolders } from './libraries.ts';
import { type Child, start } from './spawn.ts';

/** Milliseconds for a process to come up, for one job, and until an idle process is let go. */
const STARTING = 30_000;
const LONGEST = 10_000;
const IDLE = 15_000;
/** A program of ours may be large, and is put together once: so many times as long. */
const OURS = 6;

export type Bundler = {
  /** `slow`: it took too long, or more memory than there was; it is not told what of it. */
  readonly run: (job: Job) => Promise<Built | 'slow'>;
  readonly close: () => Promise<void>;
};

type Process = {
  readonly child: Child;
  readonly lines: AsyncIterator<string>;
  /** Its first line came: from now on time is the job's own. */
  up: boolean;
  readonly ended: Promise<unknown>;
};

const open = (packages: readonly string[]): Process => {
  const { launcher } = filesOf();
  const file = bundlerFile();
  const first = launcher === null ? [file, '{}'] : [launcher, file];
  const words = [...first, 'bundler', file, ...packages];
  const child = start(process.execPath, ['--no-warnings', '--max-old-space-size=256', ...words]);
  const { stdout, stdin, stderr } = child;
  child.on('error', () => undefined);
  stdin.on('error', () => undefined);
  stderr.resume();
  const ended = new Promise((resolve) => child.once('close', resolve));
  return { child, ended, up: false, lines: createInterface({ input: stdout })[Symbol.asyncIterator]() };
};

/** `longest`, `idle`: milliseconds. `packages`: the folders that packages lie in, the only files it can read. */
export const openBundler = ({ longest = LONGEST, idle = IDLE, packages = packageFolders() } = {}): Bundler => {
  let current: Process | null = null;
  let closed = false;
  let turn: Promise<unknown> = Promise.resolve();
  let leave: NodeJS.Timeout | undefined;

  const drop = (): void => {
    clearTimeout(leave);
    current?.child.kill('SIGKILL');
    current = null;
  };

  const one = async (job: Job): Promise<Built | 'slow'> => {
    clearTimeout(leave);
    if (closed) return 'slow';
    current ??= open(packages);
    const process = current;
    const { child, lines } = process;
    const next = async (most: number): Promise<string | null> => {
      const late = setTimeout(() => child.kill('SIGKILL'), most);
      const { value, done } = await lines.next();
      clearTimeout(late);
      return done === true ? null : value;
    };
    process.up ||= (await next(STARTING)) !== null;
    child.stdin.write(`${JSON.stringify(job)}\n`);
    const value = process.up ? await next(job.modules === undefined ? longest : OURS * longest) : null;
    if (value === null) {
      drop();
      return 'slow';
    }
    leave = setTimeout(drop, idle);
    leave.unref();
    return JSON.parse(value) as Built;
  };

  return {
    run: (job) => {
      const mine = turn.then(() => one(job));
      turn = mine;
      return mine;
    },
    close: async () => {
      closed = true;
      const ended = current?.ended;
      drop();
      await ended;
    },
  };
};
