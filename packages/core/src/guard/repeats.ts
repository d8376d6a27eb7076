/**
 * Where a text repeats itself, what was found in one period is found in all of them. A text made of nothing but a key that
 * repeats itself would otherwise be looked at anew at every place.
 *
 * RP1 Nothing is left out: only places are skipped whose text, as far as anything looks at it, is that of a place that was
 *     looked at. What the end of the repetition could change is looked at.
 */

import { HEAD } from './needles.ts';

/** `until`: places before it need no look; `by`: how often the period fits in between, times its length. */
export type Skip = { readonly until: number; readonly by: number };

export class Repeats {
  readonly #text: string;
  /** The last place that was looked at, and how many characters before it were looked at without a gap. */
  #looked = -HEAD - 1;
  #covered = 0;
  /** So far what begins at these places may reach. */
  #reach = HEAD;
  /** Up to here nothing is asked again. */
  #asked = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** This place is looked at; `longest`: characters of what may begin here. `apart`: it begins where nothing goes on. */
  look(at: number, longest: number, apart: boolean): void {
    const step = at - this.#looked;
    this.#looked = at;
    if (step > HEAD || apart) {
      this.#covered = 0;
      this.#reach = HEAD;
    } else this.#covered += step;
    if (longest > this.#reach) this.#reach = longest;
  }

  /** From the place that was looked at last, when the text repeats itself there. */
  skip(): Skip | null {
    const at = this.#looked;
    if (this.#covered < HEAD || at < this.#asked) return null;
    const period = this.#period(at);
    this.#asked = at + HEAD;
    if (period === 0) return null;
    let end = at + HEAD;
    while (end < this.#text.length && this.#text.charCodeAt(end) === this.#text.charCodeAt(end - period)) end++;
    this.#asked = end;
    const until = end - this.#reach;
    return until <= at ? null : { until, by: Math.floor((until - at) / period) * period };
  }

  /** The shortest period of the text around this place, HEAD characters to each side; 0: none that is short. */
  #period(at: number): number {
    const text = this.#text;
    const from = at - HEAD;
    if (from < 0 || at + HEAD > text.length) return 0;
    // How much of its beginning each beginning of this piece ends in.
    const ends = ENDS;
    ends[0] = 0;
    for (let i = 1, same = 0; i < 2 * HEAD; i++) {
      const code = text.charCodeAt(from + i);
      while (same > 0 && code !== text.charCodeAt(from + same)) same = ends[same - 1] ?? 0;
      if (code === text.charCodeAt(from + same)) same++;
      ends[i] = same;
    }
    const period = 2 * HEAD - (ends[2 * HEAD - 1] ?? 0);
    return period <= HEAD ? period : 0;
  }
}

const ENDS = new Uint8Array(2 * HEAD);
