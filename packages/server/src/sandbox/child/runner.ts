/**
 * The runner: the process in which code runs. It loads its engine, locks itself for good, says that it is up, and then
 * takes frames from its input and writes frames to its output until the input ends.
 *
 * P1 No code of a user is read before the second stage of the filter is on, on all threads.
 * P2 It counts the time and the calls of each run and ends what goes over; the realm counts log and result. The host counts again: a runner may be broken.
 * P3 A run is entered by the host alone (a new run, an answer): there are no timers here, and between two frames nothing
 *    is under way. So the host knows at any time which run keeps the runner busy.
 *
 * Arguments: what the launcher's lock did (JSON), the engine's name, and for Python the path of its snapshot.
 */

import { collector } from './collect.ts';
import type { Engine, Fault, Program } from './engine.ts';
import { callFrame, type Frame, logFrame, reader, textFrame, writer } from './frames.ts';

type Kept = Program & { readonly cpuMs: number };
type Run = {
  readonly program: number;
  readonly kept: Kept;
  used: number;
  calls: number;
  answered: number;
};

const [, , locked = '{}', kind = 'quickjs', path = ''] = process.argv;

const out = writer(1);
const programs = new Map<number, Kept>();
const runs = new Map<number, Run>();
/** Set while an entrance ends its run. */
let ended = false;

const fail = (id: number, failure: Record<string, unknown>): void => {
  out.add(textFrame('F', id, JSON.stringify(failure)));
};

const reports = {
  done: (id: number, ok: boolean, text: string): void => {
    if (!runs.delete(id)) return;
    ended = true;
    if (ok) out.add(textFrame('O', id, text));
    else out.add(textFrame('F', id, text));
  },
  call: (id: number, call: number, name: string, args: string): void => {
    const run = runs.get(id);
    if (run === undefined) return;
    run.calls += 1;
    out.add(callFrame(id, call, name, args));
  },
  log: (id: number, level: number, text: string): void => {
    const run = runs.get(id);
    if (run !== undefined) out.add(logFrame(id, level, text));
  },
};

const load = async (name: string): Promise<Engine> => {
  if (name === 'v8') return (await import('./engines/v8.ts')).openV8(reports);
  if (name === 'python') return (await import('./engines/python.ts')).openPython(reports, path);
  return (await import('./engines/quickjs.ts')).openQuickJs(reports);
};

/** A realm that is gone takes its runs along; `guilty` is told why, the others that it was not their doing. */
const lose = (program: number, guilty: number, fault: Fault): void => {
  for (const [id, run] of runs) {
    if (id !== guilty && !(fault.lost && run.program === program)) continue;
    runs.delete(id);
    fail(id, id === guilty ? { why: fault.why, text: fault.text } : { why: 'lost', calls: run.calls, text: '' });
  }
};

const main = async (): Promise<void> => {
  const collect = collector();
  const engine = await load(kind);
  // A program runs once before the lock: what an engine loads late would meet the lock.
  const warm: Program = {
    script: kind === 'python' ? 'def main(input, can):\n    return input' : '({ default: (input) => input })',
    names: [],
    memoryMb: 16,
    hostCalls: 0,
    out: 1_000,
    log: 0,
  };
  await engine.load(0, warm);
  engine.enter(0, 0, '{"warm":[1,"ü",true]}', '', 1_000);
  engine.drop(0);

  const lock = JSON.parse(locked) as { filter?: unknown }; // parse boundary: our own launcher
  // The second stage stands on the first: without it Node has a ring, and would meet the filter there. Loaded late, since
  // where there is no launcher the machine need not be one that the kernel's calls are known of.
  const second = lock.filter === true && (await import('./last.ts')).lastStage();
  const up = { engine: kind, node: process.version, arch: process.arch, lock, second };
  out.add(textFrame('U', 0, JSON.stringify(up)));
  out.flush();

  /** One entrance: time is counted, and a run that ends in no way and waits for nothing is stuck for good. */
  const entered = (id: number, run: Run, act: (ms: number) => Fault | null): void => {
    const left = run.kept.cpuMs - run.used;
    const began = performance.now();
    ended = false;
    const fault = left > 0 ? act(left) : ({ why: 'time', lost: false, text: '' } as const);
    run.used += performance.now() - began;
    if (fault !== null) {
      if (fault.lost) programs.delete(run.program);
      lose(run.program, id, fault);
      out.flush();
      // What the lost realm held goes now, or the next run would be taken for its user.
      collect();
      return;
    }
    if (ended) return;
    if (run.calls > run.answered) return out.add(textFrame('W', id, ''));
    runs.delete(id);
    engine.forget(run.program, id);
    fail(id, { why: 'stuck', text: '' });
  };

  const take = async ({ kind: what, id, body }: Frame): Promise<void> => {
    switch (what) {
      case 'P': {
        const length = body.readUInt32LE(0);
        const head = JSON.parse(body.toString('utf8', 4, 4 + length)) as Omit<Kept, 'script'>;
        const program = { ...head, script: body.toString('utf8', 4 + length) };
        const wrong = await engine.load(id, program);
        if (wrong === null) programs.set(id, program);
        return out.add(textFrame(wrong === null ? 'K' : 'B', id, wrong === null ? '' : JSON.stringify(wrong)));
      }
      case 'R':
      case 'T': {
        const program = body.readUInt32LE(0);
        const kept = programs.get(program);
        if (kept === undefined) return fail(id, { why: 'lost', calls: 0, text: '' });
        const facts = body.readUInt32LE(4);
        const run: Run = { program, kept, used: 0, calls: 0, answered: 0 };
        runs.set(id, run);
        const known = body.toString('utf8', 8, 8 + facts);
        const input = body.toString('utf8', 8 + facts);
        return entered(id, run, (ms) => engine.enter(program, id, input, known, ms, what === 'T'));
      }
      case 'A': {
        const run = runs.get(id);
        // Ended with the realm of another run: the host still waits for this entrance to be over.
        if (run === undefined) return out.add(textFrame('W', id, ''));
        run.answered += 1;
        const text = body.toString('utf8', 5);
        return entered(id, run, (ms) => engine.settle(run.program, id, body.readUInt32LE(0), body[4] === 1, text, ms));
      }
      case 'X': {
        const run = runs.get(id);
        if (run === undefined || !runs.delete(id)) return;
        return engine.forget(run.program, id);
      }
      case 'D':
        programs.delete(id);
        return engine.drop(id);
      default:
        throw new Error('a frame of an unknown kind');
    }
  };

  const read = reader(0);
  const turn = (): void => {
    const frames = read();
    if (frames === null) process.exit(0);
    void (async () => {
      for (const frame of frames) {
        const began = performance.now();
        await take(frame);
        // What is ready is not held back by a run that takes long.
        if (performance.now() - began > 1) out.flush();
      }
      out.flush();
      setImmediate(turn);
    })();
  };
  turn();
};

void main();
