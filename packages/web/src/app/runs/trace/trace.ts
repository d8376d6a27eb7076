/**
 * What agents and models did in a run, told from its journal: each question to a model with what it said and wished, each
 * call with its arguments and what came back, each approval, and what it took. Pure; how it looks is agent-trace.tsx.
 *
 * TC1 A wish of a model that no move followed was not fulfilled. Why stands in the agent's result, once it has one.
 * TC2 What is large is not here: readers see a reference, and look at it by its step and item.
 */

import { isObject, type Problem } from '@headgate/core';
import type { RunEvent } from '../../editor/run/fold.ts';

export type Used = { readonly tokens: number; readonly money: number };

/** A value as the journal tells it; `large`: it is read by pages elsewhere. */
export type Shown = { readonly value: unknown } | { readonly large: number };

export type Wish = { readonly name: string; readonly input: unknown };

export type Move = {
  readonly index: number;
  /** `remember`: it recalls, sums up or keeps what was said. */
  readonly do: 'think' | 'approve' | 'call' | 'remember';
  /** The tool that is called, or that people are asked about. */
  readonly tool: string | null;
  readonly args: unknown;
  readonly why: 'chosen' | 'outside' | null;
  readonly state: 'running' | 'waiting' | 'done' | 'failed';
  readonly began: number;
  readonly ended: number | null;
  /** What the model says while it says it. */
  readonly said: string;
  readonly out: Shown | null;
  readonly problem: Problem | null;
  readonly used: Used;
};

export type AgentView = {
  readonly step: string;
  readonly item: readonly number[];
  readonly moves: readonly Move[];
  readonly state: 'running' | 'done' | 'failed';
  readonly out: Shown | null;
  readonly problem: Problem | null;
};

export type Trace = {
  /** By `keyOf` their step and item. */
  readonly agents: ReadonlyMap<string, AgentView>;
  /** Steps that stand in no block, in the order in which they came up. */
  readonly top: ReadonlySet<string>;
  /** What models of steps say, by `keyOf`. */
  readonly said: ReadonlyMap<string, string>;
  readonly used: ReadonlyMap<string, Used>;
  /** Steps that wait for people. */
  readonly asks: ReadonlySet<string>;
  readonly total: Used;
};

export const keyOf = (step: string, item: readonly number[] = []): string =>
  item.length === 0 ? step : `${step} ${item.join('.')}`;

const NONE: Used = { tokens: 0, money: 0 };

const get = (data: unknown, key: string): unknown => (isObject(data) ? data[key] : undefined);

const textAt = (data: unknown, key: string): string => {
  const found = get(data, key);
  return typeof found === 'string' ? found : '';
};

/** A value that readers see inline, or as a reference with its size. */
const shownAt = (data: unknown, key: string): Shown | null => {
  if (!isObject(data) || !Object.hasOwn(data, key)) return null;
  const value = data[key];
  const size = get(value, 'size');
  return typeof get(value, '$blob') === 'string' && typeof size === 'number' ? { large: size } : { value };
};

const usedIn = (data: unknown): Used => {
  const usage = get(data, 'usage');
  const [tokens, money] = [get(usage, 'tokens'), get(usage, 'money')];
  return { tokens: typeof tokens === 'number' ? tokens : 0, money: typeof money === 'number' ? money : 0 };
};

export const plus = (a: Used, b: Used): Used => ({ tokens: a.tokens + b.tokens, money: a.money + b.money });

type Building = { -readonly [K in keyof AgentView]: AgentView[K] } & { moves: Move[] };

const REMEMBERS: ReadonlySet<unknown> = new Set(['recall', 'sum', 'keep']);

/** A move that begins, as the event before it announced it. */
const moveOf = (next: unknown, index: number, began: number): Move => {
  const given = get(get(next, 'given'), 'value');
  const call = get(given, 'call');
  const kind = get(given, 'do');
  const why = get(given, 'why');
  return {
    index,
    do: kind === 'approve' || kind === 'call' ? kind : REMEMBERS.has(kind) ? 'remember' : 'think',
    tool: typeof get(call, 'tool') === 'string' ? String(get(call, 'tool')) : null,
    args: get(call, 'args'),
    why: why === 'chosen' || why === 'outside' ? why : null,
    ...{ state: 'running', began, ended: null, said: '', out: null, problem: null, used: NONE },
  };
};

export const traceOf = (events: readonly RunEvent[]): Trace => {
  const agents = new Map<string, Building>();
  const places = new Map<string, Building[]>();
  const top = new Set<string>();
  const said = new Map<string, string>();
  const used = new Map<string, Used>();
  const asks = new Set<string>();
  let total = NONE;

  /** The move that a step within an agent is the work of: its own question, or the call of a tool. */
  const moveAt = (step: string, item: readonly number[]): readonly [Building, number] | null => {
    const index = item.at(-1);
    if (index === undefined) return null;
    const around = item.slice(0, -1);
    for (const agent of places.get(around.join('.')) ?? []) {
      const move = agent.moves[index];
      if (move !== undefined && (move.do === 'call' ? move.tool : agent.step) === step) return [agent, index];
    }
    return null;
  };
  const change = (step: string, item: readonly number[], to: (move: Move) => Partial<Move>): void => {
    const found = moveAt(step, item);
    const move = found?.[0].moves[found[1]];
    if (found !== null && move !== undefined) found[0].moves[found[1]] = { ...move, ...to(move) };
  };

  for (const { type, step, item = [], data, at } of events) {
    if (step === undefined) continue;
    const time = Date.parse(at);
    const key = keyOf(step, item);
    if (item.length === 0) top.add(step);
    const usage = usedIn(data);
    if (usage.tokens > 0 || usage.money > 0) {
      total = plus(total, usage);
      used.set(key, plus(used.get(key) ?? NONE, usage));
    }
    switch (type) {
      case 'block.opened': {
        const next = get(data, 'next');
        if (next === undefined) break;
        const made: Building = {
          ...{ step, item, moves: [moveOf(next, 0, time)] },
          ...{ state: 'running', out: null, problem: null },
        };
        agents.set(key, made);
        const place = item.join('.');
        places.set(place, [...(places.get(place) ?? []), made]);
        break;
      }
      case 'block.item': {
        const agent = agents.get(keyOf(step, item.slice(0, -1)));
        const index = item.at(-1);
        const move = index === undefined ? undefined : agent?.moves[index];
        if (agent === undefined || index === undefined || move === undefined) break;
        agent.moves[index] = { ...move, ended: move.ended ?? time, state: move.state === 'failed' ? 'failed' : 'done' };
        const next = get(data, 'next');
        if (next !== undefined) agent.moves.push(moveOf(next, index + 1, time));
        break;
      }
      case 'step.said': {
        const from = get(data, 'at');
        const text = (was: string): string => was.slice(0, typeof from === 'number' ? from : 0) + textAt(data, 'text');
        said.set(key, text(said.get(key) ?? ''));
        change(step, item, (move) => ({ said: text(move.said) }));
        break;
      }
      case 'step.waiting':
        if (get(data, 'ask') !== undefined) asks.add(key);
        change(step, item, () => ({ state: 'waiting' }));
        break;
      case 'step.answered':
        asks.delete(key);
        break;
      case 'step.done': {
        asks.delete(key);
        const agent = agents.get(key);
        if (agent !== undefined) Object.assign(agent, { state: 'done', out: shownAt(data, 'value') });
        change(step, item, (move) => ({
          ...{ state: 'done', ended: time, out: shownAt(data, 'value'), problem: null },
          used: plus(move.used, usage),
        }));
        break;
      }
      case 'step.problem': {
        const again = get(data, 'retryAt') !== undefined;
        const problem = (get(data, 'problem') ?? null) as Problem | null;
        if (!again) asks.delete(key);
        const agent = agents.get(key);
        if (agent !== undefined && !again) Object.assign(agent, { state: 'failed', problem });
        change(step, item, (move) => ({
          ...{ state: again ? 'running' : 'failed', ended: again ? null : time, problem },
          used: plus(move.used, usage),
        }));
        break;
      }
      default:
    }
  }
  return { agents, top, said, used, asks, total };
};

export type WishState = 'done' | 'failed' | 'refused' | 'mistaken' | 'waiting' | 'running' | 'next' | 'unmade';

/** A wish of the model, and what became of it. */
export type Wished = Wish & {
  readonly state: WishState;
  readonly approval: Move | null;
  readonly call: Move | null;
};

/** A question to the model, what it said, and its wishes. */
export type Round = {
  readonly think: Move;
  readonly text: string;
  readonly model: string | null;
  readonly wishes: readonly Wished[];
};

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const wishesOf = (think: Move): readonly Wish[] => {
  const value = think.out !== null && 'value' in think.out ? think.out.value : null;
  const calls = get(value, 'calls');
  return (Array.isArray(calls) ? calls : []).map((one: unknown) => ({
    name: textAt(one, 'name'),
    input: get(one, 'input'),
  }));
};

const wasRefused = ({ out }: Move): boolean => {
  const value = out !== null && 'value' in out ? out.value : null;
  return get(value, 'approved') !== true;
};

/** Pairs the wishes of one answer with the moves that followed it, in their order. */
const wished = (wishes: readonly Wish[], moves: readonly Move[], isLast: boolean): readonly Wished[] => {
  let at = 0;
  return wishes.map((wish, i): Wished => {
    const move = moves[at];
    const fits = (one: Wish): boolean => move?.tool === one.name && same(move.args, one.input);
    const isIt =
      move !== undefined && move.tool === wish.name && (fits(wish) || !wishes.slice(i + 1).some((one) => fits(one)));
    if (!isIt) {
      const state = move === undefined && isLast ? 'next' : 'unmade';
      return { ...wish, state, approval: null, call: null };
    }
    at += 1;
    const approval = move.do === 'approve' ? move : null;
    if (approval === null) return { ...wish, state: stateOf(move), approval, call: move };
    if (approval.ended === null) return { ...wish, state: 'waiting', approval, call: null };
    if (wasRefused(approval)) return { ...wish, state: 'refused', approval, call: null };
    const call = moves[at] ?? null;
    at += 1;
    return { ...wish, state: call === null ? 'running' : stateOf(call), approval, call };
  });
};

const stateOf = ({ state }: Move): WishState => state;

/** The rounds of an agent. `over`: nothing more comes of it. */
export const roundsOf = (agent: AgentView, over: boolean): readonly Round[] => {
  const rounds: { readonly think: Move; readonly moves: Move[] }[] = [];
  for (const move of agent.moves)
    if (move.do === 'think') rounds.push({ think: move, moves: [] });
    else if (move.do !== 'remember') rounds.at(-1)?.moves.push(move);
  const told = agent.out !== null && 'value' in agent.out ? get(agent.out.value, 'calls') : null;
  const states = (Array.isArray(told) ? told : []).map((one: unknown) => textAt(one, 'state'));
  let nth = -1;
  return rounds.map(({ think, moves }, i) => {
    const value = think.out !== null && 'value' in think.out ? think.out.value : null;
    const isLast = i === rounds.length - 1 && !over && agent.state === 'running';
    const wishes = wished(wishesOf(think), moves, isLast).map((one): Wished => {
      nth += 1;
      const state = states[nth];
      return one.state === 'unmade' && (state === 'mistaken' || state === 'refused') ? { ...one, state } : one;
    });
    const text = textAt(value, 'text');
    return { think, text: text === '' ? think.said : text, model: textAt(value, 'model') || null, wishes };
  });
};
