/**
 * What a step is lent to read and write formats with: a program of ours in the jail, which gets bytes and values and gives
 * bytes and values back, and reaches nothing else.
 *
 * FO1 Its trust domain is the workspace's formats: a file that takes a parser over meets neither code of the workspace, nor
 *     what that was shown, nor another workspace.
 * FO2 A workspace has two at work at a time, the server four; who waits has a turn (sandbox/line.ts). Time and memory are
 *     settings of the server, and nothing in a flow reaches them (rows DOS-01, DOS-02, DOS-08).
 * FO3 What comes out is checked for its shape and bounded: a program may have been taken over by what it read.
 */

import {
  bad,
  type FormatCall,
  type Formats,
  good,
  type Problem,
  problem,
  readValues,
  type Refused,
  type Result,
} from '@headgate/core';
import type { Compiler } from '../sandbox/compile.ts';
import type { Jail } from '../sandbox/jail.ts';
import type { Job, JobResult, Limits } from '../sandbox/job.ts';
import { Line } from '../sandbox/line.ts';

/** Seconds on the processor and megabytes that reading or writing one file may take. */
export type FormatLimits = { readonly seconds: number; readonly memoryMb: number };
export const FORMAT_LIMITS: FormatLimits = { seconds: 30, memoryMb: 512 };

/** Bytes that go over at once. */
const PIECE = 4 * 1024 * 1024;
const AT_ONCE = 4;
const OF_ONE = 2;
const CODE = /^[a-z]{2,12}\.[a-z_]{2,30}$/;

/** For whom it is. */
type Party = { readonly workspace: string; readonly flow: string };

type Waiting = { readonly job: Job; readonly go: () => void };

/** The programs of all runs, and whose turn it is. */
export class FormatJail {
  readonly #jail: Jail | null;
  readonly #compiler: Compiler | null;
  readonly #limits: Limits;
  readonly #line = new Line<Waiting>();
  readonly #working = new Map<string, number>();
  #all = 0;

  constructor(jail: Jail | null, compiler: Compiler | null, { seconds, memoryMb }: FormatLimits) {
    this.#jail = jail;
    this.#compiler = compiler;
    this.#limits = {
      cpuMs: seconds * 1_000,
      wallMs: Math.max(600_000, seconds * 4_000),
      memoryMb,
      hostCalls: 200_000,
      outBytes: 8 * 1024 * 1024,
      logBytes: 10_000,
    };
  }

  /** The `formats` object of one step instance, or of a trigger. */
  lend(of: Party, signal: AbortSignal): Formats {
    return { run: (call) => this.#run(of, signal, call) };
  }

  async #run(of: Party, signal: AbortSignal, call: FormatCall): ReturnType<Formats['run']> {
    const jail = this.#jail;
    const program = (await this.#compiler?.own(call.program)) ?? null;
    if (jail === null || program === null) return refused(NO_JAIL);
    let sent: 'no' | 'maybe' = 'no';
    const job: Job = {
      domain: `${of.workspace} formats`,
      party: of.flow,
      program,
      input: JSON.stringify(call.input),
      names: ['read', 'write', 'take'],
      limits: this.#limits,
      host: async (name, args) => {
        const asked = await hosted(call, name, args);
        if (!('problem' in asked)) return good(asked.json);
        if (asked.sent === 'maybe') sent = 'maybe';
        return bad(asked.problem);
      },
      log: () => undefined,
      signal,
    };
    const done = await this.#turn(job, () => jail.run(job));
    if (done === null) return refused(STOPPED);
    if (!done.ok) return { problem: this.#told(done.problem), sent };
    const read = outcomeOf(done.json);
    return read.ok ? { value: read.value } : { problem: read.problem, sent };
  }

  /** Null: it was told to stop before its turn came. */
  async #turn(job: Job, act: () => Promise<JobResult>): Promise<JobResult | null> {
    const may = await new Promise<boolean>((resolve) => {
      const one: Waiting = { job, go: () => resolve(true) };
      this.#line.add(one);
      job.signal?.addEventListener('abort', () => resolve(!this.#line.remove(one)), { once: true });
      this.#pump();
    });
    if (!may) return null;
    try {
      return await act();
    } finally {
      this.#count(job.domain, -1);
      this.#pump();
    }
  }

  #count(domain: string, by: 1 | -1): void {
    const now = (this.#working.get(domain) ?? 0) + by;
    if (now === 0) this.#working.delete(domain);
    else this.#working.set(domain, now);
    this.#all += by;
  }

  #pump(): void {
    while (this.#all < AT_ONCE) {
      const one = this.#line.next((domain) => (this.#working.get(domain) ?? 0) < OF_ONE);
      if (one === undefined) return;
      this.#count(one.job.domain, 1);
      one.go();
    }
  }

  /** The jail speaks of code; here it is a file that asked too much. */
  #told(why: Problem): Problem {
    const { cpuMs, memoryMb } = this.#limits;
    switch (why.code) {
      case 'code.timeout':
        return problem('format.time', `It took longer than ${cpuMs / 1_000} s to read or write this, and was stopped`, {
          fix: 'Take a smaller file, or a part of it. The server’s admin can raise HEADGATE_FORMAT_SECONDS.',
        });
      case 'code.memory':
        return problem('format.memory', `It took more than ${memoryMb} MB of memory to read or write this`, {
          fix: 'Take a smaller file, or a part of it. The server’s admin can raise HEADGATE_FORMAT_MEMORY.',
        });
      case 'code.output_large':
        return problem('format.large', 'What this file holds is too much for one value', {
          fix: 'Take a part of it, or have it written to a file.',
        });
      case 'code.cancelled':
        return STOPPED;
      case 'code.unavailable':
        return why;
      default:
        return why.code.startsWith('code.')
          ? problem(
              'format.crashed',
              'The program that read or wrote this did not come to an end: the file may be damaged',
            )
          : why;
    }
  }
}

const refused = (why: Problem): Refused => ({ problem: why, sent: 'no' });

const NO_JAIL = problem('format.unavailable', 'There is no jail to read formats in, or its compiler does not come up', {
  fix: 'Run `headgate doctor`: it says which part of the jail is missing.',
});
const STOPPED = problem('format.stopped', 'The run was told to stop while this was read or written');
const BROKEN = problem('format.crashed', 'The program that read or wrote this answered what makes no sense');

const isPlace = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

/** One call from inside; `args` is the JSON text of its arguments. */
const hosted = async (call: FormatCall, name: string, args: string): Promise<{ json: string } | Refused> => {
  const list =
    name === 'take'
      ? readValues(args, 'A part of the file')
      : { ok: true as const, value: JSON.parse(args) as unknown };
  if (list?.ok !== true || !Array.isArray(list.value)) return refused(list?.ok === false ? list.problem : BROKEN);
  const [first, second, third] = list.value as readonly unknown[];
  if (name === 'take') {
    if (call.take === undefined) return refused(BROKEN);
    return call.take(first) ?? { json: 'null' };
  }
  if (!isPlace(first)) return refused(BROKEN);
  if (name === 'read') {
    if (call.read === undefined || !isPlace(second) || !isPlace(third) || third - second > PIECE)
      return refused(BROKEN);
    const got = await call.read(first, second, third);
    if ('problem' in got) return got;
    return { json: JSON.stringify(Buffer.from(got.buffer, got.byteOffset, got.byteLength).toString('base64')) };
  }
  if (call.write === undefined || typeof second !== 'string') return refused(BROKEN);
  const why = await call.write(first, Buffer.from(second, 'base64'), third === true);
  return why ?? { json: 'null' };
};

/** `{value}`, or `{fault}`: what a program says is wrong with what it was given. */
const outcomeOf = (json: string): Result<unknown> => {
  const read = readValues(json, 'What the file holds');
  if (read === undefined) return bad(BROKEN);
  if (!read.ok) return read;
  const told = read.value as { readonly value?: unknown; readonly fault?: Record<string, unknown> } | null;
  if (typeof told !== 'object' || told === null) return bad(BROKEN);
  const { fault, value } = told;
  if (fault === undefined) return good(value ?? null);
  const { code, text, fix, at } = fault;
  if (typeof code !== 'string' || !CODE.test(code) || typeof text !== 'string') return bad(BROKEN);
  const where = placeOf(at);
  return bad(
    problem(code, text.slice(0, 500), {
      ...(where === undefined ? {} : { at: where }),
      ...(typeof fix === 'string' ? { fix: fix.slice(0, 500) } : {}),
    }),
  );
};

const placeOf = (at: unknown): { field?: string; line?: number; column?: number } | undefined => {
  if (typeof at !== 'object' || at === null) return undefined;
  const { field, line, column } = at as Record<string, unknown>;
  return {
    ...(typeof field === 'string' ? { field: field.slice(0, 100) } : {}),
    ...(isPlace(line) ? { line } : {}),
    ...(isPlace(column) ? { column } : {}),
  };
};
