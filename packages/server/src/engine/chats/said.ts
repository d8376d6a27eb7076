/**
 * What a run answers to its message: the first `chat.reply` (or `respond`), or else its output; and the words of it while it
 * is written.
 *
 * SD1 Of what models say while they say it, only that is told which the answer is made of as it is: a step whose text stands
 *     alone in the reply. What other steps say on the way is nobody's but the workspace's own.
 * SD2 And only where nothing can keep the answer back any more: no step comes between that one and the reply, or runs beside it and is
 *     waited for. A check, a condition or people who approve look at a text before anybody reads it.
 */

import {
  type AnswerFile,
  type ChatAnswerFile,
  type ChatEvent,
  type ChatSent,
  type Event,
  type Flow,
  isObject,
  problem,
  type Problem,
  redactJson,
  type Step,
} from '@headgate/core';
import type { CompiledFlow } from '../compiled.ts';
import { failedOutward } from '../outward.ts';
import type { Values } from '../values.ts';

const REPLY = 'chat.reply@1';
const ALONE = /^\s*\{\{\s*steps\.([a-z][a-z0-9_]*)\.text\s*\}\}\s*$/;

const stepIn = (text: unknown): string | null => (typeof text === 'string' ? (ALONE.exec(text)?.[1] ?? null) : null);

const idOf = (entry: string): string => entry.split('.', 1)[0] ?? entry;

/** A step and all that comes before it. */
const upTo = (steps: readonly Step[], ...ids: readonly string[]): ReadonlySet<string> => {
  const found = new Set<string>();
  const left = [...ids];
  for (let id = left.pop(); id !== undefined; id = left.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    left.push(...(steps.find((one) => one.id === id)?.after ?? []).map(idOf));
  }
  return found;
};

/** SD2: is everything that is waited for over when this step is? */
const isLast = (steps: readonly Step[], speaker: string, waitedFor: readonly string[]): boolean => {
  const before = upTo(steps, speaker);
  return [...upTo(steps, ...waitedFor)].every((id) => before.has(id));
};

/** The steps whose words are the answer. */
export const speakersOf = ({ steps, output }: Flow): ReadonlySet<string> => {
  const replies = steps.filter(({ kind }) => kind === REPLY);
  const answers =
    replies.length === 0
      ? [{ text: output as unknown, waitedFor: steps.map(({ id }) => id) }]
      : replies.map(({ after = [], with: fields }) => ({ text: fields?.['text'], waitedFor: after.map(idOf) }));
  const speakers = answers.flatMap(({ text, waitedFor }) => {
    const id = stepIn(text);
    return id !== null && isLast(steps, id, waitedFor) ? [id] : [];
  });
  return new Set(speakers);
};

/** An answer as a text: a text as it is, an object's `text`, anything else as JSON. */
export const textOf = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (isObject(value) && typeof value['text'] === 'string') return value['text'];
  return JSON.stringify(redactJson(value), null, 2);
};

/** What came of a run: its answer, why there is none, or null while it may still come. */
export type Came = { readonly text: string; readonly files?: readonly AnswerFile[] } | { readonly problem: Problem };

/** The files of an answer, as who reads it knows them: where their content lies is nobody's but ours. */
export const filesShown = (files: readonly AnswerFile[] = []): readonly ChatAnswerFile[] =>
  files.map(({ name, size, type }) => ({ name, size, type }));

export const CANCELLED = problem('run.cancelled', 'It was cancelled');

/** Who wrote the message hears of a failure what its author worded for callers; all of it stands in the run. */
export const failedFor = (why: Problem, flow: string, compiled: CompiledFlow): Problem =>
  failedOutward(why, flow, compiled);

/** What the models of a run used by an event, together with what they used before. */
export const usedBy = (event: Event, before: ChatSent['use']): ChatSent['use'] => {
  if (event.type !== 'step.done' && event.type !== 'step.problem') return before;
  const { tokens = 0, output = 0 } = event.data.usage ?? {};
  return { read: before.read + tokens - output, wrote: before.wrote + output };
};

/** One event of a run, as it is told in a chat; null: it is nothing to it. The last one is a reply or a failure. */
export const told = (
  event: Event,
  speakers: ReadonlySet<string>,
  {
    values,
    workspace,
    flow,
    compiled,
  }: {
    readonly values: Values;
    readonly workspace: string;
    readonly flow: string;
    readonly compiled: CompiledFlow;
  },
  use?: ChatSent['use'],
): ChatEvent | null => {
  const { seq } = event;
  const counted = use === undefined ? {} : { use };
  switch (event.type) {
    case 'step.said':
      return event.step !== undefined && event.item === undefined && speakers.has(event.step)
        ? { seq, type: 'said', text: event.data.text, at: event.data.at }
        : null;
    case 'run.responded':
      return {
        ...{ seq, type: 'reply', text: textOf(values.read(workspace, event.data.body)) },
        ...(event.data.files === undefined ? {} : { files: filesShown(event.data.files) }),
        ...counted,
      };
    case 'run.done':
      return { seq, type: 'reply', text: textOf(values.read(workspace, event.data.output)), ...counted };
    case 'run.failed':
      return { seq, type: 'failed', problem: failedFor(event.data.problem, flow, compiled) };
    case 'run.cancelled':
      return { seq, type: 'failed', problem: CANCELLED };
    default:
      return null;
  }
};
