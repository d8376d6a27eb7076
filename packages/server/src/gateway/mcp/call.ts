/**
 * A call of a tool: a run of its flow, whose end is the answer. It goes through the same door as every other start of a run.
 *
 * MC1 Who calls is judged when he calls, and again before an answer that was waited for leaves (AZ-10).
 * MC2 A question that a run asks its very caller is put to it through the protocol where the client can (elicit.ts); it stays in the inbox besides.
 * MC3 A client that leaves, or takes its call back, has the run cancelled, where it may cancel one.
 */

import { isObject, isOver, type Principal, type Problem, problem, type RunView, type ShapeKind } from '@headgate/core';
import { permissionOf, ROUTES } from '@headgate/core/api';
import type { Lodge } from '../lodge.ts';
import { MCP_KINDS, type McpKind } from '../../store/tools.ts';
import type { Tool } from './tools.ts';
import type { Signals } from './under-way.ts';

/** The result of a call, as MCP has it. */
export type Called = {
  content: { type: 'text'; text: string }[];
  structuredContent?: Record<string, unknown>;
  isError?: boolean;
};

/** What a caller is asked in the middle of a call, and what the call is when it comes back with an answer. */
export type Asking<Q> = {
  /** The question that waits for this caller in a run, as the protocol puts it; null: none, or none that it can be asked so. */
  readonly question: (run: string) => Promise<Q | null>;
  /** The run that an answer came back for, with the answer given; or why not. Undefined: the call begins. */
  readonly back?: Promise<{ readonly run: string } | { readonly problem: Problem }>;
};

export type Caller = {
  readonly who: Principal;
  /** May the caller still have an answer? */
  readonly still: () => Promise<boolean>;
  readonly signal: Signals;
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

/** What a run came to: the output, or why there is none. */
type Ended = { readonly output: unknown } | { readonly problem: Problem };

/** What a call came to: that, or a question to the caller. */
export type Came<Q> = Ended | { readonly question: Q };

/** Runs the flow of a tool or a prompt to its end, or to a question that its caller can be asked. */
export const runFor = async <Q = never>(
  lodge: Needed,
  kind: McpKind,
  { at }: Tool,
  input: unknown,
  caller: Caller,
  asking?: Asking<Q>,
): Promise<Came<Q>> => {
  const { engine, store } = lodge.gate;
  const { who } = caller;
  const leave = lodge.waiting.enter(who.id);
  if (leave === undefined) return { problem: BUSY };
  try {
    const version = store.version();
    const begun = await (asking?.back ?? begin(lodge, kind, at, input, caller));
    if ('problem' in begun) return begun;
    const end = 'end' in begun ? begun.end : await ended(lodge, begun.run, caller, asking);
    if (end === null) return { problem: TAKEN_BACK };
    if (version !== store.version() && !(await caller.still())) return { problem: CLOSED };
    if ('question' in end) return end;
    caller.reveal(await engine.reveals(who.workspace, end.flow, end.environment));
    if (end.state === 'done') return { output: end.output };
    return { problem: end.problem ?? problem(`run.${end.state}`, `The run ${end.id} was ${end.state}`) };
  } finally {
    leave();
  }
};

/** A call of a tool as its answer. A run that fails is an answer too: its Problem, for the model to read. */
export const calledOf = (came: Ended): Called => ('problem' in came ? failed(came.problem) : given(came.output));

/** Problems of an output that are named: the first ones tell what is wrong. */
const MOST_NAMED = 3;

/** The output as the tool promised it, defaults filled in; a Problem where it is something else. */
export const promisedBy = ({ fits, at: { flow } }: Pick<Tool, 'fits' | 'at'>, came: Ended): Ended => {
  if (fits === undefined || 'problem' in came) return came;
  const judged = fits(came.output ?? null);
  if (judged.ok) return { output: judged.value };
  const wrong = judged.problems.slice(0, MOST_NAMED);
  const told = wrong.map(({ text, at }) => `${placeIn(at?.field)}: ${text}`).join('; ');
  return {
    problem: problem('mcp.output', `The output is not what the tool promises: ${told}`, {
      at: { flow, field: placeIn(wrong[0]?.at?.field) },
      fix: 'Mend the output of the flow, or `output` of its trigger mcp.tool@1, and publish it.',
    }),
  };
};

/** Judges of inputs call what they judge `input`. */
const placeIn = (field = 'input'): string => field.replace(/^input/, 'output');

type Begun = { readonly run: string } | { readonly end: RunView } | { readonly problem: Problem };

const begin = async (
  { gate }: Needed,
  kind: McpKind,
  at: Tool['at'],
  input: unknown,
  { who, progress }: Caller,
): Promise<Begun> => {
  const started = await gate.engine.start({
    principal: who,
    flow: at.flow,
    which: {},
    input,
    trigger: { kind: MCP_KINDS[kind], id: at.trigger },
    wait: progress === undefined ? AT_ONCE : 0,
  });
  if (!started.ok) return started;
  const { run, finished } = started.value;
  return finished ? { end: run } : { run: run.id };
};

/** The run when it is over, or a question of it to the caller; null: the client did not wait for that. */
const ended = async <Q>(
  { gate, places }: Needed,
  run: string,
  caller: Caller,
  asking: Asking<Q> | undefined,
): Promise<RunView | { readonly question: Q } | null> => {
  const { who, signal, progress } = caller;
  const { engine } = gate;
  const events = await engine.follow(who.workspace, run, 0, signal());
  let done = 0;
  for await (const { type, step } of events ?? []) {
    if (type === 'step.done' && step !== undefined) await progress?.((done += 1), step);
    const question = type === 'step.asked' ? await asking?.question(run) : undefined;
    if (question !== undefined && question !== null) return { question };
  }
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
