/**
 * The door of models: what a `model` need lends a step. Which model answers, how often it is asked and what that costs is
 * decided here; the words of each provider are the libraries' (adapters.ts), and every byte goes through the outgoing door.
 *
 * DM1 No question is asked that was not judged at that moment, with the tokens that the run would come to by it; of each
 *     there is a record.
 * DM2 What a question may use at most is set aside before it is asked, and what it used is charged whatever became of it.
 * DM3 The key is opened after the decision, goes to the provider's own address alone, and reaches neither the step, the
 *     journal, nor what the model is asked.
 * DM4 A question whose power is taken back is broken off (broker.ts B4); what it used until then is charged.
 */

import {
  costOf,
  findModel,
  type GenerateCall,
  type Generated,
  type GuardPort,
  type ModelAt,
  type ModelAsk,
  type Models,
  type ModelTask,
  type Power,
  type Problem,
  type Scope,
  type TokensUsed,
} from '@headgate/core';
import type { Door } from '../../egress/door.ts';
import type { JournalWriter } from '../../store/ports.ts';
import type { Broker } from '../broker.ts';
import type { Clock } from '../clock.ts';
import type { CompiledStep } from '../compiled.ts';
import type { Credentials } from '../credentials.ts';
import type { Flight, Live } from '../live.ts';
import { speak } from './adapters.ts';
import { Answers } from './answers.ts';
import { type Answer, ask, goingIn, listen } from './chat.ts';
import { tooLate } from './faults.ts';
import { type Fetch, fetchThrough } from './fetch.ts';
import { keyed } from './key.ts';
import type { Providers } from './providers.ts';
import { reserve, tokensComing } from './spending.ts';
import { Told } from './told.ts';

export type ModelDeps = {
  readonly broker: Broker;
  readonly door: Pick<Door, 'request'>;
  readonly credentials: Credentials;
  readonly providers: Providers;
  readonly journal: Pick<JournalWriter, 'write' | 'barrier'>;
  readonly guard: Pick<GuardPort, 'window'>;
  readonly clock: Clock;
};

/** For whom a question is asked. */
export type Asker = {
  readonly live: Live;
  readonly cs: Pick<CompiledStep, 'step' | 'narrow'>;
  readonly place: Scope;
  readonly signal: AbortSignal;
  readonly flight: Flight;
};

/** The first wait between two tries, and the longest that is waited here; longer ones are the flow's own retries. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 20_000;

type Refused = { readonly problem: Problem; readonly sent: 'no' | 'maybe' };

/** How one try ended: `again` says whether another may do better. */
export type Try<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly problem: Problem;
      readonly sent: 'no' | 'maybe';
      readonly again: boolean;
      readonly wait?: number;
    };

export class ModelDoor {
  readonly #d: ModelDeps;
  readonly #answers = new Answers<Generated>();

  constructor(deps: ModelDeps) {
    this.#d = deps;
  }

  /** The `models` object of one step instance. */
  lend(live: Live, cs: CompiledStep, place: Scope, signal: AbortSignal, flight: Flight): Models {
    const asker: Asker = { live, cs, place, signal, flight };
    return {
      generate: (call) =>
        this.#first(asker, call, 'chat', (at, name, left) => this.#generate(asker, call, at, name, left)),
      embed: () => Promise.resolve({ problem: tooLate('embed', 0), sent: 'no' }),
    };
  }

  /** The first answer of the models that are named, each tried as often as it may be. */
  async #first<T>(
    { live, signal }: Asker,
    call: ModelAsk,
    task: ModelTask,
    once: (at: ModelAt, name: string, left: number) => Promise<Try<T>>,
  ): Promise<T | Refused> {
    const { clock, providers } = this.#d;
    const until = clock.now() + call.timeout;
    let last: Refused | null = null;
    let sent: 'no' | 'maybe' = 'no';
    for (const name of call.models) {
      const found = findModel(await providers.in(live.base.workspace), name, task);
      if (!found.ok) {
        last ??= { problem: found.problem, sent };
        continue;
      }
      for (let tries = 0; tries <= call.tries; tries += 1) {
        const left = until - clock.now();
        if (left <= 0 || signal.aborted) return { problem: last?.problem ?? tooLate(name, call.timeout), sent };
        const done = await once(found.value, name, left);
        if (done.ok) return done.value;
        if (done.sent === 'maybe') sent = 'maybe';
        last = { problem: done.problem, sent };
        if (!done.again) return last;
        const wait = done.wait ?? FIRST_WAIT * 2 ** tries;
        if (!worthTrying(done.problem) || wait > LONGEST_WAIT || wait >= until - clock.now() || tries === call.tries)
          break;
        await paused(wait, signal);
      }
    }
    return last ?? { problem: tooLate('the model', call.timeout), sent };
  }

  /**
   * One question: its cost set aside, judged, the key filled in, asked. `act` gets a `fetch` that goes where the model is and
   * nowhere else, and says what was used.
   */
  async question<T>(
    { live, cs, signal, flight }: Asker,
    at: ModelAt,
    name: string,
    most: TokensUsed,
    left: number,
    stall: number,
    act: (through: Fetch, stopped: AbortSignal) => Promise<{ readonly done: Try<T>; readonly used: TokensUsed | null }>,
  ): Promise<Try<T>> {
    const { broker, credentials, door } = this.#d;
    const { price } = at.spec;
    const held = reserve(broker, live, flight, costOf(most, price));
    if ('problem' in held) return { ok: false, problem: held.problem, sent: 'no', again: false };
    const { workspace, project, flow, environment, principal, id: run } = live.base;
    const power: Power = { power: 'model', model: name, tokens: tokensComing(live) };
    let began = false;
    try {
      const done = await broker.effect(
        live,
        cs.step.id,
        cs.narrow,
        [power],
        async (_again, stopped): Promise<Try<T>> => {
          began = true;
          let used: TokensUsed | null = null;
          try {
            const of = { workspace, project, flow, environment, principal, run, step: cs.step.id };
            const headers = await keyed(credentials, of, at);
            if ('problem' in headers) return { ok: false, problem: headers.problem, sent: 'no', again: false };
            const both = AbortSignal.any([signal, stopped]);
            const share = { workspace, flow };
            const { origin } = new URL(at.baseUrl);
            const through = fetchThrough({
              door,
              origin,
              headers: headers.headers,
              share,
              signal: both,
              timeout: left,
              stall,
            });
            const told = await act(through, both);
            ({ used } = told);
            return told.done;
          } finally {
            held.settle(used === null ? undefined : costOf(used, price));
          }
        },
      );
      return done.ok ? done.value : { ok: false, problem: done.problem, sent: done.sent, again: false };
    } finally {
      if (!began) held.settle(undefined);
    }
  }

  async #generate(asker: Asker, call: GenerateCall, at: ModelAt, name: string, left: number): Promise<Try<Generated>> {
    const { live, cs, place } = asker;
    const { clock, guard, journal } = this.#d;
    const maxTokens = Math.min(call.maxTokens, at.spec.output ?? call.maxTokens);
    const bounded: GenerateCall = { ...call, maxTokens };
    const key = call.cache === true ? this.#answers.keyOf(live.base.workspace, at, bounded) : null;
    const most = { input: goingIn(bounded), output: maxTokens, cached: 0 };
    const stall = call.stream === true ? call.stall : left;
    return this.question<Generated>(asker, at, name, most, left, stall, async (through, stopped) => {
      const kept = key === null ? undefined : this.#answers.get(key, clock.now());
      if (kept !== undefined) return { done: { ok: true, value: { ...kept, ...FREE } }, used: null };
      const model = (await speak(at, through)).chat(at.spec.id);
      const record = (text: string, from: number): void => {
        live.record(clock.now(), 'step.said', { text, at: from }, cs.step.id, place.item);
        live.flush(journal as JournalWriter);
      };
      const told = new Told({ guard, workspace: live.base.workspace, now: clock.now, record });
      const answer: Answer =
        call.stream === true
          ? await listen(model, name, bounded, stopped, (piece) => told.hear(piece))
          : await ask(model, name, bounded, stopped);
      if (call.stream === true && answer.ok) told.end();
      if (!answer.ok) return { done: timely(answer, name, call.timeout), used: answer.used };
      const { used, ...said } = answer.said;
      const { money } = costOf(used, at.spec.price);
      const value: Generated = { ...said, model: name, usage: { ...used, money }, cached: false };
      if (key !== null && said.finish === 'stop') this.#answers.set(key, value, clock.now());
      return { done: { ok: true, value }, used };
    });
  }
}

const FREE = { cached: true, usage: { input: 0, output: 0, cached: 0, money: 0 } } as const;

/** That its time was over is told as such, and not as the door tells of a call. */
const timely = (answer: Extract<Answer, { ok: false }>, name: string, timeout: number): Try<never> => {
  const { problem, sent, again, wait } = answer;
  const late = problem.code === 'egress.timeout' && sent === 'maybe';
  return {
    ok: false,
    problem: late ? tooLate(name, timeout) : problem,
    sent,
    again: again && problem.code !== 'egress.cancelled',
    ...(wait === undefined ? {} : { wait }),
  };
};

/** Would the same model do better a moment later? Another one may, even where not. */
const worthTrying = ({ code, retry }: Problem): boolean => retry !== 'no' && code !== 'model.timeout';

const paused = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const over = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', over);
      resolve();
    };
    const timer = setTimeout(over, ms);
    signal.addEventListener('abort', over, { once: true });
  });
