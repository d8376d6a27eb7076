/**
 * The sieve: the one loop over a text that must be fast. It says where something worth a closer look may stand, and has
 * looked at eight characters at a time; keys.ts and needles.ts do the looking.
 *
 * How: whatever is fifteen characters long holds, wherever it begins, one whole block of eight that starts at a multiple
 * of eight; whatever is seven long holds such a block of four. So only aligned blocks are looked at, as two machine words:
 * their hashes are looked up in two tables, where every block that a needle can have there is entered. A third table tells whether all eight characters may be part of a key (shapes.ts).
 *
 * SV1 Only the low byte of a character is looked at. What differs above it is a false alarm, never a miss, and places in
 *     the bytes are places in the text.
 * SV2 Text is read in pieces of PIECE characters, each with the TAIL before it, so memory does not grow with the text.
 */

/** Writes the low byte of each character of `text` into `into`, which is long enough. */
export type LowBytes = (text: string, into: Uint8Array) => void;

/** What was come upon at `at`: a block of eight known, of four known, or eight characters that keys are made of. */
export type Alarm = {
  eight(at: number, bits: number): void;
  four(at: number, bits: number): void;
  /** The characters are `bytes` from `index` on; those before them stand before it, TAIL of them at least. */
  run(at: number, bytes: Uint8Array, index: number): void;
};

export const PIECE = 1 << 16;
/** Characters before a piece that stay readable in its bytes; a multiple of eight. */
export const TAIL = 16;
export const LONG = 15;

/** Characters that keys are made of. */
const RUN = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-';

const encoder = new TextEncoder();

/** With nothing but the language: fast for text that is all ASCII. */
export const lowBytes: LowBytes = (text, into) => {
  if (text.length > 64) {
    const { read, written } = encoder.encodeInto(text, into);
    // As many bytes as characters: all of them were ASCII.
    if (read === text.length && written === text.length) return;
  }
  for (let i = 0; i < text.length; i++) into[i] = text.charCodeAt(i);
};

const PAIRS = new Uint8Array(1 << 16);
for (const a of RUN) for (const b of RUN) PAIRS[a.charCodeAt(0) | (b.charCodeAt(0) << 8)] = 1;

const scramble = (word: number): number => Math.imul(word, 0x9e3779b1);
/** The hash of a block of eight characters, by its two words. */
const hashOf = (a: number, b: number): number => Math.imul(scramble(a) ^ ((b + (a >>> 15)) | 0), 0x85ebca6b);

/** Four characters of a mark, and the bits that `Alarm.four` gets for them. */
export type Mark = { readonly text: string; readonly bits: number };

/** Bits by hash, exactly: open addressing over all 32 bits of it. */
class Table {
  readonly #hashes: Int32Array;
  readonly #bits: Uint8Array;

  constructor(entries: ReadonlyMap<number, number>) {
    const slots = 1 << bitsFor(entries.size * 2, 4, 24);
    this.#hashes = new Int32Array(slots);
    this.#bits = new Uint8Array(slots);
    for (const [hash, bits] of entries) {
      const slot = this.#slot(hash);
      this.#hashes[slot] = hash;
      this.#bits[slot] = bits;
    }
  }

  /** 0: not entered. */
  get(hash: number): number {
    return this.#bits[this.#slot(hash)] ?? 0;
  }

  /** Where this hash is kept, or the free place where it would be. */
  #slot(hash: number): number {
    const mask = this.#hashes.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    while (this.#bits[slot] !== 0 && this.#hashes[slot] !== hash) slot = (slot + 1) & mask;
    return slot;
  }
}

export class Sieve {
  readonly #bytes = new Uint8Array(TAIL + PIECE + 16);
  readonly #words = new Int32Array(this.#bytes.buffer);
  /** Words of a piece at which something was come upon. */
  readonly #places = new Int32Array((TAIL + PIECE) / 8 + 2);
  readonly #copy: LowBytes;
  readonly #eights: Table;
  readonly #fours: Table;
  /** One bit for the upper bits of a hash of eight, one byte for those of a hash of four: is there one like it? */
  readonly #eightMap: Int32Array;
  readonly #eightShift: number;
  readonly #fourMap: Uint8Array;
  readonly #fourShift: number;

  /**
   * `heads`: what needles begin with, seven characters at least. For them an alarm has the bit of how far into the head
   * the block stands: 0…7 of eight, 0…3 of four.
   */
  constructor(heads: Iterable<string>, marks: readonly Mark[], copy: LowBytes) {
    this.#copy = copy;
    const eight = new Map<number, number>();
    const four = new Map<number, number>();
    for (const head of heads) this.#enter(head, eight, four);
    for (const { text, bits } of marks) {
      const key = scramble(wordOf(text, 0));
      four.set(key, (four.get(key) ?? 0) | bits);
    }
    this.#eights = new Table(eight);
    this.#fours = new Table(four);
    const eightBits = bitsFor(eight.size * 16, 12, 24);
    this.#eightShift = 32 - eightBits;
    this.#eightMap = new Int32Array(1 << (eightBits - 5));
    for (const hash of eight.keys()) {
      const bit = hash >>> this.#eightShift;
      this.#eightMap[bit >>> 5] = (this.#eightMap[bit >>> 5] ?? 0) | (1 << (bit & 31));
    }
    const fourBits = bitsFor(four.size * 32, 14, 18);
    this.#fourShift = 32 - fourBits;
    this.#fourMap = new Uint8Array(1 << fourBits);
    for (const hash of four.keys()) this.#fourMap[hash >>> this.#fourShift] = 1;
  }

  #enter(head: string, eight: Map<number, number>, four: Map<number, number>): void {
    const long = head.length >= LONG;
    const entries = long ? eight : four;
    for (let offset = 0; offset < (long ? 8 : 4); offset++) {
      const a = wordOf(head, offset);
      const key = long ? hashOf(a, wordOf(head, offset + 4)) : scramble(a);
      entries.set(key, (entries.get(key) ?? 0) | (1 << offset));
    }
  }

  /** Looks the text through, in order; every alarm is raised at a place at or after those before it, per kind. */
  scan(text: string, alarm: Alarm): void {
    for (let from = 0; from < text.length; from += PIECE) {
      const start = from === 0 ? 0 : from - TAIL;
      const end = Math.min(from + PIECE, text.length);
      const whole = start === 0 && end === text.length;
      this.#copy(whole ? text : text.slice(start, end), this.#bytes);
      for (let i = end - start; i < end - start + 8; i++) this.#bytes[i] = 0;
      this.#look((from - start) >> 2, (end - start + 3) >> 2, start, alarm);
    }
  }

  /** Words `first` up to `last` of the piece whose bytes begin at `start` of the text. */
  #look(first: number, last: number, start: number, alarm: Alarm): void {
    const words = this.#words;
    const places = this.#places;
    const count = this.#sift(first, last);
    for (let n = 0; n < count; n++) {
      const i = places[n] ?? 0;
      const a = words[i] ?? 0;
      const b = words[i + 1] ?? 0;
      const at = start + i * 4;
      const hash = hashOf(a, b);
      const bit = hash >>> this.#eightShift;
      if ((((this.#eightMap[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) !== 0) {
        const bits = this.#eights.get(hash);
        if (bits !== 0) alarm.eight(at, bits);
      }
      this.#four(at, scramble(a), alarm);
      this.#four(at + 4, scramble(b), alarm);
      if (allKey(a, b) !== 0) alarm.run(at, this.#bytes, i * 4);
    }
  }

  #four(at: number, hash: number, alarm: Alarm): void {
    if (this.#fourMap[hash >>> this.#fourShift] === 0) return;
    const bits = this.#fours.get(hash);
    if (bits !== 0) alarm.four(at, bits);
  }

  /** The fast part: it has no branches, notes every place, and moves on from it only when there was something. */
  #sift(first: number, last: number): number {
    const words = this.#words;
    const places = this.#places;
    const eightMap = this.#eightMap;
    const eightShift = this.#eightShift;
    const fourMap = this.#fourMap;
    const fourShift = this.#fourShift;
    const pairs = PAIRS;
    let count = 0;
    for (let i = first; i < last; i += 2) {
      const a = words[i] ?? 0;
      const b = words[i + 1] ?? 0;
      const bit = hashOf(a, b) >>> eightShift;
      const eight = ((eightMap[bit >>> 5] ?? 0) >>> (bit & 31)) & 1;
      const four = (fourMap[scramble(a) >>> fourShift] ?? 0) | (fourMap[scramble(b) >>> fourShift] ?? 0);
      places[count] = i;
      const key = (pairs[a & 0xffff] ?? 0) & (pairs[a >>> 16] ?? 0) & (pairs[b & 0xffff] ?? 0) & (pairs[b >>> 16] ?? 0);
      count += eight | four | key;
    }
    return count;
  }
}

/** 1 when all eight characters may be part of a key. */
const allKey = (a: number, b: number): number =>
  (PAIRS[a & 0xffff] ?? 0) & (PAIRS[a >>> 16] ?? 0) & (PAIRS[b & 0xffff] ?? 0) & (PAIRS[b >>> 16] ?? 0);

/** Four characters as the machine reads them; bytes and words of a text share their memory. */
const wordOf = (text: string, at: number): number => {
  for (let i = 0; i < 4; i++) FOUR[i] = text.charCodeAt(at + i);
  return WORD[0] ?? 0;
};
const FOUR = new Uint8Array(4);
const WORD = new Int32Array(FOUR.buffer);

/** The bits of the least power of two at or above `count`, within bounds. */
const bitsFor = (count: number, least: number, most: number): number =>
  Math.min(most, Math.max(least, Math.ceil(Math.log2(Math.max(1, count)))));
