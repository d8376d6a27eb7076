/**
 * The self-test of the jail: native code in the runner's place tries to get out, and must fail at everything.
 *
 * Q1 What does not answer counts as got out where it had begun (a process that was replaced says nothing more), and as
 *    not proven otherwise. Both keep code from being run.
 * Q2 Where the kernel's lock is not whole there is nothing to prove: only the WebAssembly engine runs there (layers.ts Y2).
 */

import { type Layers, locked, readLayers } from './layers.ts';
import { kernelSaysOf } from './process-state.ts';
import type { RunnerFiles } from './runner.ts';
import { endedFromOutside, start } from './spawn.ts';

export type Probed = {
  /** Names of the probes that were tried. */
  readonly tried: readonly string[];
  /** Names of those that got what they wanted. */
  readonly escaped: readonly string[];
  /** Why the test could not be made; null when it was. */
  readonly failure: string | null;
  /** Somebody ended it from outside, as Ctrl-C ends all that a terminal started: it says nothing of the jail. */
  readonly interrupted: boolean;
  readonly layers: Layers | null;
  readonly ms: number;
};

const PATIENCE = 15_000;
const MOST = 256 * 1024;

type Line = { readonly probe?: unknown; readonly got?: unknown; readonly up?: unknown; readonly end?: unknown };

const readLine = (line: string): Line => {
  try {
    const read: unknown = JSON.parse(line);
    return typeof read === 'object' && read !== null ? read : {};
  } catch {
    return {};
  }
};

/** Starts the probes and waits for their answers. `begun` gets what ends them early. */
export const runProbes = async (
  files: RunnerFiles,
  begun: (end: () => void) => void = () => undefined,
): Promise<Probed> => {
  const began = performance.now();
  const none = { tried: [], escaped: [], layers: null, interrupted: false };
  if (files.launcher === null) return { ...none, failure: null, ms: 0 };
  const child = start(process.execPath, ['--no-warnings', files.launcher, files.runner]);
  begun(() => void child.kill('SIGKILL'));
  let text = '';
  let said = '';
  let layers: Layers | null = null;
  child.stdin.on('error', () => undefined);
  child.stderr.on('data', (chunk: Buffer) => {
    if (said.length < 2_000) said += chunk.toString('utf8');
  });
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
    if (text.length > MOST) child.kill('SIGKILL');
    if (layers !== null || !text.includes('\n')) return;
    const { up } = readLine(text.slice(0, text.indexOf('\n')));
    if (up === undefined) return;
    layers = readLayers(JSON.stringify(up), kernelSaysOf(child.pid ?? 0));
    // It waits for this, so that the kernel could be asked about it while it was there. Nothing to prove: it is let go.
    if (layers !== null && locked(layers)) child.stdin.write('go\n');
    else child.kill('SIGKILL');
  });
  const patience = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  const failed = await new Promise<string | null>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', () => resolve(null));
  });
  clearTimeout(patience);
  const lines = text.split('\n').map(readLine);
  const tried = lines
    .filter((line) => typeof line.probe === 'string' && line.got === undefined)
    .map((l) => String(l.probe));
  const ended = new Map(
    lines.filter((l) => typeof l.probe === 'string' && l.got !== undefined).map((l) => [String(l.probe), l.got]),
  );
  const escaped = tried.filter((name) => ended.get(name) !== false);
  const whole = lines.some((line) => line.end === true);
  const ms = Math.round(performance.now() - began);
  if (failed !== null) return { ...none, failure: `the self-test does not start (${failed})`, ms };
  const unproven = layers !== null && !locked(layers);
  if (escaped.length > 0 || whole || unproven) return { tried, escaped, failure: null, interrupted: false, layers, ms };
  const last = said.trim().split('\n').at(-1) ?? '';
  return {
    tried,
    escaped: [],
    failure: `the self-test did not end${last === '' ? '' : ` (${last})`}`,
    interrupted: endedFromOutside(child.signalCode),
    layers,
    ms,
  };
};
