/**
 * What is asked of models without a library: ranking, pictures, speech. Each is one call of the interface that OpenAI began and
 * others kept, and what came back in our words. It judges nothing, and calls nobody but through the `fetch` it is given.
 */

import {
  type Drawn,
  type DrawCall,
  guessTokens,
  type Heard,
  type ModelTask,
  type RerankCall,
  type Reranked,
  type SayCall,
  type Spoken,
  type TokensUsed,
  type TranscribeCall,
} from '@headgate/core';
import { type Bound, JSON_BOUND, PICTURES_BOUND, SPEECH_BOUND } from './bounded.ts';
import { malformed, type Unanswered, unanswered } from './faults.ts';
import type { Fetch } from './fetch.ts';

/** What is asked, what it may use at most, and how the answer is read. `read` gives null where it is none. */
export type Plain<T> = {
  readonly task: ModelTask;
  readonly most: TokensUsed;
  /** What the answer may hold. */
  readonly bound: Bound;
  readonly ask: (id: string) => { readonly path: string; readonly body: string | FormData };
  readonly read: (answer: Response) => Promise<{ readonly value: T; readonly used: TokensUsed } | null>;
};

export type PlainAnswer<T> =
  | { readonly ok: true; readonly value: T; readonly used: TokensUsed }
  | ({ readonly ok: false; readonly used: TokensUsed | null } & Unanswered);

const JSON_TYPE = { 'content-type': 'application/json' };
/** Tokens of a picture, where the provider counts none. */
const PICTURE = 1_600;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const jsonOf = async (answer: Response): Promise<Record<string, unknown>> => {
  const value: unknown = await answer.json();
  return isRecord(value) ? value : {};
};

const number = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;

/** The count of the provider, or the guess. */
const counted = (said: unknown, guess: TokensUsed): TokensUsed => {
  const usage = isRecord(said) ? said : {};
  const input = number(usage['input_tokens']) ?? number(usage['prompt_tokens']) ?? number(usage['total_tokens']);
  return {
    input: input ?? guess.input,
    output:
      number(usage['output_tokens']) ?? number(usage['completion_tokens']) ?? (input === undefined ? guess.output : 0),
    cached: 0,
  };
};

const onlyIn = (text: string): TokensUsed => ({ input: guessTokens(text), output: 0, cached: 0 });

/** POST {base}/rerank, as Cohere, Jina, vLLM and llama.cpp have it. */
export const ranking = ({ query, texts }: RerankCall): Plain<Pick<Reranked, 'ranks'>> => {
  const most = {
    input: texts.reduce((all, text) => all + guessTokens(text) + guessTokens(query), 0),
    output: 0,
    cached: 0,
  };
  return {
    task: 'rerank',
    bound: JSON_BOUND,
    most,
    ask: (id) => ({
      path: '/rerank',
      body: JSON.stringify({ model: id, query, documents: texts, top_n: texts.length }),
    }),
    read: async (answer) => {
      const { results, usage } = await jsonOf(answer);
      if (!Array.isArray(results)) return null;
      const ranks = results.flatMap((one: unknown) => {
        const index = isRecord(one) ? number(one['index']) : undefined;
        const score = isRecord(one) ? (one['relevance_score'] ?? one['score']) : undefined;
        return index !== undefined && index < texts.length && typeof score === 'number' ? [{ index, score }] : [];
      });
      return { value: { ranks: ranks.toSorted((a, b) => b.score - a.score) }, used: counted(usage, most) };
    },
  };
};

const SIGNS: readonly (readonly [string, readonly number[]])[] = [
  ['image/png', [0x89, 0x50, 0x4e, 0x47]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/webp', [0x52, 0x49, 0x46, 0x46]],
];

const typeOf = (bytes: Uint8Array): string =>
  SIGNS.find(([, sign]) => sign.every((byte, i) => bytes[i] === byte))?.[0] ?? 'application/octet-stream';

/** POST {base}/images/generations. Pictures come in the answer; an address to fetch them from is not followed. */
export const drawing = ({ prompt, count, size }: DrawCall): Plain<Pick<Drawn, 'images'>> => {
  const most = { input: guessTokens(prompt), output: PICTURE * count, cached: 0 };
  return {
    task: 'image',
    bound: PICTURES_BOUND,
    most,
    ask: (id) => ({
      path: '/images/generations',
      body: JSON.stringify({
        ...{ model: id, prompt, n: count },
        ...(size === undefined ? {} : { size }),
        // Models of the newer kind always send the picture itself, and refuse to be asked for it.
        ...(id.startsWith('gpt-image') ? {} : { response_format: 'b64_json' }),
      }),
    }),
    read: async (answer) => {
      const { data, usage } = await jsonOf(answer);
      if (!Array.isArray(data)) return null;
      // As many as were asked for: how many files are written is not the provider's to say.
      const images = data.slice(0, count).flatMap((one: unknown) => {
        const text = isRecord(one) ? one['b64_json'] : undefined;
        if (typeof text !== 'string') return [];
        const bytes = new Uint8Array(Buffer.from(text, 'base64'));
        return [{ bytes, mediaType: typeOf(bytes) }];
      });
      return images.length === 0 ? null : { value: { images }, used: counted(usage, most) };
    },
  };
};

/** POST {base}/audio/transcriptions. */
export const hearing = ({ file, language, hint }: TranscribeCall): Plain<Pick<Heard, 'text'>> => ({
  task: 'transcribe',
  bound: JSON_BOUND,
  // A minute of speech is about a megabyte of MP3, and two hundred words.
  most: {
    input: Math.ceil(file.bytes.length / 1_000) + 1,
    output: Math.ceil(file.bytes.length / 2_000) + 1,
    cached: 0,
  },
  ask: (id) => {
    const body = new FormData();
    body.set('model', id);
    body.set('response_format', 'json');
    if (language !== undefined) body.set('language', language);
    if (hint !== undefined) body.set('prompt', hint);
    body.set('file', new Blob([new Uint8Array(file.bytes)], { type: file.mediaType }), file.name ?? 'recording');
    return { path: '/audio/transcriptions', body };
  },
  read: async (answer) => {
    const { text, usage } = await jsonOf(answer);
    if (typeof text !== 'string') return null;
    return { value: { text }, used: counted(usage, { input: 0, output: guessTokens(text), cached: 0 }) };
  },
});

const TYPES: Readonly<Record<SayCall['format'], string>> = {
  ...{ mp3: 'audio/mpeg', wav: 'audio/wav', opus: 'audio/ogg', aac: 'audio/aac', flac: 'audio/flac' },
};

/** POST {base}/audio/speech. */
export const saying = ({ text, voice, format }: SayCall): Plain<Pick<Spoken, 'bytes' | 'mediaType'>> => ({
  task: 'say',
  bound: SPEECH_BOUND,
  most: onlyIn(text),
  ask: (id) => ({
    path: '/audio/speech',
    body: JSON.stringify({ model: id, input: text, voice, response_format: format }),
  }),
  read: async (answer) => {
    const bytes = new Uint8Array(await answer.arrayBuffer());
    if (bytes.length === 0) return null;
    return { value: { bytes, mediaType: TYPES[format] }, used: onlyIn(text) };
  },
});

/** Asks, and reads what came. */
export const askPlainly = async <T>(
  through: Fetch,
  baseUrl: string,
  id: string,
  name: string,
  plain: Plain<T>,
  signal: AbortSignal,
): Promise<PlainAnswer<T>> => {
  const { path, body } = plain.ask(id);
  try {
    const answer = await through(`${baseUrl.replace(/\/+$/, '')}${path}`, {
      ...{ method: 'POST', body, signal },
      ...(typeof body === 'string' ? { headers: JSON_TYPE } : {}),
    });
    if (answer.status !== 200) {
      const responseHeaders = Object.fromEntries(answer.headers);
      const why = unanswered(
        { statusCode: answer.status, message: messageIn(await answer.text()), responseHeaders },
        name,
      );
      return { ok: false, ...why, used: why.free ? null : plain.most };
    }
    const read = await plain.read(answer);
    if (read === null)
      return { ok: false, problem: malformed(name), sent: 'maybe', again: true, free: false, used: plain.most };
    return { ok: true, ...read };
  } catch (error) {
    const why = unanswered(error, name);
    return { ok: false, ...why, used: why.free ? null : plain.most };
  }
};

/** What a refusal says, in the form that OpenAI began; else its text. */
const messageIn = (text: string): string => {
  try {
    const said: unknown = JSON.parse(text);
    const error = isRecord(said) ? (said['error'] ?? said['message'] ?? said['detail']) : undefined;
    const message = isRecord(error) ? error['message'] : error;
    return typeof message === 'string' ? message : text;
  } catch {
    return text;
  }
};
