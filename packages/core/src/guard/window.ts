/**
 * The guard over a text that comes in chunks: what leaves, put together, is what the whole text would have given (MA3).
 *
 * It holds back what may still become a value or a key, and nothing else, so ordinary text leaves with the chunk it came in.
 *
 * WN1 What is held is bounded: of a region that grows beyond a bound the label is written, and the rest is swallowed as it
 *     comes.
 */

import { CONTEXT } from './keys.ts';
import type { Judged } from './match.ts';
import { HEAD } from './needles.ts';
import { agreed, type Reader, type Region, type Tail } from './regions.ts';

/** The part of the matcher that a window stands on. */
type Judge = {
  readonly judge: (text: string, from: number, ended: boolean, reader?: Reader) => Judged;
  readonly label: (region: Region, reader: Reader | undefined) => string;
};

/** Of a known value so much is held before its label is written; of what may be a key, so much. */
const VALUE = 2048;
const KEY = 16_384;

export class Window {
  readonly #judge: Judge;
  readonly #reader: Reader | undefined;
  /** The last characters that were dealt with: whether a word begins here depends on them. */
  #before = '';
  #held = '';
  /** Characters at the beginning of what is held that lie in a region whose label was written. */
  #covered = 0;
  /** How that region goes on where what came so far ends. */
  #goesOn: Tail | 'key' | null = null;

  constructor(judge: Judge, reader: Reader | undefined) {
    this.#judge = judge;
    this.#reader = reader;
  }

  push(chunk: string): string {
    return chunk === '' ? '' : this.#go(this.#held + chunk, false);
  }

  end(): string {
    const made = this.#go(this.#held, true);
    this.#before = '';
    return made;
  }

  #go(fresh: string, ended: boolean): string {
    const from = this.#before.length;
    const text = this.#before + fresh;
    this.#goOn(text, from);
    const { regions, open } = this.#judge.judge(text, from, ended, this.#reader);
    let until = ended ? text.length : Math.max(from, settled(regions, open));
    const last = regions.at(-1);
    if (text.length - until > (last !== undefined && last.secret !== null ? VALUE : KEY)) {
      // Whatever begins before the last characters has shown its head.
      until = text.length - HEAD;
      if (last !== undefined && last.end === text.length) this.#goesOn = last.secret === null ? 'key' : last.tail;
    }
    let made = '';
    let at = from + this.#covered;
    for (const region of regions) {
      if (region.start >= until) break;
      if (region.start >= at) made += text.slice(at, region.start) + this.#judge.label(region, this.#reader);
      at = Math.max(at, region.end);
    }
    if (at < until) made += text.slice(at, until);
    this.#held = text.slice(until);
    this.#before = text.slice(Math.max(0, until - CONTEXT), until);
    this.#covered = Math.max(0, at - until);
    return made;
  }

  /** Covers what goes on of a region whose beginning is no longer held. */
  #goOn(text: string, from: number): void {
    if (this.#goesOn === null) return;
    const at = from + this.#covered;
    let end = at;
    if (this.#goesOn === 'key') {
      KEY_RUN.lastIndex = at;
      end += KEY_RUN.exec(text)?.[0].length ?? 0;
      if (end < text.length) this.#goesOn = null;
    } else {
      const { rest, at: shown } = this.#goesOn;
      end = agreed(text, at, rest, at - shown);
      this.#goesOn = end < text.length || shown + end - at === rest.length ? null : { rest, at: shown + end - at };
    }
    this.#covered = end - from;
  }
}

const KEY_RUN = /[A-Za-z0-9_.~+/=\\\r\n-]*/y;

/** Up to where nothing depends on what may come. */
export const settled = (regions: readonly Region[], open: number): number => {
  let until = open;
  for (let i = regions.length - 1; i >= 0; i--) {
    const region = regions[i];
    if (region === undefined) break;
    if (region.tail !== null || region.end > until) until = Math.min(until, region.mark);
  }
  return until;
};
