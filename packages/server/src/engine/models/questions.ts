/**
 * One question to a model, whatever it is about: which model, how often, for how much, and by whose leave. What is asked in
 * which words is none of its business (door.ts).
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
  type ModelAsk,
  type ModelAt,
  type ModelTask,
  type Power,
  type Problem,
  type Scope,
  type TokensUsed,
} from '@headgate/core';
import type { Door } from '../../egress/door.ts';
import type { Broker } from '../broker.ts';
import type { Clock } from '../clock.ts';
import type { CompiledStep } from '../compiled.ts';
import type { Credentials } from '../credentials.ts';
import type { JsonTurns } from '../json.ts';
import type { Flight, Live } from '../live.ts';
import { type Bound, bounded } from './bounded.ts';
import { tooLate } from './faults.ts';
import { type Fetch, fetchThrough } from './fetch.ts';
import { keyed } from './key.ts';
import { fetchHere, type LocalDoor } from './local.ts';
import type { Providers } from './providers.ts';
import { reserve, tokensComing } from './spending.ts';

export type QuestionDeps = {
  readonly broker: Broker;
  readonly door: Pick<Door, 'request'>;
  readonly credentials: Credentials;
  readonly providers: Providers;
  readonly turns: JsonTurns;
  readonly clock: Clock;
  /** Models of this machine; none without it. */
  readonly local: LocalDoor | null;
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

export type Refused = { readonly problem: Problem; readonly sent: 'no' | 'maybe' };

/** How one try ended: `again` says whether another may do better. */
export type Try<T> =
  | { readonly ok: true; readonly value: T }
  | (Refused & { readonly ok: false; readonly again: boolean; readonly wait?: number });

/** What one try came to, and what it used; null: nothing. */
export type Tried<T> = { readonly done: Try<T>; readonly used: TokensUsed | null };

/** One try: which model, under which name, and how many milliseconds are left for it. */
export type At = { readonly model: ModelAt; readonly name: string; readonly left: number };

/** `reach`: the way to where the model is, and to nowhere else; what comes back is held to a bound. */
type Act<T> = (reach: (bound: Bound) => Fetch, stopped: AbortSignal) => Promise<Tried<T>>;

export class Questions {
  readonly #d: QuestionDeps;

  constructor(deps: QuestionDeps) {
    this.#d = deps;
  }

  /** The first answer of the models that are named, each tried as often as it may be. `tasks`: any of them will do. */
  async first<T>(
    { live, signal }: Asker,
    call: ModelAsk,
    tasks: readonly [ModelTask, ...ModelTask[]],
    once: (at: At) => Promise<Try<T>>,
  ): Promise<T | Refused> {
    const { clock, providers } = this.#d;
    const until = clock.now() + call.timeout;
    let last: Refused | null = null;
    let sent: 'no' | 'maybe' = 'no';
    for (const name of call.models) {
      const known = await providers.in(live.base.workspace);
      const found = tasks.map((task) => findModel(known, name, task));
      const model = found.find((one) => one.ok) ?? found[0];
      if (model === undefined || !model.ok) {
        if (model !== undefined) last ??= { problem: model.problem, sent };
        continue;
      }
      for (let tries = 0; tries <= call.tries; tries += 1) {
        const left = until - clock.now();
        if (left <= 0 || signal.aborted) return { problem: last?.problem ?? tooLate(name, call.timeout), sent };
        const done = await once({ model: model.value, name, left });
        if (done.ok) return done.value;
        if (done.sent === 'maybe') sent = 'maybe';
        last = { problem: done.problem, sent };
        if (!done.again) return last;
        const wait = done.wait ?? FIRST_WAIT * 2 ** tries;
        const over = wait > LONGEST_WAIT || wait >= until - clock.now() || tries === call.tries;
        if (over || !worthTrying(done.problem)) break;
        await paused(wait, signal);
      }
    }
    return last ?? { problem: tooLate('the model', call.timeout), sent };
  }

  /** Asks once: what it may use set aside, judged, the key filled in. `act` asks, and says what was used. */
  async ask<T>(
    { live, cs, signal, flight }: Asker,
    { model, name, left }: At,
    most: TokensUsed,
    stall: number,
    act: Act<T>,
  ): Promise<Try<T>> {
    const { broker, credentials, door, local, turns } = this.#d;
    const { price } = model.spec;
    const held = reserve(broker, live, flight, costOf(most, price));
    if ('problem' in held) return { ok: false, problem: held.problem, sent: 'no', again: false };
    const { workspace, project, flow, environment, principal, id: run } = live.base;
    const power: Power = { power: 'model', model: name, tokens: tokensComing(live) };
    let began = false;
    const doing = async (_again: unknown, stopped: AbortSignal): Promise<Try<T>> => {
      began = true;
      let used: TokensUsed | null = null;
      try {
        const of = { workspace, project, flow, environment, principal, run, step: cs.step.id };
        const key = await keyed(credentials, of, model);
        if ('problem' in key) return { ok: false, problem: key.problem, sent: 'no', again: false };
        const both = AbortSignal.any([signal, stopped]);
        const { headers } = key;
        const share = { workspace, flow };
        const reach = (bound: Bound): Fetch => {
          if (model.provider.kind.adapter === 'local')
            return fetchHere(local, model.spec.id, { signal: both, timeout: left });
          const { origin } = new URL(model.baseUrl);
          return bounded(
            fetchThrough({ door, headers, share, stall, signal: both, timeout: left, origin }),
            turns,
            bound,
          );
        };
        const tried = await act(reach, both);
        ({ used } = tried);
        return tried.done;
      } finally {
        held.settle(used === null ? undefined : costOf(used, price));
      }
    };
    try {
      const done = await broker.effect(live, cs.step.id, cs.narrow, [power], doing);
      return done.ok ? done.value : { ok: false, problem: done.problem, sent: done.sent, again: false };
    } finally {
      if (!began) held.settle(undefined);
    }
  }
}

/** That its time was over is told as such, and not as the door tells of a call; a question that was called off is not asked again. */
export const timely = (
  { problem, sent, again, wait }: Omit<Extract<Try<never>, { ok: false }>, 'ok'>,
  name: string,
  timeout: number,
): Try<never> => ({
  ok: false,
  problem: problem.code === 'egress.timeout' && sent === 'maybe' ? tooLate(name, timeout) : problem,
  sent,
  again: again && problem.code !== 'egress.cancelled',
  ...(wait === undefined ? {} : { wait }),
});

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
