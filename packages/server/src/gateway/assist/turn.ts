/**
 * One turn of the assistant: its model is asked, uses tools, and is asked again, until it says no more than words; then what it
 * proposes is told. Nothing outlives the turn.
 *
 * AT1 Questions, uses of tools, tokens and time of a turn are limited; what was proposed until then is told all the same.
 * AT2 Who leaves ends it: the question under way is broken off, and no other is asked.
 */

import { type ModelMessage, type ModelToolCall, type OwnQuestion, type Problem, problem } from '@headgate/core';
import type { Gate } from '../deps.ts';
import type { AssistDesk, Proposal } from './desk.ts';
import { messagesOf, resultOf, type SaidBefore, SYSTEM } from './words.ts';

/** Of one turn. */
const ROUNDS = 16;
const USES = 48;
const TOKENS = 300_000;
const TIME = 300_000;
/** Of one answer of the model, and of its silence. */
const ANSWER = 8_192;
const STALL = 60_000;

/** Characters of what a tool was given, told to the person. */
const ABOUT = 200;

export type AssistEvent = { readonly seq: number } & Told;
type Told =
  | { readonly type: 'said'; readonly text: string }
  | { readonly type: 'tool'; readonly name: string; readonly about: string; readonly problem?: Problem }
  | ({ readonly type: 'proposal' } & Proposal)
  | { readonly type: 'done'; readonly rounds: number; readonly tokens: number; readonly money: number }
  | { readonly type: 'problem'; readonly problem: Problem };

export type Turn = Pick<OwnQuestion, 'principal' | 'flow' | 'model'> & { readonly said: readonly SaidBefore[] };

const tooMuch = (what: string): Problem =>
  problem('assist.limit', `The assistant stopped: ${what} is the most of one turn`, {
    retry: 'no',
    fix: 'Look at what it proposes so far, and ask for less at a time.',
  });

/** The events of a turn, as they happen. */
export const turn = (gate: Gate, desk: AssistDesk, asked: Turn, left: AbortSignal): AsyncIterable<AssistEvent> => {
  const queue = new Queue();
  work(gate, desk, asked, left, (told) => queue.put(told)).then(
    () => queue.end(null),
    (fault: unknown) => queue.end({ fault }),
  );
  return queue.events();
};

const work = async (
  { engine, clock }: Gate,
  desk: AssistDesk,
  { said, ...asked }: Turn,
  signal: AbortSignal,
  tell: (told: Told) => void,
): Promise<void> => {
  const until = clock() + TIME;
  const used = { rounds: 0, uses: 0, tokens: 0, money: 0 };
  const look = await desk.look();
  if (!look.ok) return tell({ type: 'problem', problem: look.problem });
  const messages = messagesOf(said, look.value);
  const over = (): Problem | null => {
    if (used.rounds >= ROUNDS) return tooMuch(`${ROUNDS} questions`);
    if (used.uses >= USES) return tooMuch(`${USES} uses of tools`);
    if (used.tokens >= TOKENS) return tooMuch(`${TOKENS} tokens`);
    return clock() >= until ? tooMuch(`${TIME / 1000} seconds`) : null;
  };
  let why = over();
  while (why === null && !signal.aborted) {
    used.rounds += 1;
    const answer = await engine.models.ask({
      ...asked,
      ...{ system: SYSTEM, messages, tools: desk.tools, maxTokens: ANSWER, stall: STALL, signal },
      timeout: Math.max(1, until - clock()),
      hear: (text) => tell({ type: 'said', text }),
    });
    if (!answer.ok) {
      why = answer.problem;
      break;
    }
    const { text, calls, usage } = answer.value;
    used.tokens += usage.input + usage.output;
    used.money += usage.money;
    if (calls.length === 0) break;
    // What it says next is another paragraph.
    if (text !== '') tell({ type: 'said', text: '\n\n' });
    messages.push(...(await usesOf(desk, text, calls, used, signal, tell)));
    why = over();
  }
  if (signal.aborted) return;
  const proposal = await desk.proposal();
  if (proposal !== null) tell({ type: 'proposal', ...proposal });
  const { rounds, tokens, money } = used;
  tell(why === null ? { type: 'done', rounds, tokens, money } : { type: 'problem', problem: why });
};

/** Uses the tools that the model wants, one after the other; what was wished and what came of it, as messages. */
const usesOf = async (
  desk: AssistDesk,
  text: string,
  calls: readonly ModelToolCall[],
  used: { rounds: number; uses: number },
  signal: AbortSignal,
  tell: (told: Told) => void,
): Promise<readonly ModelMessage[]> => {
  // Ids of providers come twice, or not at all: these are ours.
  const wishes = calls.map((call, i) => ({ ...call, id: `call_${used.rounds}_${i + 1}` }));
  const results: ReturnType<typeof resultOf>[] = [];
  for (const { id, name, input } of wishes) {
    used.uses += 1;
    const came =
      signal.aborted || used.uses > USES
        ? { ok: false as const, problem: tooMuch(`${USES} uses of tools`) }
        : await desk.use(name, input);
    const about = (JSON.stringify(input) ?? '').slice(0, ABOUT);
    tell({ type: 'tool', name: name.slice(0, 64), about, ...(came.ok ? {} : { problem: came.problem }) });
    results.push(resultOf(id, name, came));
  }
  return [
    { role: 'assistant', content: [...(text === '' ? [] : [{ type: 'text' as const, text }]), ...wishes] },
    { role: 'tool', results },
  ];
};

/** What was told and not taken yet. A turn tells no more than its limits let it, so it needs no bound of its own. */
class Queue {
  readonly #told: Told[] = [];
  #end: { readonly fault: unknown } | null | undefined;
  #wake: () => void = () => undefined;

  put(told: Told): void {
    this.#told.push(told);
    this.#wake();
  }

  end(how: { readonly fault: unknown } | null): void {
    this.#end = how;
    this.#wake();
  }

  async *events(): AsyncGenerator<AssistEvent> {
    let seq = 0;
    for (;;) {
      const next = this.#told.shift();
      if (next !== undefined) {
        seq += 1;
        yield { ...next, seq };
        continue;
      }
      if (this.#end !== undefined) {
        if (this.#end !== null) throw this.#end.fault;
        return;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
