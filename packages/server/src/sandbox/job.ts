/** What the jail is asked to run, and what it answers. Data and two callbacks; the engine of the server makes them. */

import type { Problem, Result } from '@headgate/core';

export type Limits = {
  /** Milliseconds on the processor, over all that a run does. */
  readonly cpuMs: number;
  /** Milliseconds from its start to its end, waiting for host functions included. */
  readonly wallMs: number;
  readonly memoryMb: number;
  /** Calls of host functions, timers included. */
  readonly hostCalls: number;
  /** Characters of the result as JSON. */
  readonly outBytes: number;
  /** Characters of log. */
  readonly logBytes: number;
};

/** Server constants; nothing in a flow file reaches them (row SBX-05). */
export const LIMITS: Limits = {
  cpuMs: 2_000,
  wallMs: 120_000,
  memoryMb: 128,
  hostCalls: 1_000,
  outBytes: 4 * 1024 * 1024,
  logBytes: 256 * 1024,
};

export type EngineName = 'v8' | 'quickjs' | 'python';

/** `script`: an expression that evaluates to an object with a function `default`, or the body of a function that returns one. */
export type Program = { readonly hash: string; readonly script: string };

export type Level = 'debug' | 'info' | 'warn' | 'error';
export const LEVELS: readonly Level[] = ['debug', 'info', 'warn', 'error'];

export type Job = {
  /** Who trusts this code: a workspace, or an installed package. Two domains never share a process. */
  readonly domain: string;
  /** For whom in that domain, e.g. a flow: who asks much waits behind who asks little. */
  readonly party?: string;
  /** Left out: V8 where the kernel's lock holds, else QuickJS. */
  readonly engine?: EngineName;
  readonly program: Program;
  /** JSON text; or, where the input is a well-formed text, that text itself (`plain`). */
  readonly input: string;
  readonly plain?: boolean;
  /** JSON text of an object: what `can` holds besides functions. Left out: nothing. */
  readonly facts?: string;
  /** Names of the host functions that the code gets in `can`. */
  readonly names: readonly string[];
  readonly limits: Limits;
  /** Called for each use of such a function with the JSON text of its arguments (a list); answers JSON text. */
  readonly host: (name: string, args: string) => Promise<Result<string>>;
  readonly log: (level: Level, text: string) => void;
  readonly signal?: AbortSignal;
};

/** A place in the program's script, counted from 1. */
export type Place = { readonly line: number; readonly column: number };

/** `stack`: where it was thrown, and who called that, in the script's lines. `json`: the result as JSON text. */
export type JobResult =
  | { readonly ok: true; readonly json: string }
  | { readonly ok: false; readonly problem: Problem; readonly stack: readonly Place[] };
