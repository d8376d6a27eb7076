/**
 * What an agent did, told from its moves, and what it does next. Pure: the same moves give the same next one, so that a run
 * that was read back goes on where it was.
 *
 * WK1 Every wish of the model is judged anew from the journal: nothing that it says changes what needs approval.
 * WK2 What is refused is told to the model as the result of its call, and counts against the limits.
 * WK3 An approval is for one call and what that call is given; the next call needs its own.
 */

import {
  type AgentKept,
  type AgentRecalled,
  type AgentSettings,
  type AgentThought,
  closed,
  compileInput,
  type InputValidator,
  isObject,
  type ModelMessage,
  type Problem,
  problem,
  readSaid,
} from '@headgate/core';
import { opening, recalledOf, summaryOf } from './remember.ts';
import type { Tool, Tools } from './tools.ts';

export type Call = { readonly tool: string; readonly args: unknown };
/** What a move was given, as the journal holds it. `hash`: of what was approved. */
export type Given =
  | { readonly do: 'think' }
  | { readonly do: 'recall' }
  | { readonly do: 'sum' }
  | { readonly do: 'keep'; readonly kept: AgentKept }
  | {
      readonly do: 'approve';
      readonly call: Call;
      readonly why: 'chosen' | 'outside';
      readonly hash: string;
      readonly shown: string;
    }
  | { readonly do: 'call'; readonly call: Call; readonly hash: string | null };
/** What it came to. */
export type Came = { readonly value: unknown } | { readonly problem: Problem };
export type Move = { readonly given: Given; readonly came: Came };

export type Told = { readonly tool: string; readonly state: 'done' | 'failed' | 'refused' | 'mistaken' };
export type Ended = {
  readonly text: string;
  readonly value: unknown;
  readonly turns: number;
  readonly calls: readonly Told[];
  /** What it remembers in. */
  readonly session?: string;
};
export type Next =
  | { readonly do: 'think' }
  | { readonly do: 'recall' }
  | { readonly do: 'sum' }
  | { readonly do: 'keep'; readonly kept: AgentKept }
  | { readonly do: 'approve'; readonly call: Call; readonly why: 'chosen' | 'outside' }
  | { readonly do: 'call'; readonly call: Call; readonly hash: string | null }
  | { readonly do: 'end'; readonly ended: Ended }
  | { readonly do: 'stop'; readonly problem: Problem };

export type Walked = { readonly next: Next; readonly messages: readonly ModelMessage[] };

/** What it used until now. */
export type Used = { readonly tokens: number; readonly money: number; readonly milliseconds: number };

/** Characters of one result that the model reads. */
const LONGEST = 60_000;

export const walk = (
  settings: AgentSettings,
  tools: Tools,
  moves: readonly Move[],
  used: Used,
  beganOutside: boolean,
): Walked => {
  const { limits } = settings;
  const first = beginning(settings, moves);
  if ('next' in first) return first;
  const { messages, recalled } = first;
  const told: Told[] = [];
  const answer = answerOf(settings);
  let [at, turns, mistakes, outside] = [first.at, 0, 0, beganOutside || recalled?.outside === true];
  const ends = (next: Next): Walked => ({ next, messages });
  while (at < moves.length) {
    const thought = thoughtOf(moves[at]?.came);
    at += 1;
    turns += 1;
    if (thought.calls.length === 0) {
      const fits = answer(thought.text);
      messages.push({ role: 'assistant', content: [{ type: 'text', text: thought.text }] });
      if ('value' in fits) {
        const { session = null, chat = false } = recalled ?? {};
        const kept = { asked: settings.prompt, answered: thought.text, outside };
        if (session !== null && !chat && moves[at] === undefined) return ends({ do: 'keep', kept });
        const named = session === null ? {} : { session };
        return ends({ do: 'end', ended: { text: thought.text, value: fits.value, turns, calls: told, ...named } });
      }
      mistakes += 1;
      messages.push(user(`That does not fit: ${fits.why}. Answer again, with the JSON alone.`));
      continue;
    }
    const results: { id: string; name: string; output: unknown; failed?: boolean }[] = [];
    const wishes = thought.calls.map((wish, i) => ({ ...wish, id: `call_${turns}_${i + 1}` }));
    messages.push({
      role: 'assistant',
      content: [
        ...(thought.text === '' ? [] : [{ type: 'text' as const, text: thought.text }]),
        ...wishes.map(({ id, name, input }) => ({ type: 'call' as const, id, name, input })),
      ],
    });
    for (const { id, name, input } of wishes) {
      const tell = (state: Told['state'], output: unknown): void => {
        told.push({ tool: name.slice(0, 63), state });
        results.push({ id, name, output, ...(state === 'done' ? {} : { failed: true }) });
      };
      const judged = judge(tools, name, input);
      if ('fault' in judged) {
        mistakes += 1;
        tell('mistaken', judged.fault);
        continue;
      }
      const { tool, call } = judged;
      const why = approvalFor(settings, tool, outside);
      if (why === 'refuse' || (why !== null && settings.who.length === 0)) {
        tell('refused', why === 'chosen' ? NOBODY : OUTSIDE);
        continue;
      }
      let hash: string | null = null;
      const approval = moves[at];
      if (why !== null && approval?.given.do !== 'call') {
        if (approval === undefined) return ends(begin(limits, told, { do: 'approve', call, why }));
        at += 1;
        if (approval.given.do === 'approve') ({ hash } = approval.given);
        if (!isApproved(approval.came)) {
          tell('refused', refusal(approval.came));
          continue;
        }
      }
      const done = moves[at];
      if (done === undefined) return ends(begin(limits, told, { do: 'call', call, hash }));
      at += 1;
      // How it failed is in words of others too.
      if (tool.source) outside = true;
      const from = tool.source ? { outside: true } : {};
      if ('problem' in done.came)
        tell('failed', { ...from, problem: done.came.problem.code, text: done.came.problem.text });
      else tell('done', shortened(tool.source ? { ...from, value: done.came.value } : done.came.value));
    }
    messages.push({ role: 'tool', results });
  }
  const over = overLimits(limits, { turns, mistakes, ...used });
  return ends(over === null ? { do: 'think' } : { do: 'stop', problem: over });
};

type Beginning = {
  readonly messages: ModelMessage[];
  readonly recalled: AgentRecalled | null;
  /** How many moves that took. */
  readonly at: number;
};

/** What it remembers first of all, where it remembers; and the conversation up to the prompt. */
const beginning = ({ memory, prompt }: AgentSettings, moves: readonly Move[]): Beginning | Walked => {
  if (memory === null) return { messages: [user(prompt)], recalled: null, at: 0 };
  if (moves[0] === undefined) return { next: { do: 'recall' }, messages: [] };
  const recalled = recalledOf(moves[0].came);
  if (recalled.older === null) return { messages: opening(recalled, recalled.summary, prompt), recalled, at: 1 };
  if (moves[1] === undefined) return { next: { do: 'sum' }, messages: [] };
  return { messages: opening(recalled, summaryOf(moves[1].came), prompt), recalled, at: 2 };
};

const user = (text: string): ModelMessage => ({ role: 'user', content: [{ type: 'text', text }] });

const thoughtOf = (came: Came | undefined): AgentThought => {
  const value = came !== undefined && 'value' in came ? came.value : null;
  if (!isObject(value)) return { text: '', calls: [] };
  const { text, calls } = value as Partial<AgentThought>;
  return { text: text ?? '', calls: calls ?? [] };
};

const NOBODY = 'Refused: this tool needs the approval of people, and nobody is named who could give it.';
const OUTSIDE =
  'Refused: since text from outside was read, this tool is not used any more. Go on without it, or say that it would be needed.';

/** Is the wish one that can be fulfilled? Else what the model is told. */
const judge = (
  tools: Tools,
  name: string,
  input: unknown,
): { readonly tool: Tool; readonly call: Call } | { readonly fault: string } => {
  const tool = tools.get(name);
  if (tool === undefined) return { fault: `There is no such tool. There are: ${[...tools.keys()].join(', ')}` };
  const args = tool.judge(input ?? {});
  if (args.ok) return { tool, call: { tool: name, args: args.value } };
  const why = args.problems
    .slice(0, 5)
    .map(({ text, at }) => `${(at?.field ?? 'input').replace(/^input\.?/, '')}: ${text}`);
  return { fault: `The arguments do not fit, and nothing was done. ${why.join('; ')}` };
};

/** Why people are asked before this call; null: it is made at once. */
const approvalFor = (
  { outside: rule }: AgentSettings,
  tool: Tool,
  outside: boolean,
): 'chosen' | 'outside' | 'refuse' | null => {
  const wish = outside && tool.sink ? (tool.set.outside ?? rule) : 'allow';
  if (wish === 'refuse') return 'refuse';
  if (tool.set.approve === true) return 'chosen';
  return wish === 'ask' ? 'outside' : null;
};

const isApproved = (came: Came): boolean =>
  'value' in came && isObject(came.value) && came.value['approved'] === true && came.value['answer'] === 'approved';

const refusal = (came: Came): string => {
  const comment = 'value' in came && isObject(came.value) ? came.value['comment'] : null;
  return `Refused by the people who were asked${typeof comment === 'string' && comment !== '' ? `, who say: ${comment}` : ''}. Nothing was done.`;
};

/** One more call, if so many may be made. */
const begin = ({ calls }: AgentSettings['limits'], told: readonly Told[], next: Next): Next =>
  told.filter(({ state }) => state !== 'mistaken').length < calls
    ? next
    : { do: 'stop', problem: stopped('agent.calls', `It made ${calls} calls of tools and wanted another`, 'calls') };

const overLimits = (
  limits: AgentSettings['limits'],
  { turns, mistakes, tokens, money, milliseconds }: Used & { readonly turns: number; readonly mistakes: number },
): Problem | null => {
  if (turns >= limits.turns)
    return stopped('agent.turns', `It asked its model ${limits.turns} times and had no answer`, 'turns');
  if (mistakes > limits.mistakes)
    return stopped(
      'agent.mistakes',
      `Its model made ${mistakes} mistakes: calls or answers that do not fit`,
      'mistakes',
    );
  if (tokens >= limits.tokens) return stopped('agent.tokens', `It used ${tokens} of ${limits.tokens} tokens`, 'tokens');
  if (limits.money !== null && money >= limits.money)
    return stopped('agent.money', `It used ${money} of ${limits.money} millionths of money`, 'money');
  if (milliseconds >= limits.seconds * 1_000)
    return stopped('agent.time', `It worked for ${limits.seconds} seconds and had no answer`, 'seconds');
  return null;
};

const stopped = (code: string, text: string, limit: string): Problem =>
  problem(code, `The agent was stopped: ${text}`, {
    at: { field: `with.limits.${limit}` },
    retry: 'no',
    fix: 'Look at what it did in the run. Give it a smaller task or better tools, or raise the limit.',
  });

const shortened = (value: unknown): unknown => {
  const text = JSON.stringify(value) ?? 'null';
  return text.length <= LONGEST ? value : { cut: true, text: text.slice(0, LONGEST) };
};

/** Does a text answer in the form that is wanted? */
const answerOf = ({ schema }: AgentSettings) => {
  if (schema === null) return (): { readonly value: unknown } => ({ value: null });
  const made = compileInput(closed(schema));
  const judge: InputValidator = made.ok ? made.validate : () => made;
  return (text: string): { readonly value: unknown } | { readonly why: string } => {
    const read = readSaid(text);
    if (read === undefined) return { why: 'it is no JSON' };
    const judged = judge(read.value);
    if (judged.ok) return { value: judged.value };
    return {
      why: judged.problems
        .slice(0, 5)
        .map(({ text: one, at }) => `${(at?.field ?? 'input').replace(/^input/, 'value')}: ${one}`)
        .join('; '),
    };
  };
};
