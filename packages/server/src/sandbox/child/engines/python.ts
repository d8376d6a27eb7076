/**
 * CPython in WebAssembly (Pyodide), from a memory snapshot: the standard library, and nothing else. One process serves one
 * run: what a run leaves in its interpreter, or in the JavaScript around it, goes with the process.
 *
 * N1 Python reaches JavaScript only by tricks (prelude.ts Y1), and then nothing but this process, which the kernel has
 *    locked: so it runs nowhere without the lock.
 * N2 It cannot be interrupted from inside. Code that does not come back is ended with its process, by the host.
 */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { createRequire } from 'node:module';
import { loadPyodide, version } from 'pyodide';
import type { Engine, Fault, Reports } from '../engine.ts';
import { PRELUDE } from './python/prelude.ts';

/** The part of Pyodide's interface that is used, as it came from Python: plain functions of texts and numbers. */
type Entrances = {
  readonly load: (program: number, source: string, head: string) => string;
  readonly enter: (program: number, run: number, input: string, facts: string) => string;
  readonly settle: (run: number, call: number, ok: number, text: string) => string;
  readonly forget: (run: number) => void;
  readonly begin: () => void;
};
type Event = readonly ['call', number, string, string] | readonly ['done', number, string];

const NAMES = ['load', 'enter', 'settle', 'forget', 'begin'] as const;

const options = () => ({
  indexURL: `${dirname(createRequire(import.meta.url).resolve('pyodide/package.json'))}/`,
  // Python's `js` module, should somebody find it, is an empty object.
  jsglobals: Object.create(null) as object,
  // The name of the program would be a path of the server.
  env: { HOME: '/home/pyodide', _: 'python' },
  checkAPIVersion: true,
});

/** What a snapshot is made from: another of these, another snapshot. */
export const recipe = (): string => JSON.stringify([version, process.version, process.arch, PRELUDE]);

/** The bytes of a snapshot; null when they are not those its name tells of. */
export const readSnapshot = (path: string): Uint8Array | null => {
  const bytes = readFileSync(path);
  const told = /-([0-9a-f]{64})\.snapshot$/.exec(basename(path))?.[1];
  return createHash('sha256').update(bytes).digest('hex') === told ? bytes : null;
};

/**
 * Pyodide looks at Node's standard streams when it starts, and merely looking at them has Node take over the descriptors,
 * which then block no more. They belong to the frames.
 */
const withoutStreams = (): void => {
  for (const [fd, name] of ['stdin', 'stdout', 'stderr'].entries())
    Object.defineProperty(process, name, { value: { fd, isTTY: false }, configurable: true });
};

/** The memory of an interpreter that has done all of its own work and none of anybody's. */
export const makeSnapshot = async (): Promise<Uint8Array> => {
  const python = await loadPyodide({ ...options(), _makeSnapshot: true });
  python.runPython(`import sys, types\nheadgate = types.ModuleType("headgate")\nsys.modules["headgate"] = headgate`);
  python.globals.set('text', PRELUDE);
  python.runPython('exec(compile(text, "headgate", "exec"), headgate.__dict__); del text, types');
  return python.makeMemorySnapshot();
};

const messageOf = (error: unknown): string => (error instanceof Error ? (error.message.split('\n')[0] ?? '') : '');

/** An interpreter from the snapshot at `path`. */
export const openPython = async (reports: Reports, path: string): Promise<Engine> => {
  withoutStreams();
  const snapshot = readSnapshot(path);
  if (snapshot === null) throw new Error('the snapshot of Python is damaged');
  const python = await loadPyodide({ ...options(), _loadSnapshot: snapshot });
  let current = 0;
  /** Characters of log that are left to the run. */
  let room = 0;
  const line = (level: number) => ({
    batched: (text: string) => {
      if (room <= 0) return;
      reports.log(current, level, text.length > room ? `${text.slice(0, room)} … (the log of a run ends here)` : text);
      room -= text.length + 1;
    },
  });
  python.setStdout(line(1));
  python.setStderr(line(2));
  python.setStdin({ error: true });
  const module = python.pyimport('headgate') as Entrances;
  const entrances = Object.fromEntries(NAMES.map((name) => [name, module[name]])) as unknown as Entrances;
  entrances.begin();

  /** Enters Python, and reports what it said. What cannot be caught there ends the interpreter. */
  const go = (run: number, act: () => string): Fault | null => {
    current = run;
    let said: readonly Event[];
    try {
      said = JSON.parse(act()) as readonly Event[];
    } catch (error) {
      return { why: 'broken', lost: true, text: messageOf(error) };
    }
    for (const event of said) {
      if (event[0] === 'call') reports.call(run, event[1], event[2], event[3]);
      else reports.done(run, event[1] === 1, event[2]);
    }
    return null;
  };

  return {
    load: async (id, { script, names, out, log }) => {
      room = log;
      try {
        const wrong = entrances.load(id, script, JSON.stringify({ names, out }));
        return wrong === '' ? null : (JSON.parse(wrong) as { text: string; stack: string });
      } catch (error) {
        return { text: messageOf(error), stack: '' };
      }
    },
    enter: (program, run, input, facts) => go(run, () => entrances.enter(program, run, input, facts)),
    settle: (_program, run, call, ok, text) => go(run, () => entrances.settle(run, call, ok ? 1 : 0, text)),
    forget: (_program, run) => entrances.forget(run),
    drop: () => undefined,
  };
};
