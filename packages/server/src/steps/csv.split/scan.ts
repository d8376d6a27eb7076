/**
 * Where CSV may be cut: behind the end of a line that stands in no quotes. It looks at bytes alone, since neither quotes nor
 * ends of lines are part of another character in UTF-8.
 */

const QUOTE = 0x22;
const LINE = 0x0a;

/** Follows quotes through pieces, and finds ends of records. */
export class Scan {
  #at = 0;
  #quoted = false;

  /** Bytes passed so far. */
  get at(): number {
    return this.#at;
  }

  /** Passes a piece; calls `end` with the offset behind each end of a record at or after the offset it answered last. */
  pass(piece: Uint8Array, next: number, end: (at: number) => number): number {
    let wanted = next;
    let from = 0;
    while (from < piece.length) {
      const stop = this.#quoted ? piece.indexOf(QUOTE, from) : nearest(piece, from, wanted - this.#at);
      if (stop < 0) break;
      if (piece[stop] === QUOTE) this.#quoted = !this.#quoted;
      else if (this.#at + stop + 1 >= wanted) wanted = end(this.#at + stop + 1);
      from = stop + 1;
    }
    this.#at += piece.length;
    return wanted;
  }
}

/** The next quote, or the next end of a line from `least` on, whichever comes first; -1: neither. */
const nearest = (piece: Uint8Array, from: number, least: number): number => {
  const quote = piece.indexOf(QUOTE, from);
  const start = Math.max(from, least - 1);
  const line = start >= piece.length ? -1 : piece.indexOf(LINE, start);
  if (quote < 0 || line < 0) return Math.max(quote, line);
  return Math.min(quote, line);
};
