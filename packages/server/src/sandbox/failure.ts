/**
 * What a runner says of a run that failed, as a Problem. What it says is not believed: texts are cut, and a shape that is
 * not known is the failure of a broken runner.
 */

import { type Problem, problem } from '@headgate/core';
import type { JobResult, Limits, Place } from './job.ts';

/** How a run can fail, as the runner tells it; `lost`: with the realm of another run; `gone`: with its process. */
type Told = {
  readonly why: string;
  readonly name: string;
  readonly text: string;
  readonly stack: string;
  readonly call: number;
};

/** The realm's own lines before the first line of a script. */
const BEFORE = 3;
const POSITION = /(?:\bstep|<input>):(\d{1,9}):(\d{1,9})/g;
const DEEPEST = 20;

const text = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 4_000) : '');

/** Reads what a runner sent; null when it is no such thing. */
export const readFailure = (json: string): Told | null => {
  let read: unknown;
  try {
    read = JSON.parse(json);
  } catch {
    return null;
  }
  if (typeof read !== 'object' || read === null) return null;
  const told = read as Record<string, unknown>;
  if (typeof told['why'] !== 'string') return null;
  const call = typeof told['call'] === 'number' ? told['call'] : 0;
  return { why: told['why'], name: text(told['name']), text: text(told['text']), stack: text(told['stack']), call };
};

/** The places of a stack that lie in the script. */
export const placesOf = (stack: string): readonly Place[] =>
  [...stack.matchAll(POSITION)]
    .slice(0, DEEPEST)
    .map((m) => ({ line: Number(m[1]) - BEFORE, column: Number(m[2]) }))
    .filter((place) => place.line >= 1);

export const failedWith = (why: Problem, stack: readonly Place[] = []): JobResult => ({
  ok: false,
  problem: why,
  stack,
});

const timedOut = (limits: Limits): Problem =>
  problem('code.timeout', `The code ran longer than ${limits.cpuMs} ms and was stopped`, {
    fix: 'Do less at a time, or look for a loop that does not end.',
    retry: 'no',
  });

export const waitedTooLong = (limits: Limits): Problem =>
  problem('code.timeout', `The code was not done after ${Math.round(limits.wallMs / 1_000)} s and was stopped`, {
    fix: 'Give what it waits for a shorter timeout, or split the step.',
    retry: 'no',
  });

/** Python runs one at a time in a process, and its turn did not come. */
export const noTurn = (ms: number, ahead: number): Problem =>
  problem(
    'code.busy',
    `The code got no turn within ${Math.round(ms / 1_000)} s: ${ahead} runs of Python hold all places`,
    {
      fix: 'Let code that only waits end sooner (use wait@1 and http.request@1 for that), or run fewer at a time.',
      retry: 'yes',
    },
  );

const tooMuchMemory = (limits: Limits): Problem =>
  problem('code.memory', `The code used more than ${limits.memoryMb} MB of memory and was stopped`, {
    fix: 'Work on fewer items at a time, or keep less of them.',
    retry: 'no',
  });

export const lostWith = (): Problem =>
  problem('code.lost', 'Another run of this workspace broke the process that this code ran in', {
    fix: 'Run it again. It had called something outside before, so it was not repeated by itself.',
    retry: 'yes',
  });

const crashed = (): Problem =>
  problem('code.crashed', 'The process that ran the code ended by itself', {
    fix: 'Run it again; when it ends so again, leave out what the code does last.',
    retry: 'no',
  });

export const cancelled = (): Problem => problem('code.cancelled', 'The code was told to stop', { retry: 'no' });

export const unavailable = (why: string): Problem =>
  problem('code.unavailable', `Code cannot be run on this server: ${why}`, {
    fix: 'Run `headgate doctor`: it says which part of the jail is missing.',
    retry: 'no',
  });

/** The Problem of what a runner told; `refused`: the Problem of the host call that the code did not catch. */
export const problemOf = (told: Told, limits: Limits, refused: Problem | undefined): Problem => {
  switch (told.why) {
    case 'time':
      return timedOut(limits);
    case 'memory':
      return tooMuchMemory(limits);
    case 'refused':
      return refused ?? thrownBy(told);
    case 'lost':
      return lostWith();
    case 'stuck':
      return problem('code.stuck', 'The code waits for a promise that nothing can settle', {
        fix: 'Settle each promise you make, and await what you call.',
        retry: 'no',
      });
    case 'shape':
      return problem('code.shape', 'The code exports no default function', {
        fix: 'Write it as `export default (input, can) => { … }`.',
        retry: 'no',
      });
    case 'output':
      return problem('code.output', `What the code returned cannot be written as JSON: ${told.text}`, {
        fix: 'Return plain values: texts, numbers, lists and objects without cycles.',
        retry: 'no',
      });
    case 'large':
      return problem(
        'code.output_large',
        `The code gave back or handed over ${told.text} characters of JSON at once; ${limits.outBytes} are allowed`,
        {
          fix: 'Return only what later steps read, and send large bodies in parts.',
          retry: 'no',
        },
      );
    case 'calls':
      return problem('code.calls', `The code called out more than ${limits.hostCalls} times`, {
        fix: 'Call fewer times, or spread the work over the items of an each.',
        retry: 'no',
      });
    default:
      return stoppedBy(told, limits) ?? thrownBy(told);
  }
};

/** QuickJS throws what V8 ends a run with; promises pass it on like any error, and it is the same limit. */
const stoppedBy = ({ name, text: message }: Told, limits: Limits): Problem | null => {
  if (name !== 'InternalError') return null;
  return message === 'interrupted' ? timedOut(limits) : message === 'out of memory' ? tooMuchMemory(limits) : null;
};

const thrownBy = ({ name, text: message }: Told): Problem => {
  const shown = message === '' ? 'nothing was said' : message;
  const kind = name === '' || name === 'Error' ? '' : `${name}: `;
  return problem('code.thrown', `The code failed: ${kind}${shown}`, { retry: 'no' });
};

/** What does not compile, told of the script. */
export const syntaxProblem = (json: string): { readonly problem: Problem; readonly stack: readonly Place[] } => {
  const told = readFailure(json.replace(/^\{/, '{"why":"syntax",'));
  return {
    problem: problem('code.syntax', `The code cannot be read: ${told?.text ?? 'it makes no sense'}`, { retry: 'no' }),
    stack: placesOf(told?.stack ?? ''),
  };
};

/** Why the host ended a runner. */
export type Killed = 'time' | 'memory' | 'broken' | 'closed';

/** The engine could not go on for want of memory, and said so by ending (child/engines/v8.ts). */
const NO_MEMORY = 70;

/** What becomes of the run that its runner ended with; `killed` null: it ended by itself. */
export const verdictOf = (killed: Killed | null, exitCode: number | null, limits: Limits): Problem => {
  switch (killed) {
    case 'time':
      return timedOut(limits);
    case 'memory':
      return tooMuchMemory(limits);
    case 'broken':
    case 'closed':
      return crashed();
    case null:
      return exitCode === NO_MEMORY ? tooMuchMemory(limits) : crashed();
  }
};
