/**
 * An answer as it is read along: what the journal tells of it, and between that the words that are said aloud.
 *
 * AG1 Every event says how the answer reads from a place on. What was told already is not told again when the journal has it,
 *     and what the journal has otherwise (a model was asked anew) takes the place of what was said aloud.
 * AG2 A word is told with the number of the last event of the journal before it: who goes on from there loses nothing.
 */

import type { ChatEvent } from '@headgate/core';
import type { Aloud, Word } from '../aloud.ts';

type Said = Extract<ChatEvent, { type: 'said' }>;

/** What somebody was told of an answer so far. */
class Reading {
  #text = '';
  /** Words from a place on that lies behind what was told: the journal brings what is between. */
  #ahead: { at: number; text: string } | null = null;

  /** What is to be told of a piece that was said aloud; null: nothing yet. */
  aloud(at: number, text: string): { at: number; text: string } | null {
    if (at <= this.#text.length) {
      // From its beginning: it is another answer. In the midst of what was told: it is that, or another.
      this.#ahead = null;
      return this.#tell(at, text);
    }
    const { at: from, text: held } = this.#ahead ?? { at, text: '' };
    this.#ahead = at === from + held.length ? { at: from, text: held + text } : { at, text };
    return null;
  }

  /** The same of a piece that the journal has. */
  kept(at: number, text: string): { at: number; text: string } | null {
    const known = this.#text.slice(at, at + text.length) === text && at + text.length <= this.#text.length;
    const told = known ? null : this.#tell(at, text);
    const ahead = this.#ahead;
    if (ahead === null || ahead.at > this.#text.length) return told;
    this.#ahead = null;
    const rest = ahead.text.slice(this.#text.length - ahead.at);
    if (rest === '') return told;
    if (told === null) return this.#tell(this.#text.length, rest);
    this.#text += rest;
    return { at: told.at, text: told.text + rest };
  }

  #tell(at: number, text: string): { at: number; text: string } {
    this.#text = this.#text.slice(0, at) + text;
    return { at, text };
  }
}

/** `kept`: the events of the journal, the last one a reply or a failure. `speakers`: the steps whose words are the answer. */
export async function* readAlong(
  { aloud, run, speakers }: { readonly aloud: Aloud; readonly run: string; readonly speakers: ReadonlySet<string> },
  kept: AsyncIterable<ChatEvent>,
  after: number,
): AsyncGenerator<ChatEvent> {
  const reading = new Reading();
  const words: Word[] = [];
  let wake: () => void = () => undefined;
  const deaf = aloud.hear(run, (word) => {
    if (word.item.length > 0 || !speakers.has(word.step)) return;
    words.push(word);
    wake();
  });
  let seq = after;
  const said = (piece: { at: number; text: string } | null): Said[] =>
    piece === null ? [] : [{ seq, type: 'said', ...piece }];
  const events = kept[Symbol.asyncIterator]();
  try {
    for (let next = events.next(); ; ) {
      const heard = new Promise<'heard'>((resolve) => {
        wake = () => resolve('heard');
        if (words.length > 0) resolve('heard');
      });
      const came = await Promise.race([next, heard]);
      for (const { at, text } of words.splice(0)) yield* said(reading.aloud(at, text));
      if (came === 'heard') continue;
      if (came.done === true) return;
      const event = came.value;
      seq = event.seq;
      if (event.type === 'said') yield* said(reading.kept(event.at, event.text));
      else yield event;
      next = events.next();
    }
  } finally {
    deaf();
    // It ends with its signal, at the latest: who reads no more does not wait for that.
    void events.return?.();
  }
}
