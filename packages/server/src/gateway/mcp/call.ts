/**
 * A call of a tool: a run of its flow, whose end is the answer. It goes through the same door as every other start of a run.
 *
 * MC1 Who calls is judged when he calls, and again before an answer that was waited for leaves (AZ-10).
 * MC2 A client that leaves, or takes its call back, has the run cancelled, where it may cancel one.
 */

import { isObject, isOver, type Principal, type Problem, problem, type RunView, type ShapeKind } from '@headgate/core';
import { permissionOf, ROUTES } from '@headgate/core/api';
import type { Lodge } from '../lodge.ts';
import type { Tool } from './tools.ts';

/** The result of a call, as MCP has it. */
export type Called = {
  content: { type: 'text'; text: string }[];
  structuredContent?: Record<string, unknown>;
  isError?: boolean;
};

export type Caller = {
  readonly who: Principal;
  /** May the caller still have an answer? */
  readonly still: () => Promise<boolean>;
  readonly signal: AbortSignal;
  /** Told as steps end; absent: the client did not ask for it. */
  readonly progress?: (done: number, text: string) => Promise<void>;
  /** Told which shapes of keys the answer may show. */
  readonly reveal: (shapes: readonly ShapeKind[]) => void;
};

/** Milliseconds in which most flows have ended; what those do that have not is followed. */
const AT_ONCE = 500;

const CLOSED = problem('auth.invalid', 'The key or token is not good any more', { retry: 'no' });
const BUSY = problem('requests.limit', 'There are as many calls under way as this key may have', {
  retry: 'after',
  retryAfter: 1_000,
  fix: 'Call again when one of them has ended.',
});
const TAKEN_BACK = problem('run.cancelled', 'The call was taken back, and its run cancelled', { retry: 'no' });

type Needed = Pick<Lodge, 'gate' | 'waiting' | 'places'>;

/** Runs the flow of a tool to its end. A run that fails is an answer too: its Problem, for the model to read. */
export const callTool = async (lodge: Needed, { at }: Tool, input: unknown, caller: Caller): Promise<Called> => {
  const { engine, store } = lodge.gate;
  const { who } = caller;
  const leave = lodge.waiting.enter(who.id);
  if (leave === undefined) return failed(BUSY);
  try {
    const version = store.version();
    const started = await engine.start({
      principal: who,
      flow: at.flow,
      which: {},
      input,
      trigger: { kind: 'mcp.tool@1', id: at.trigger },
      wait: caller.progress === undefined ? AT_ONCE : 0,
    });
    if (!started.ok) return failed(started.problem);
    const { run, finished } = started.value;
    const end = finished ? run : await ended(lodge, run.id, caller);
    if (end === null) return failed(TAKEN_BACK);
    if (version !== store.version() && !(await caller.still())) return failed(CLOSED);
    caller.reveal(await engine.reveals(who.workspace, end.flow, end.environment));
    if (end.state === 'done') return given(end.output);
    return failed(end.problem ?? problem(`run.${end.state}`, `The run ${end.id} was ${end.state}`));
  } finally {
    leave();
  }
};

/** The run when it is over; null: the client did not wait for that. */
const ended = async ({ gate, places }: Needed, run: string, caller: Caller): Promise<RunView | null> => {
  const { who, signal, progress } = caller;
  const { engine } = gate;
  const events = await engine.follow(who.workspace, run, 0, signal);
  let done = 0;
  for await (const { type, step } of events ?? [])
    if (type === 'step.done' && step !== undefined) await progress?.((done += 1), step);
  const view = await engine.view(who.workspace, run);
  if (view !== null && isOver(view.state)) return view;
  const cancel = permissionOf(ROUTES.cancelRun.needs);
  if (cancel !== undefined && (await places.judge(who, cancel, 'run', run)) === undefined)
    await engine.cancel(who, run, 'The MCP client took its call back');
  return null;
};

/** An output as text, and as it is where it is an object. */
export const given = (output: unknown): Called => {
  const text = typeof output === 'string' ? output : JSON.stringify(output ?? null);
  return { content: [{ type: 'text', text }], ...(isObject(output) ? { structuredContent: output } : {}) };
};

/** A Problem as a text that a model can act on: what, where, and what to do next. */
export const failed = ({ code, text, at, fix }: Problem): Called => {
  const place =
    at === undefined
      ? ''
      : ` (${Object.entries(at)
          .map(([what, which]) => `${what} ${String(which)}`)
          .join(', ')})`;
  const next = fix === undefined ? '' : `\n${fix}`;
  return { content: [{ type: 'text', text: `${code}: ${text}${place}${next}` }], isError: true };
};
