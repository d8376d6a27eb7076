/** Jobs for tests of the jail: short to write, with small limits. */

import { good, type Result } from '@headgate/core';
import type { Jail } from '../jail.ts';
import { type EngineName, type Job, type JobResult, LIMITS } from '../job.ts';

/** Both engines pass the same tests. */
export const ENGINES: readonly EngineName[] = ['v8', 'quickjs'];

/** Small, so that tests are short; far above what an honest job of these tests needs. */
export const SMALL = {
  ...LIMITS,
  cpuMs: 400,
  wallMs: 8_000,
  memoryMb: 48,
  hostCalls: 20,
  logBytes: 2_000,
  outBytes: 200_000,
};

export type Lines = { readonly level: string; readonly text: string }[];

export type Ask = Partial<Omit<Job, 'program' | 'input'>> & {
  readonly input?: unknown;
  readonly lines?: Lines;
  /** By name; they get the list of arguments and give a value. */
  readonly functions?: Readonly<Record<string, (...args: unknown[]) => unknown>>;
};

/** A job whose default function is `main`, e.g. `(input, can) => input + 1`, or a whole script that begins with a semicolon. */
export const jobOf = (main: string, ask: Ask = {}): Job => {
  const { input = null, lines, functions = {}, ...more } = ask;
  const script = main.startsWith(';') ? main.slice(1) : `({ default: ${main} })`;
  return {
    domain: 'default',
    program: { hash: script, script },
    input: JSON.stringify(input),
    names: Object.keys(functions),
    limits: SMALL,
    host: async (name, args): Promise<Result<string>> => {
      const value: unknown = await functions[name]?.(...(JSON.parse(args) as unknown[]));
      return good(JSON.stringify(value ?? null));
    },
    log: (level, text) => void lines?.push({ level, text }),
    ...more,
  };
};

/** The value of a job, or the code of its Problem as `!code`. */
export const valueOf = (result: JobResult): unknown =>
  result.ok ? (JSON.parse(result.json) as unknown) : `!${result.problem.code}`;

export const runs = async (jail: Jail, main: string, ask: Ask = {}): Promise<unknown> =>
  valueOf(await jail.run(jobOf(main, ask)));
