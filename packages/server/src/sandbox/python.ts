/**
 * Python's part of the jail: one process a run. What a run leaves in its interpreter ends with it, so there is no residue
 * to look for (SEC-12); and no domain ever meets another's process.
 *
 * PY1 A process serves one run and is killed after it, whatever came of it.
 * PY2 Nothing runs where the kernel's lock is not whole: the interpreter can be talked into JavaScript, and what is
 *     locked then is the process.
 * PY3 An interpreter is started ahead only while Python is in use: idle, nothing of it is in memory.
 */

import { cancelled, failedWith, unavailable } from './failure.ts';
import type { Job, JobResult } from './job.ts';
import { locked, missing } from './layers.ts';
import { Runner, type RunnerFiles } from './runner.ts';
import type { Snapshot } from './snapshot.ts';
import type { Ticket } from './ticket.ts';

export type Python = {
  readonly run: (job: Job) => Promise<JobResult>;
  /** Once a second. */
  readonly tend: (now: number) => void;
  readonly runners: () => readonly Runner[];
  readonly close: () => Promise<void>;
};

type Options = {
  readonly files: RunnerFiles;
  readonly snapshot: Snapshot;
  /** Interpreters at a time, the one that is ready included. */
  readonly most?: number;
  /** Milliseconds without a run after which none is kept ready. */
  readonly idle?: number;
};

export const openPython = ({ files, snapshot, most = 3, idle = 60_000 }: Options): Python => {
  const runners = new Set<Runner>();
  const queue: Ticket[] = [];
  let path: string | null = null;
  let used = 0;
  let closed = false;

  /** Whoever waits is told, and none is started ahead: what did not come up once would not the next time. */
  const refuseAll = (why: string): void => {
    used = -Infinity;
    for (const ticket of queue.splice(0)) ticket.settle(failedWith(unavailable(why)));
  };

  const spare = (): Runner | undefined => [...runners].find((r) => !r.dead && !r.retired && r.domain === null);

  const ready = (runner: Runner): void => {
    const { layers } = runner;
    if (layers !== null && !locked(layers)) {
      runner.kill('closed');
      return refuseAll(`Python needs the whole lock of the kernel, and ${missing(layers).join(', ')} is missing`);
    }
    pump();
  };

  const gone = (runner: Runner): void => {
    runners.delete(runner);
    if (runner.layers === null && !runner.retired && !closed)
      refuseAll(runner.errors.split('\n')[0] || 'its process does not come up');
    pump();
  };

  const spawn = (from: string): void => {
    runners.add(new Runner({ engine: 'python', files, words: [from], ready, gone }));
  };

  /** Gives what waits to an interpreter that is up, and has one more made. */
  const pump = (): void => {
    if (closed || path === null) return;
    for (let runner = spare(); runner !== undefined && runner.layers !== null; runner = spare()) {
      const ticket = queue.shift();
      if (ticket === undefined) break;
      runner.domain = ticket.job.domain;
      runner.run(ticket);
    }
    const wanted = queue.length > 0 || performance.now() - used < idle;
    if (wanted && spare() === undefined && runners.size < most) spawn(path);
  };

  return {
    run: async (job) => {
      if (files.launcher === null)
        return failedWith(unavailable('Python needs the lock of the kernel, which is Linux’s'));
      used = performance.now();
      const made = await snapshot();
      if (!made.ok) return failedWith(made.problem);
      if (closed || job.signal?.aborted === true) return failedWith(cancelled());
      path = made.value;
      return new Promise((resolve, reject) => {
        const over = (tell: () => void): void => {
          job.signal?.removeEventListener('abort', stop);
          used = performance.now();
          tell();
          for (const runner of runners) if (runner.serves(ticket)) runner.kill('closed');
        };
        const ticket: Ticket = {
          job,
          settle: (result) => over(() => resolve(result)),
          fail: (error) => over(() => reject(error)),
          again: null,
        };
        const stop = (): void => {
          const at = queue.indexOf(ticket);
          if (at >= 0) queue.splice(at, 1);
          if (at >= 0) ticket.settle(failedWith(cancelled()));
        };
        job.signal?.addEventListener('abort', stop, { once: true });
        queue.push(ticket);
        pump();
      });
    },
    tend: (now) => {
      for (const runner of runners) if (runner.busy > 0) runner.watch(now);
      if (now - used < idle || queue.length > 0) return;
      for (const runner of runners) {
        if (runner.domain !== null) continue;
        runner.retired = true;
        runner.kill('closed');
      }
    },
    runners: () => [...runners],
    close: async () => {
      closed = true;
      for (const ticket of queue.splice(0)) ticket.settle(failedWith(cancelled()));
      await Promise.all([...runners].map((runner) => runner.close()));
    },
  };
};
