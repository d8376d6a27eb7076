/**
 * Values inside what was compressed and written in base64: `gzip | base64`. Such a text can only be told by unpacking it,
 * so it is looked for by how all of them begin, and unpacked by the host.
 *
 * PK1 Bounded, for one look at one text, however deep one lies in another: by what comes out of all of them together, by
 *     how often it is tried, and by how deep. The cost grows with the text, whatever it holds.
 * PK2 Only gzip, whose beginning is ten known bits longer than chance; other packings have no beginning to go by, and
 *     trying every base64 text would cost more than all the rest of the guard.
 * PK3 What lies beyond a bound, and cannot be looked into, is hidden: a guard that is worn out must not be one that is off.
 *     What is cut off is looked into as far as it goes.
 */

/**
 * Unpacks the gzip that a base64 text holds, as far as it goes, up to `most` characters. `none`: it holds none. `much`:
 * more would come out.
 */
export type Unpack = (base64: string, most: number) => { readonly text: string } | 'none' | 'much';

/** A run of base64 that begins as a gzip does. */
export type Packed = { readonly start: number; readonly end: number };

/** The first three bytes of every gzip: its mark and its one method. */
const MARK = 'H4sI';
const SHORTEST = 28;
const RUN = /[A-Za-z0-9+/_-]*={0,2}/y;

/** Characters that may come out in one look, whatever the text, and at most. */
const LEAST = 1 << 20;
const MOST = 8 << 20;
const TIMES_THE_TEXT = 8;
const TRIES = 1_000;
const DEEPEST = 3;

/** What one look may still spend on unpacking. */
export class Room {
  #left: number;
  #tries = TRIES;

  constructor(length: number) {
    this.#left = Math.min(MOST, LEAST + TIMES_THE_TEXT * length);
  }

  /** Looks into one at this depth: `judge` answers whose value is in it. `hidden`: it cannot be looked into. */
  into<S>(unpack: Unpack, base64: string, depth: number, judge: (inner: string) => S | null): S | null | 'hidden' {
    if (this.#tries === 0 || depth >= DEEPEST || base64.length > 2 * MOST) return 'hidden';
    this.#tries -= 1;
    const inner = unpack(base64, this.#left);
    if (inner === 'none') return null;
    if (inner === 'much') {
      // Not once more for the next of them: it costs as much to see that as to unpack all there is room for.
      this.#left = 0;
      return 'hidden';
    }
    this.#left -= Math.min(this.#left, inner.text.length);
    return judge(inner.text);
  }
}

/** All of them in a text, in order. */
export const packedIn = (text: string, from: number): readonly Packed[] => {
  let found: Packed[] | undefined;
  for (let at = text.indexOf(MARK, from); at !== -1; ) {
    RUN.lastIndex = at;
    const end = at + (RUN.exec(text)?.[0].length ?? MARK.length);
    if (end - at >= SHORTEST) (found ??= []).push({ start: at, end });
    at = text.indexOf(MARK, end);
  }
  return found ?? NONE;
};

const NONE: readonly Packed[] = [];

/** Where one begins that the end of the text cuts off; the length of the text when none does. */
export const packedOpen = (text: string, from: number): number => {
  let run = text.length;
  while (run > from && (isBase64(text.charCodeAt(run - 1)) || (text[run - 1] === '=' && run > text.length - 2))) run--;
  const at = text.indexOf(MARK, run);
  if (at !== -1) return at;
  for (let length = MARK.length - 1; length > 0; length--)
    if (text.length - length >= run && text.endsWith(MARK.slice(0, length))) return text.length - length;
  return text.length;
};

const isBase64 = (code: number): boolean =>
  (code >= 97 && code <= 122) ||
  (code >= 65 && code <= 90) ||
  (code >= 47 && code <= 57) ||
  code === 43 ||
  code === 45 ||
  code === 95;
