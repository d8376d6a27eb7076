/**
 * The door of models: what a `model` need lends a step. The words of each provider are the libraries' (adapters.ts) or those of
 * the interface they share (plain.ts); who may ask, how often and for how much is questions.ts.
 */

import {
  cosine,
  costOf,
  type Embedded,
  type EmbedCall,
  type GenerateCall,
  type Generated,
  type GuardPort,
  guessTokens,
  type Models,
  type ModelAsk,
  type ModelUse,
  problem,
  type RerankCall,
  type Reranked,
  type Scope,
  type TokensUsed,
} from '@headgate/core';
import type { JournalWriter } from '../../store/ports.ts';
import type { CompiledStep } from '../compiled.ts';
import type { Flight, Live } from '../live.ts';
import { speak } from './adapters.ts';
import { Answers } from './answers.ts';
import { EVENTS_BOUND, JSON_BOUND, vectorsBound } from './bounded.ts';
import { ask, goingIn, listen } from './chat.ts';
import { tooLate, unanswered } from './faults.ts';
import { hidden, type Hide, hider } from './hidden.ts';
import { Offline } from './offline.ts';
import { askPlainly, drawing, hearing, type Plain, ranking, saying } from './plain.ts';
import {
  type Asker,
  type At,
  type QuestionDeps,
  Questions,
  type Refused,
  timely,
  type Tried,
  type Try,
} from './questions.ts';
import type { Aloud } from '../aloud.ts';
import { heldTo, unreadable } from './takes.ts';
import { Told } from './told.ts';

export type ModelDeps = QuestionDeps & {
  readonly journal: JournalWriter;
  readonly guard: Pick<GuardPort, 'window' | 'redact'>;
  /** Told of the words of an answer as they come. */
  readonly aloud: Pick<Aloud, 'say'>;
};

/** Texts of one question for vectors; more are asked for one after the other. */
const AT_ONCE = 96;
const NOTHING: ModelUse = { input: 0, output: 0, cached: 0, money: 0 };

export class ModelDoor {
  readonly #d: ModelDeps;
  readonly #questions: Questions;
  readonly #answers = new Answers<Generated>();
  readonly #offline: Offline;

  constructor(deps: ModelDeps) {
    this.#d = deps;
    this.#questions = new Questions(deps);
    this.#offline = new Offline();
  }

  /** Lets go of the models that the server runs. */
  async close(): Promise<void> {
    await Promise.all([this.#offline.close(), this.#d.local?.close()]);
  }

  /** Vectors by the model that comes with the server, for its own work: nobody else is told, and nothing is used up. */
  embedHere(texts: readonly string[], signal: AbortSignal): Promise<readonly (readonly number[])[]> {
    return this.#offline.embed(texts, signal);
  }

  /** The `models` object of one step instance. */
  lend(live: Live, cs: CompiledStep, place: Scope, signal: AbortSignal, flight: Flight): Models {
    const asker: Asker = { live, cs, place, signal, flight };
    const hide: Hide = hider(this.#d.guard, live.base.workspace);
    return {
      generate: (call) => this.#chat(asker, hidden(call, hide)),
      embed: (call) => this.#embed(asker, { ...call, texts: call.texts.map(hide) }),
      rerank: (call) => this.#rerank(asker, { ...call, query: hide(call.query), texts: call.texts.map(hide) }),
      draw: (call) => this.#plain(asker, call, drawing({ ...call, prompt: hide(call.prompt) })),
      transcribe: ({ hint, ...call }) =>
        this.#plain(asker, call, hearing({ ...call, ...(hint === undefined ? {} : { hint: hide(hint) }) })),
      say: (call) => this.#plain(asker, call, saying({ ...call, text: hide(call.text) })),
    };
  }

  #chat(asker: Asker, call: GenerateCall): Promise<Generated | Refused> {
    return this.#questions.first(asker, call, ['chat'], (at) => this.#generate(asker, call, at));
  }

  async #generate(asker: Asker, call: GenerateCall, at: At): Promise<Try<Generated>> {
    const { live, cs, place } = asker;
    const { clock, guard, journal } = this.#d;
    const { model, name, left } = at;
    const { spec } = model;
    const refused = unreadable(model, name, call);
    if (refused !== null) return { ok: false, problem: refused, sent: 'no', again: false };
    const bounded = heldTo(model, { ...call, maxTokens: Math.min(call.maxTokens, spec.output ?? call.maxTokens) });
    const key = call.cache === true ? this.#answers.keyOf(live.base, model, bounded) : null;
    const most = { input: goingIn(bounded), output: bounded.maxTokens, cached: 0 };
    const stall = call.stream === true ? call.stall : left;
    return this.#questions.ask<Generated>(asker, at, most, stall, async (reach, stopped) => {
      const kept = key === null ? undefined : this.#answers.get(key, clock.now());
      if (kept !== undefined)
        return { done: { ok: true, value: { ...kept, cached: true, usage: NOTHING } }, used: null };
      const streams = call.stream === true;
      const chat = (await speak(model, reach(streams ? EVENTS_BOUND : JSON_BOUND))).chat(spec.id);
      const record = (text: string, from: number): void => {
        live.record(clock.now(), 'step.said', { text, at: from }, cs.step.id, place.item);
        live.flush(journal);
      };
      const aloud = (text: string, from: number): void =>
        this.#d.aloud.say(live.base.id, { step: cs.step.id, item: place.item, text, at: from });
      const told = new Told({ guard, workspace: live.base.workspace, now: clock.now, record, aloud });
      const answer = streams
        ? await listen(chat, name, bounded, stopped, (piece) => told.hear(piece))
        : await ask(chat, name, bounded, stopped);
      if (!answer.ok) return { done: timely(answer, name, call.timeout), used: answer.used };
      if (streams) told.end();
      const { used, ...said } = answer.said;
      const value: Generated = {
        ...said,
        model: name,
        usage: { ...used, money: costOf(used, spec.price).money },
        cached: false,
      };
      if (key !== null && said.finish === 'stop') this.#answers.set(key, value, clock.now());
      return { done: { ok: true, value }, used };
    });
  }

  /** The vectors of texts, so many at a time, all by one model. */
  async #embed(asker: Asker, call: EmbedCall): Promise<Embedded | Refused> {
    return this.#questions.first(asker, call, ['embed'], (at) => this.#embedAll(asker, call, at));
  }

  async #embedAll(asker: Asker, call: EmbedCall, at: At): Promise<Try<Embedded>> {
    const vectors: (readonly number[])[] = [];
    let usage = NOTHING;
    const until = this.#d.clock.now() + at.left;
    for (let from = 0; from < call.texts.length; from += AT_ONCE) {
      const some = call.texts.slice(from, from + AT_ONCE);
      const left = until - this.#d.clock.now();
      if (left <= 0) return { ok: false, problem: tooLate(at.name, call.timeout), sent: 'maybe', again: true };
      const done = await this.#embedSome(asker, { ...call, texts: some }, { ...at, left });
      if (!done.ok) return done;
      vectors.push(...done.value.vectors);
      usage = added(usage, done.value.usage);
    }
    return { ok: true, value: { vectors, model: at.name, usage } };
  }

  async #embedSome(asker: Asker, { texts, dimensions, timeout }: EmbedCall, at: At): Promise<Try<Embedded>> {
    const { model, name, left } = at;
    const most = { input: texts.reduce((sum, text) => sum + guessTokens(text), 0), output: 0, cached: 0 };
    return this.#questions.ask<Embedded>(asker, at, most, left, async (reach, stopped): Promise<Tried<Embedded>> => {
      const gives = (vectors: readonly (readonly number[])[], used: TokensUsed): Tried<Embedded> => ({
        done: {
          ok: true,
          value: { vectors, model: name, usage: { ...used, money: costOf(used, model.spec.price).money } },
        },
        used,
      });
      try {
        if (model.provider.kind.adapter === 'offline') return gives(await this.#offline.embed(texts, stopped), most);
        const { embeddings, usage } = await (await speak(model, reach(vectorsBound(texts.length))))
          .embed(model.spec.id)
          .doEmbed({
            ...{ values: [...texts], abortSignal: stopped },
            ...(dimensions === undefined ? {} : { dimensions }),
          });
        if (embeddings.length !== texts.length) throw new Error('not as many vectors as texts');
        return gives(embeddings, { ...most, input: usage?.tokens ?? most.input });
      } catch (error) {
        const why = unanswered(error, name);
        return { done: timely(why, name, timeout), used: why.free ? null : most };
      }
    });
  }

  /** By a model for it, or by the vectors of one that embeds. */
  async #rerank(asker: Asker, call: RerankCall): Promise<Reranked | Refused> {
    return this.#questions.first<Reranked>(asker, call, ['rerank', 'embed'], async (at) => {
      if ((at.model.spec.does ?? []).includes('embed')) {
        const done = await this.#embedAll(asker, { ...call, texts: [call.query, ...call.texts] }, at);
        if (!done.ok) return done;
        const [query = [], ...vectors] = done.value.vectors;
        const ranks = vectors.map((vector, index) => ({ index, score: cosine(query, vector) }));
        const { model, usage } = done.value;
        return { ok: true, value: { ranks: ranks.toSorted((a, b) => b.score - a.score), model, usage } };
      }
      return this.#plainly(asker, call, ranking(call), at);
    });
  }

  #plain<T extends object>(asker: Asker, call: ModelAsk, plain: Plain<T>): Promise<(T & Answered) | Refused> {
    return this.#questions.first(asker, call, [plain.task], (at) => this.#plainly(asker, call, plain, at));
  }

  async #plainly<T extends object>(asker: Asker, call: ModelAsk, plain: Plain<T>, at: At): Promise<Try<T & Answered>> {
    const { model, name, left } = at;
    const { adapter } = model.provider.kind;
    if (adapter !== 'openai' && adapter !== 'openai-compatible')
      return { ok: false, problem: otherWords(name), sent: 'no', again: true };
    return this.#questions.ask<T & Answered>(asker, at, plain.most, left, async (reach, stopped) => {
      const answer = await askPlainly(reach(plain.bound), model.baseUrl, model.spec.id, name, plain, stopped);
      if (!answer.ok) return { done: timely(answer, name, call.timeout), used: answer.used };
      const usage = { ...answer.used, money: costOf(answer.used, model.spec.price).money };
      return { done: { ok: true, value: { ...answer.value, model: name, usage } }, used: answer.used };
    });
  }
}

type Answered = { readonly model: string; readonly usage: ModelUse };

const otherWords = (name: string) =>
  problem('model.task', `${name} is asked for this in words that are not spoken here`, {
    at: { field: 'with.model' },
    retry: 'no',
    fix: 'Name a model of OpenAI, or of a server that speaks as it does.',
  });

const added = (a: ModelUse, b: ModelUse): ModelUse => ({
  input: a.input + b.input,
  output: a.output + b.output,
  cached: a.cached + b.cached,
  money: a.money + b.money,
});
