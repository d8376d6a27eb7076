/**
 * The agents of runs: their settings when they begin, and after each move what it came to and what is next, as events. A
 * finished question and a finished call are in the journal, and are never done again.
 *
 * AN1 A tool runs as the step that it is: with its own powers, its own doubt after a crash, its own place in the journal.
 * AN2 A call that people approved runs with exactly what they saw, or not at all: what it is about to be given is compared with
 *     the hash of what was shown, whoever changed it meanwhile.
 * AN3 What the model fills in reaches a step as `item`, and nowhere else.
 */

import { createHash } from 'node:crypto';
import {
  type AgentMove,
  type AgentSettings,
  type AgentTurn,
  type BlockRun,
  closed,
  DONE,
  evaluate,
  type ExprScope,
  guessTokens,
  type Held,
  MAX_MOVES,
  type Moves,
  type Problem,
  problem,
  type Result,
  type Scope,
  type ShapeStep,
  stepAt,
} from '@headgate/core';
import type { Clock } from '../clock.ts';
import type { CompiledStep } from '../compiled.ts';
import { inputOf } from '../execute.ts';
import type { Live } from '../live.ts';
import { atItem } from '../scope.ts';
import type { Values } from '../values.ts';
import { beginsOutside } from './outside.ts';
import { recalledOf, summing } from './remember.ts';
import { type Tools, toolsOf } from './tools.ts';
import { type Call, type Came, type Given, type Move, type Used, walk } from './walk.ts';

type Deps = {
  readonly clock: Clock;
  readonly values: Values;
  readonly scope: (live: Live, place: Scope) => ExprScope;
};

type Begun = { readonly settings: AgentSettings; readonly outside: boolean };
type AgentRun = BlockRun & { readonly moves: Moves };

/** Characters of what one call is given that people are shown at most: nobody approves what cannot be seen. */
const LONGEST_SHOWN = 100_000;

export const isAgentRun = (block: BlockRun | null): block is AgentRun => block !== null && block.moves !== null;

export class Agents {
  readonly #d: Deps;

  constructor(deps: Deps) {
    this.#d = deps;
  }

  /** Begins an agent: its settings are evaluated once, and stand in the journal. */
  open(live: Live, cs: CompiledStep, step: ShapeStep, scope: Scope): void {
    const now = this.#d.clock.now();
    const refuse = (why: Problem): void =>
      live.record(now, 'step.problem', { problem: why, attempt: 1 }, step.id, scope.item);
    const begun = this.#begin(live, cs, step, scope);
    if (!begun.ok) return refuse(begun.problem);
    const over = this.#d.values.hold(begun.value, live.spilled);
    if ('problem' in over) return refuse(over.problem);
    const limit = cs.timeout === null ? {} : { deadline: now + cs.timeout };
    const first: Given = { do: begun.value.settings.memory === null ? 'think' : 'recall' };
    const next: AgentMove = { at: step.id, given: { value: first } };
    live.record(now, 'block.opened', { count: MAX_MOVES, over: over.held, ...limit, next }, step.id, scope.item);
  }

  #begin(live: Live, cs: CompiledStep, step: ShapeStep, scope: Scope): Result<Begun> {
    const given = scope.edited?.get(step.pos);
    const view = this.#d.scope(live, scope);
    const fields =
      given !== undefined
        ? { ok: true as const, value: this.#d.values.read(live.base.workspace, given) }
        : cs.over === null
          ? { ok: true as const, value: {} }
          : evaluate(cs.over, view);
    if (!fields.ok) return fields;
    const { steps = [], tools, schema } = cs.step.with ?? {};
    const whole = {
      ...(fields.value as Record<string, unknown>),
      ...{ steps },
      ...(tools === undefined ? {} : { tools }),
      ...(schema === undefined ? {} : { schema }),
    };
    const input = inputOf(cs, view, { value: whole });
    if (!input.ok) return input;
    const frozen = this.changed(live, scope, fields.value);
    if (frozen !== null) return { ok: false, problem: frozen };
    const settings = cs.kind.agent?.(input.value as never);
    if (settings === undefined) throw new Error(`${cs.step.kind} is no agent`);
    return { ok: true, value: { settings, outside: beginsOutside(live, cs) } };
  }

  /** A move ended: records what it came to and begins the next one, or ends the agent. */
  moved(live: Live, block: AgentRun, scope: Scope, index: number): void {
    const now = this.#d.clock.now();
    const { values } = this.#d;
    const { step } = block;
    const item = [...block.scope.item, index];
    const fail = (why: Problem): void =>
      live.record(now, 'step.problem', { problem: why, attempt: 1 }, step.id, block.scope.item);
    const current = block.moves.list[index];
    if (current === undefined) return fail(LOST);
    const came = this.#came(live, scope, current.at);
    const { settings, outside } = this.#begun(live, block);
    const given = values.read(live.base.workspace, current.given) as Given;
    const moves = [...this.#moves(live, block), { given, came }];
    const tools = toolsOf(live, step);
    const { next } = walk(
      settings,
      tools,
      moves,
      this.#used(block, current.waits ? 0 : now - block.moves.began),
      outside,
    );
    if (next.do === 'stop') return fail(next.problem);
    const { tokens, money } = block.moves.used;
    const out = values.hold(next.do === 'end' ? { ...next.ended, usage: { tokens, money } } : came, live.spilled);
    if ('problem' in out) return fail(out.problem);
    if (next.do === 'end') return live.record(now, 'block.item', { out: out.held, more: false }, step.id, item);
    if (index + 1 >= MAX_MOVES) return fail(LOST);
    const made = next.do === 'approve' ? this.#approval(live, scope, next, index + 2, tools) : { given: next as Given };
    if ('problem' in made) return fail(made.problem);
    const held = values.hold(made.given, live.spilled);
    if ('problem' in held) return fail(held.problem);
    const move: AgentMove = {
      at: made.given.do === 'call' ? made.given.call.tool : step.id,
      given: held.held,
      ...(made.given.do === 'approve' ? { waits: true as const } : {}),
    };
    live.record(now, 'block.item', { out: out.held, more: true, next: move }, step.id, item);
  }

  /** What its own step is given: a question to the model, or to people. */
  turn(live: Live, scope: Scope): Result<AgentTurn> {
    const block = scope.owner;
    if (!isAgentRun(block)) throw new Error('a turn of no agent');
    const current = block.moves.list[scope.item[scope.item.length - 1] ?? -1];
    if (current === undefined) return { ok: false, problem: LOST };
    const { settings, outside } = this.#begun(live, block);
    const given = this.#d.values.read(live.base.workspace, current.given) as Given;
    const tools = toolsOf(live, block.step);
    if (given.do === 'approve') return { ok: true, value: question(settings, tools, given, nameOf(live, block)) };
    const { memory } = settings;
    if (given.do === 'recall' && memory !== null)
      return { ok: true, value: { do: 'recall', how: memory, asked: settings.prompt } };
    const moves = this.#moves(live, block);
    const recalled = recalledOf(moves[0]?.came);
    const session = recalled.session ?? '';
    if (given.do === 'keep' && memory !== null)
      return { ok: true, value: { do: 'keep', how: memory, session, kept: given.kept } };
    if (given.do === 'sum' && memory !== null && recalled.older !== null) {
      const ask = summing(settings, recalled, Math.max(1, settings.limits.tokens - block.moves.used.tokens));
      const { upto } = recalled.older;
      return { ok: true, value: { do: 'sum', how: memory, session, ask, upto, outside: recalled.outside } };
    }
    const { messages } = walk(settings, tools, moves, this.#used(block, 0), outside);
    const told = [...tools.values()].map((tool) => tool.told);
    const system = systemOf(settings);
    const left =
      settings.limits.tokens - block.moves.used.tokens - guessTokens(system + JSON.stringify([messages, told]));
    if (left < 1)
      return {
        ok: false,
        problem: problem('agent.tokens', 'The agent was stopped: its next question would use more tokens than it may', {
          at: { field: 'with.limits.tokens' },
          retry: 'no',
          fix: 'Give it a smaller task, or raise the limit.',
        }),
      };
    const time = Math.max(1, settings.limits.seconds * 1_000 - block.moves.worked);
    return {
      ok: true,
      value: {
        do: 'think',
        ask: {
          ...settings.ask,
          timeout: Math.min(settings.ask.timeout, time),
          messages,
          maxTokens: Math.min(settings.maxTokens, left),
          stall: settings.stall,
          ...(system === '' ? {} : { system }),
          ...(settings.temperature === null ? {} : { temperature: settings.temperature }),
          ...(settings.stream ? { stream: true } : {}),
          ...(told.length === 0 ? {} : { tools: told }),
          ...(settings.schema === null ? {} : { form: closed(settings.schema) }),
        },
      },
    };
  }

  /** AN2: does what runs here belong to a call that people approved? Nothing in it is given anything else. */
  frozen(live: Live, scope: Scope): boolean {
    for (let block = scope.owner; block !== null; block = block.scope.owner) {
      if (!isAgentRun(block)) continue;
      const current = block.moves.list[scope.item[block.scope.item.length] ?? -1];
      const given = current === undefined ? null : (this.#d.values.read(live.base.workspace, current.given) as Given);
      if (given?.do === 'call' && given.hash !== null) return true;
    }
    return false;
  }

  /** AN2: why a tool does not run with this input; null: it may. */
  changed(live: Live, scope: Scope, input: unknown): Problem | null {
    const block = scope.owner;
    if (!isAgentRun(block)) return null;
    const current = block.moves.list[scope.item[scope.item.length - 1] ?? -1];
    if (current === undefined) return LOST;
    const given = this.#d.values.read(live.base.workspace, current.given) as Given;
    if (given.do !== 'call' || given.hash === null || given.hash === hashOf(input)) return null;
    return CHANGED;
  }

  /** The question to people, with what the call will be given; the call itself, where it cannot be given anything. */
  #approval(
    live: Live,
    scope: Scope,
    { call, why }: { readonly call: Call; readonly why: 'chosen' | 'outside' },
    index: number,
    tools: Tools,
  ): { readonly given: Given } | { readonly problem: Problem } {
    const input = this.#inputOf(live, scope, call, index);
    // It fails by itself when it starts, and its model is told why. Should it not, nobody approved it.
    if (!input.ok) return { given: { do: 'call', call, hash: NOTHING } };
    // What a block is given is not all that its steps read.
    const block = scope.steps.map((at) => stepAt(live.compiled.shape, at)).find(({ id }) => id === call.tool)?.block;
    const all = block === null || block === undefined ? input.value : { arguments: call.args, given: input.value };
    const shown = JSON.stringify(all, null, 2) ?? 'null';
    if (shown.length > LONGEST_SHOWN || !tools.has(call.tool))
      return {
        problem: problem(
          'agent.shown',
          'The agent was stopped: what a call would be given is too long to be shown for approval',
          {
            retry: 'no',
            fix: 'Pass long texts by files, or give the tool less.',
          },
        ),
      };
    return { given: { do: 'approve', call, why, hash: hashOf(input.value), shown } };
  }

  /** What a tool would be given at this move. */
  #inputOf(live: Live, scope: Scope, call: Call, index: number): Result<unknown> {
    const step = scope.steps
      .map((at) => stepAt(live.compiled.shape, at))
      .find(({ id, pos }) => id === call.tool && pos > 0);
    const cs = step === undefined ? undefined : live.compiled.steps[step.index];
    if (step === undefined || cs === undefined) return { ok: false, problem: LOST };
    const view = atItem(this.#d.scope(live, scope), call.args, index);
    return step.block === null
      ? inputOf(cs, view)
      : cs.over === null
        ? { ok: true, value: {} }
        : evaluate(cs.over, view);
  }

  #came(live: Live, scope: Scope, id: string): Came {
    const step = scope.steps.map((at) => stepAt(live.compiled.shape, at)).find((one) => one.id === id);
    if (step === undefined) return { problem: LOST };
    const failed = scope.problems.get(step.pos);
    if (failed !== undefined) return { problem: failed };
    const value = scope.status[step.pos] === DONE ? scope.values[step.pos] : undefined;
    return { value: this.#d.values.read(live.base.workspace, value) };
  }

  #begun(live: Live, block: AgentRun): Begun {
    return this.#d.values.read(live.base.workspace, block.over ?? undefined) as Begun;
  }

  /** The moves that ended. */
  #moves(live: Live, { moves }: AgentRun): readonly Move[] {
    const read = (held: Held): unknown => this.#d.values.read(live.base.workspace, held);
    return moves.list.flatMap(({ given, out }) =>
      out === null ? [] : [{ given: read(given) as Given, came: read(out) as Came }],
    );
  }

  #used({ moves }: AgentRun, now: number): Used {
    return { ...moves.used, milliseconds: moves.worked + Math.max(0, now) };
  }
}

const LOST = problem('agent.lost', 'What this agent did cannot be read back', { retry: 'no' });

/** AN2: what a call would be given is not what was approved. */
export const CHANGED = problem(
  'agent.changed',
  'What this call would be given is not what was approved, so it was not made',
  {
    retry: 'no',
    fix: 'Start the run again, and approve what it is to be given now.',
  },
);
/** The hash of no input there is. */
const NOTHING = '';

const hashOf = (input: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(input) ?? 'null')
    .digest('base64url');

const nameOf = (live: Live, { step }: AgentRun): string => live.compiled.steps[step.index]?.step.name ?? step.id;

const WHY = {
  chosen: 'This tool waits for approval each time.',
  outside: 'The agent has read text from outside, which may have talked it into this.',
} as const;

const question = (
  { who, wait }: AgentSettings,
  tools: Tools,
  { call, why, shown }: Extract<Given, { do: 'approve' }>,
  name: string,
): AgentTurn => ({
  do: 'ask',
  wait,
  spec: {
    title: `May ${name} use ${call.tool}?`.slice(0, 200),
    text: `${WHY[why]}\n\n${tools.get(call.tool)?.told.description ?? ''}\n\nIt would be given exactly this:\n\n${shown}`,
    wanted: { kind: 'approve' },
    who,
    count: 1,
    notices: [{ after: 0, why: 'asked' }],
    tell: {},
    ...(wait === null ? {} : { late: { answer: 'refused' } }),
  },
});

const systemOf = ({ instructions, schema }: AgentSettings): string =>
  schema === null
    ? instructions
    : `${instructions}${instructions === '' ? '' : '\n\n'}When you have the answer, say it as JSON alone that fits this schema: ${JSON.stringify(schema)}`;
