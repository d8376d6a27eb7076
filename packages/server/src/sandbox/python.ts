/**
 * Python's part of the jail: one process a run. What a run leaves in its interpreter ends with it, so there is no residue
 * to look for (SEC-12); and no domain ever meets another's process.
 *
 * PY1 A process serves one run and is killed after it, whatever came of it.
 * PY2 Nothing runs where the kernel's lock is not whole: the interpreter can be talked into JavaScript, and what is
 *     locked then is the process.
 * PY4 Those that compute are bounded by the processor (`most`), all together by memory (`total`): one that waits for the
 *     clock or a host holds memory alone. A domain holds at most half of all, and a party (flow) half of that where the
 *     domain has several; whoever waits has a turn (line.ts), and is told when it did not come in time.
 * PY3 An interpreter is started ahead only while Python is in use: idle, nothing of it is in memory.
 */

import { cancelled, failedWith, noTurn, unavailable } from './failure.ts';
import type { Job, JobResult } from './job.ts';
import { locked, missing } from './layers.ts';
import { Line } from './line.ts';
import { Runner, type RunnerFiles } from './runner.ts';
import type { Snapshot } from './snapshot.ts';
import type { Ticket } from './ticket.ts';

export type Python = {
  readonly run: (job: Job) => Promise<JobResult>;
  /** Many times a second. */
  readonly tend: (now: number) => void;
  readonly runners: () => readonly Runner[];
  readonly close: () => Promise<void>;
};

type Options = {
  readonly files: RunnerFiles;
  readonly snapshot: Snapshot;
  /** Runs that compute at a time. */
  readonly most?: number;
  /** Interpreters at a time, those that wait and the one that is ready included: some 210 MB each. */
  readonly total?: number;
  /** Milliseconds without a run after which none is kept ready. */
  readonly idle?: number;
};

export const openPython = ({ files, snapshot, most = 3, total = 6, idle = 60_000 }: Options): Python => {
  const runners = new Set<Runner>();
  const line = new Line<Ticket>();
  /** When each began to wait. */
  const since = new WeakMap<Ticket, number>();
  const serving = new Map<Runner, Ticket>();
  let path: string | null = null;
  let used = 0;
  let closed = false;

  /** Whoever waits is told, and none is started ahead: what did not come up once would not the next time. */
  const refuseAll = (why: string): void => {
    used = -Infinity;
    for (const ticket of line.take(() => true)) ticket.settle(failedWith(unavailable(why)));
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
    serving.delete(runner);
    if (runner.layers === null && !runner.retired && !closed)
      refuseAll(runner.errors.split('\n')[0] || 'its process does not come up');
    pump();
  };

  const spawn = (from: string): void => {
    runners.add(new Runner({ engine: 'python', files, words: [from], ready, gone }));
  };

  const held = (fits: (job: Job) => boolean): number => [...serving.values()].filter(({ job }) => fits(job)).length;

  /** Half of all places for a domain; half of those for one party of several. Never none. */
  const may = (domain: string, party: string): boolean => {
    const ofDomain = Math.max(1, Math.floor(total / 2));
    const mine = held((job) => job.domain === domain);
    if (mine >= ofDomain) return false;
    const ours = held((job) => job.domain === domain && (job.party ?? '') === party);
    return party === '' || ours < Math.max(1, Math.ceil(ofDomain / 2));
  };

  const computing = (): number => [...serving.keys()].filter((runner) => !runner.dead && !runner.waits).length;

  /** Gives what waits to an interpreter that is up, and has one more made. */
  const pump = (): void => {
    if (closed || path === null) return;
    for (let runner = spare(); runner !== undefined && runner.layers !== null; runner = spare()) {
      const ticket = computing() < most ? line.next(may) : undefined;
      if (ticket === undefined) break;
      runner.domain = ticket.job.domain;
      serving.set(runner, ticket);
      runner.run(ticket);
    }
    const wanted = line.length > 0 || performance.now() - used < idle;
    if (wanted && spare() === undefined && runners.size < total) spawn(path);
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
          again: () => false,
        };
        const stop = (): void => {
          if (line.remove(ticket)) ticket.settle(failedWith(cancelled()));
        };
        job.signal?.addEventListener('abort', stop, { once: true });
        since.set(ticket, performance.now());
        line.add(ticket);
        pump();
      });
    },
    tend: (now) => {
      for (const runner of runners) if (runner.busy > 0) runner.watch(now);
      if (line.length > 0) {
        const late = line.take((one) => now - (since.get(one) ?? now) > one.job.limits.wallMs);
        for (const one of late) one.settle(failedWith(noTurn(one.job.limits.wallMs, serving.size)));
        // Who held a place may wait by now, and compute no more.
        pump();
      }
      if (now - used < idle || line.length > 0) return;
      for (const runner of runners) {
        if (runner.domain !== null) continue;
        runner.retired = true;
        runner.kill('closed');
      }
    },
    runners: () => [...runners],
    close: async () => {
      closed = true;
      for (const ticket of line.take(() => true)) ticket.settle(failedWith(cancelled()));
      await Promise.all([...runners].map((runner) => runner.close()));
    },
  };
};
