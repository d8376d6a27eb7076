/**
 * The jail: runs compiled programs in runner processes, and keeps as many of those as are needed.
 *
 * J1 A runner serves one trust domain for its whole life. A spare serves none; the first that takes it keeps it.
 * J2 V8 runs nowhere but behind the whole kernel lock (layers.ts Y2). What came up without it is ended, and from then on
 *    code runs in the WebAssembly engine.
 * J3 Until the escape probes have passed (`probe`), nothing is run; when one succeeds, nothing ever is.
 * J4 Whatever code does, `run` answers: with its result or with a Problem. It rejects only with what `host` rejected with.
 *
 * It does not know flows, grants or steps.
 */

import type { Problem } from '@headgate/core';
import { cancelled, failedWith, unavailable } from './failure.ts';
import { filesOf, probeFiles } from './files.ts';
import type { EngineName, Job, JobResult } from './job.ts';
import { type Layers, locked, missing } from './layers.ts';
import { type Probed, runProbes } from './probe.ts';
import { openPython } from './python.ts';
import { snapshotIn } from './snapshot.ts';
import { Runner, type RunnerFiles } from './runner.ts';
import type { Ticket } from './ticket.ts';

export type JailOptions = {
  /** Runners kept ready for a domain that has none. */
  readonly spares?: number;
  /** Runners at most, spares included. */
  readonly most?: number;
  /** Runners of one domain at most. */
  readonly perDomain?: number;
  /** Milliseconds without work after which a runner is ended. */
  readonly idle?: number;
  readonly log?: (level: 'info' | 'warn' | 'error', text: string, data: Record<string, unknown>) => void;
  /** Interpreters of Python at a time; some 210 MB each. */
  readonly pythons?: number;
  /** The folder that keeps what Python starts from. Left out: there is no Python. */
  readonly cache?: string;
  /** Other files than those of this release; tests give a runner that is not locked, or that lies. */
  readonly files?: RunnerFiles;
};

export type JailStatus = {
  readonly state: 'unproven' | 'ready' | 'escaped' | 'broken' | 'closed';
  readonly why: string | null;
  /** The engine that code of a workspace runs in. */
  readonly engine: EngineName;
  readonly layers: Layers | null;
  readonly probed: Probed | null;
  readonly runners: readonly {
    pid: number;
    domain: string | null;
    engine: EngineName;
    busy: number;
    readyAfter: number;
  }[];
};

export type Jail = {
  readonly run: (job: Job) => Promise<JobResult>;
  /** Runs the escape probes, once; everybody who asks gets the same answer. */
  readonly probe: () => Promise<Probed>;
  readonly status: () => JailStatus;
  readonly close: () => Promise<void>;
};

const TICK = 25;
const UNSTARTED = 3;
const BEHIND = 50;
const RETRIES = 2;

type Waiting = { readonly ticket: Ticket; readonly engine: EngineName };

export const openJail = (o: JailOptions = {}): Jail => {
  const { spares = 1, most = 24, perDomain = 2, idle = 60_000, log = () => undefined } = o;
  const files = o.files ?? filesOf();
  const runners = new Set<Runner>();
  const python =
    o.cache === undefined
      ? null
      : openPython({ files, snapshot: snapshotIn(o.cache), ...(o.pythons === undefined ? {} : { total: o.pythons }) });
  /** By engine and domain: what waits for a runner to come up. */
  const queues = new Map<string, Waiting[]>();
  let engine: EngineName = files.launcher === null ? 'quickjs' : 'v8';
  let layers: Layers | null = null;
  let probed: Probed | null = null;
  let probing: Promise<Probed> | null = null;
  let state: JailStatus['state'] = 'unproven';
  let why: string | null = null;
  let unstarted = 0;
  let endProbes = (): void => undefined;

  const keyOf = (name: EngineName, domain: string): string => `${name} ${domain}`;
  const runnerKey = (r: Runner): string | null => (r.domain === null ? null : keyOf(r.engine, r.domain));
  const alive = (r: Runner): boolean => !r.dead && !r.retired;

  const spawn = (name: EngineName): Runner => {
    const runner = new Runner({ engine: name, files, ready, gone });
    runners.add(runner);
    return runner;
  };

  const ready = (runner: Runner): void => {
    unstarted = 0;
    layers = runner.layers ?? layers;
    if (runner.engine === 'v8' && runner.layers !== null && !locked(runner.layers)) return unlocked(runner);
    pump();
  };

  /** J2: the kernel does not give the lock. Whoever waited for V8 gets the other engine. */
  const unlocked = (runner: Runner): void => {
    engine = 'quickjs';
    log('warn', 'the kernel lock is not whole: code runs in the WebAssembly engine', {
      missing: runner.layers === null ? [] : missing(runner.layers),
    });
    runner.kill('closed');
    const waiting = [...queues.values()].flat();
    queues.clear();
    for (const { ticket } of waiting) place(ticket);
  };

  const gone = (runner: Runner): void => {
    runners.delete(runner);
    if (runner.layers === null && state !== 'closed' && !runner.interrupted) {
      unstarted += 1;
      log('error', 'a runner did not come up', { engine: runner.engine, said: runner.errors });
      if (unstarted >= UNSTARTED) {
        why = runner.errors === '' ? 'its process does not come up' : (runner.errors.split('\n')[0] ?? '');
        const waiting = [...queues.values()].flat();
        queues.clear();
        for (const { ticket } of waiting) ticket.settle(failedWith(unavailable(why)));
        unstarted = 0;
        return;
      }
    }
    pump();
  };

  /** Gives waiting tickets to runners that are up, and has more runners made where they are wanted. */
  const pump = (): void => {
    if (state === 'closed') return;
    for (const [key, queue] of queues) {
      const [first] = queue;
      if (first === undefined) {
        queues.delete(key);
        continue;
      }
      const runner = choose(key, first.engine, first.ticket.job.domain);
      if (runner === null) continue;
      queues.delete(key);
      for (const { ticket } of queue) runner.run(ticket);
    }
    keepSpares();
  };

  /** A runner that is up and serves this domain; takes a spare when it has none. Null: one is on its way, or none is free. */
  const choose = (key: string, name: EngineName, domain: string): Runner | null => {
    let best: Runner | null = null;
    let own = 0;
    for (const runner of runners) {
      if (!alive(runner) || runnerKey(runner) !== key) continue;
      own += 1;
      if (runner.layers !== null && (best === null || runner.busy < best.busy)) best = runner;
    }
    if (best !== null && (best.busy === 0 || best.behind < BEHIND || own >= perDomain)) return best;
    for (const runner of runners) {
      if (runner.domain !== null || !alive(runner) || runner.engine !== name || runner.layers === null) continue;
      runner.domain = domain;
      keepSpares();
      return runner;
    }
    if (own === 0 || (best !== null && own < perDomain)) {
      const coming = [...runners].some((r) => alive(r) && r.engine === name && r.domain === null && r.layers === null);
      if (!coming && makeRoom()) spawn(name);
    }
    return best;
  };

  /** Room for one more: an idle runner of somebody else goes when there are too many. */
  const makeRoom = (): boolean => {
    if (runners.size < most) return true;
    let oldest: Runner | null = null;
    for (const runner of runners)
      if (runner.busy === 0 && runner.domain !== null && (oldest === null || runner.idleSince < oldest.idleSince))
        oldest = runner;
    oldest?.kill('closed');
    return oldest !== null;
  };

  const keepSpares = (): void => {
    if (state !== 'ready') return;
    let have = 0;
    for (const runner of runners) if (runner.domain === null && alive(runner) && runner.engine === engine) have += 1;
    while (have < spares && runners.size < most) {
      spawn(engine);
      have += 1;
    }
  };

  const place = (ticket: Ticket): void => {
    // Asked for V8, and there is none: the other engine runs the same code.
    const name = ticket.job.engine === 'quickjs' ? 'quickjs' : engine;
    const key = keyOf(name, ticket.job.domain);
    const waiting = queues.get(key);
    if (waiting !== undefined) return void waiting.push({ ticket, engine: name });
    const runner = choose(key, name, ticket.job.domain);
    if (runner !== null) return runner.run(ticket);
    queues.set(key, [{ ticket, engine: name }]);
  };

  /** Looks after what is busy, many times a second; what is idle is looked at once a second. */
  let ticks = 0;
  const ticker = setInterval(() => {
    const now = performance.now();
    ticks += 1;
    for (const runner of runners)
      if (runner.busy > 0) runner.watch(now);
      else if (runner.hurt) runner.weigh();
    python?.tend(now);
    if (queues.size > 0) pump();
    if (ticks % (1_000 / TICK) !== 0) return;
    for (const runner of runners) {
      if (runner.busy > 0 || runner.domain === null) continue;
      runner.weigh();
      if (runner.retired || now - runner.idleSince > idle) runner.kill('closed');
    }
    pump();
  }, TICK);
  ticker.unref();

  const probe = async (): Promise<Probed> => {
    const once = (): Promise<Probed> => runProbes(probeFiles(files), (end) => (endProbes = end));
    let result = await once();
    if (result.interrupted && state === 'unproven') result = await once();
    probed = result;
    if (state !== 'unproven') return result;
    layers = result.layers ?? layers;
    if (result.layers !== null && !locked(result.layers)) engine = 'quickjs';
    state = result.escaped.length > 0 ? 'escaped' : result.failure === null ? 'ready' : 'broken';
    why = result.escaped.length > 0 ? `native code got out: ${result.escaped.join(', ')}` : result.failure;
    keepSpares();
    return result;
  };

  const refusal = (): Problem | null => {
    if (state === 'ready') return null;
    if (state === 'closed') return cancelled();
    return unavailable(why ?? 'its self-test has not passed');
  };

  return {
    run: async (job) => {
      if (state === 'unproven') await (probing ??= probe());
      const refused = refusal();
      if (refused !== null) return failedWith(refused);
      if (job.signal?.aborted === true) return failedWith(cancelled());
      if (job.engine === 'python')
        return python === null ? failedWith(unavailable('it has no Python')) : python.run(job);
      return new Promise((resolve, reject) => {
        let left = RETRIES;
        const ticket: Ticket = {
          job,
          settle: resolve,
          fail: reject,
          again: () => {
            if (left === 0) return false;
            left -= 1;
            place(ticket);
            return true;
          },
        };
        place(ticket);
      });
    },
    probe: () => (probing ??= probe()),
    status: () => ({
      state,
      why,
      engine,
      layers,
      probed,
      runners: [...runners, ...(python?.runners() ?? [])].map((r) => ({
        pid: r.pid,
        domain: r.domain,
        engine: r.engine,
        busy: r.busy,
        readyAfter: r.readyAfter,
      })),
    }),
    close: async () => {
      state = 'closed';
      clearInterval(ticker);
      endProbes();
      const waiting = [...queues.values()].flat();
      queues.clear();
      for (const { ticket } of waiting) ticket.settle(failedWith(cancelled()));
      await Promise.all([...[...runners].map((runner) => runner.close()), python?.close()]);
    },
  };
};
