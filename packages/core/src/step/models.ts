/**
 * What a `model` need lends a step: questions to models, by name. Every use is judged at the moment it happens, counted, and
 * goes through the one outgoing door; the key is filled in by the broker, and the step never sees it.
 *
 * MD1 What a model says is data: a text, a value, or the wish to call a tool, which the step may or may not fulfil.
 */

import type { TokensUsed } from '../model/tokens.ts';
import type { Problem } from '../problem.ts';

type Refused = { readonly problem: Problem; readonly sent: 'no' | 'maybe' };
type Done<T> = Promise<T | Refused>;

export type ModelText = { readonly type: 'text'; readonly text: string };
/** A picture, a recording or a document that goes in. */
export type ModelFile = {
  readonly type: 'file';
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly name?: string;
};
/** The wish of a model to have a tool called. `input` is what it says the tool is to be given, unjudged. */
export type ModelToolCall = {
  readonly type: 'call';
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
};

export type ModelMessage =
  | { readonly role: 'user'; readonly content: readonly (ModelText | ModelFile)[] }
  | { readonly role: 'assistant'; readonly content: readonly (ModelText | ModelToolCall)[] }
  | {
      readonly role: 'tool';
      readonly results: readonly {
        readonly id: string;
        readonly name: string;
        readonly output: unknown;
        readonly failed?: boolean;
      }[];
    };

export type ModelTool = {
  readonly name: string;
  readonly description: string;
  readonly input: Readonly<Record<string, unknown>>;
};

/** How a question is asked, whatever it is. `models`: the first that answers does. Times are milliseconds. */
export type ModelAsk = {
  readonly models: readonly string[];
  /** For all of it, tries and fallbacks included. */
  readonly timeout: number;
  /** Further tries of one model that is busy or down, before the next one is asked. */
  readonly tries: number;
  /** The same question of the same workspace to the same model may be answered from what it said before. */
  readonly cache?: boolean;
};

export type GenerateCall = ModelAsk & {
  readonly system?: string;
  readonly messages: readonly ModelMessage[];
  readonly temperature?: number;
  readonly maxTokens: number;
  readonly stop?: readonly string[];
  /** JSON Schema of what it has to say; without `tools`. */
  readonly schema?: Readonly<Record<string, unknown>>;
  readonly tools?: readonly ModelTool[];
  /** JSON Schema of what it has to say once it calls no tool, for models that can be held to it beside `tools`. */
  readonly form?: Readonly<Record<string, unknown>>;
  /** What it says is told as it comes, in events of the run. */
  readonly stream?: boolean;
  /** Longest silence in the middle of an answer. */
  readonly stall: number;
};

export const FINISHES = ['stop', 'length', 'filter', 'calls', 'other'] as const;
export type Finish = (typeof FINISHES)[number];

export type ModelUse = TokensUsed & { readonly money: number };

export type Generated = {
  readonly text: string;
  readonly calls: readonly ModelToolCall[];
  readonly finish: Finish;
  /** The model that answered. */
  readonly model: string;
  readonly usage: ModelUse;
  /** It was said before, and cost nothing now. */
  readonly cached: boolean;
};

export type EmbedCall = ModelAsk & { readonly texts: readonly string[]; readonly dimensions?: number };
export type Embedded = {
  readonly vectors: readonly (readonly number[])[];
  readonly model: string;
  readonly usage: ModelUse;
};

export type RerankCall = ModelAsk & { readonly query: string; readonly texts: readonly string[] };
/** The best first; `index`: its place in `texts`. */
export type Reranked = {
  readonly ranks: readonly { readonly index: number; readonly score: number }[];
  readonly model: string;
  readonly usage: ModelUse;
};

export type DrawCall = ModelAsk & { readonly prompt: string; readonly count: number; readonly size?: string };
export type Drawn = {
  readonly images: readonly { readonly bytes: Uint8Array; readonly mediaType: string }[];
  readonly model: string;
  readonly usage: ModelUse;
};

export type TranscribeCall = ModelAsk & {
  readonly file: ModelFile;
  readonly language?: string;
  readonly hint?: string;
};
export type Heard = { readonly text: string; readonly model: string; readonly usage: ModelUse };

export type SayCall = ModelAsk & {
  readonly text: string;
  readonly voice: string;
  readonly format: 'mp3' | 'wav' | 'opus' | 'aac' | 'flac';
};
export type Spoken = {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly model: string;
  readonly usage: ModelUse;
};

export type Models = {
  generate(call: GenerateCall): Done<Generated>;
  embed(call: EmbedCall): Done<Embedded>;
  rerank(call: RerankCall): Done<Reranked>;
  draw(call: DrawCall): Done<Drawn>;
  transcribe(call: TranscribeCall): Done<Heard>;
  say(call: SayCall): Done<Spoken>;
};

/** For steps and tests that were lent none. */
export const noModels = (problem: Problem): Models => {
  const refuse = () => Promise.resolve({ problem, sent: 'no' as const });
  return { generate: refuse, embed: refuse, rerank: refuse, draw: refuse, transcribe: refuse, say: refuse };
};
