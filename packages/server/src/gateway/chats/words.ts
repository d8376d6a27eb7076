/**
 * What clients of others are told of an answer while it is written. They only ever add: where the answer begins anew (a model
 * that was asked again), they hear nothing more until it is whole, and then what they lack of it.
 */

import type { ChatEvent, ChatSent, Problem } from '@headgate/core';

export class Words {
  #told = '';
  #whole = true;

  get text(): string {
    return this.#told;
  }

  /** What is to be added now. */
  said({ text, at }: { readonly text: string; readonly at: number }): string {
    if (at !== this.#told.length) this.#whole = false;
    if (!this.#whole) return '';
    this.#told += text;
    return text;
  }

  /** What is to be added at the end. */
  end(text: string): string {
    const rest = text.startsWith(this.#told) ? text.slice(this.#told.length) : `\n\n${text}`;
    this.#told += rest;
    return rest;
  }
}

/** One frame of a stream, ready to leave. */
export type Frame = { readonly seq: number; readonly type: string; readonly text: string };

/** How an answer is told: what comes first, each piece, the end, or why there is none. */
export type Telling = {
  readonly begin: () => readonly string[];
  readonly piece: (text: string) => readonly string[];
  readonly end: (whole: string, use: ChatSent['use']) => readonly string[];
  readonly fail: (problem: Problem) => readonly string[];
};

const NOTHING: ChatSent['use'] = { read: 0, wrote: 0 };

/** The frames of an answer, in the words of others. */
export async function* tell(events: AsyncIterable<ChatEvent>, telling: Telling): AsyncGenerator<Frame> {
  const words = new Words();
  let seq = 0;
  const frames = (texts: readonly string[]): Frame[] =>
    texts.map((text) => {
      seq += 1;
      return { seq, type: 'frame', text };
    });
  yield* frames(telling.begin());
  for await (const event of events) {
    if (event.type === 'failed') {
      yield* frames(telling.fail(event.problem));
      return;
    }
    const piece = event.type === 'said' ? words.said(event) : words.end(event.text);
    if (piece !== '') yield* frames(telling.piece(piece));
    if (event.type === 'reply') yield* frames(telling.end(words.text, event.use ?? NOTHING));
  }
}

/** For `Streams`: server-sent events, and lines of JSON. */
export const AS_EVENTS = { hello: '', beat: ': still here\n\n', frame: ({ text }: Frame): string => text };
export const AS_LINES = { hello: '', beat: '\n', frame: ({ text }: Frame): string => text };
