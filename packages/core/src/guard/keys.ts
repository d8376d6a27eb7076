/**
 * Finds key shapes (shapes.ts) where the sieve raised an alarm. What the instance knows as a secret is found by value
 * (needles.ts); this finds keys that somebody pasted where they do not belong.
 *
 * KY1 Linear: a place is looked at a bounded number of times, and runs are measured once (RN1).
 * KY2 Every place where a shape stands is found, overlapping ones too, so what is found does not depend on how the sieve
 *     came upon it.
 */

import { Runs } from './runs.ts';
import { type Class, SHAPES, type Shape, type ShapeKind } from './shapes.ts';
import { type Alarm, lowBytes, type Mark, Sieve } from './sieve.ts';

/** A part of a text that is a key: from `start` up to `end`, what kind, and where the mark begins by which it is known. */
export type Found = { readonly mark: number; readonly start: number; readonly end: number; readonly kind: ShapeKind };

type Known = Shape & { readonly kind: ShapeKind };
type Probe = { readonly mark: string; readonly back: number; readonly shape: Known };

/** Marks by the two characters that lead to them: their first, or their last when they end in a full stop. */
const PROBES: Probe[][] = [[]];
const PAIRS = new Uint8Array(1 << 16);
/** Words by their first character. */
const WORDS = new Map<number, Probe[]>();
/** All that a mark can begin with, itself left out. */
const BEGINNINGS = new Set<string>([':', ':/']);
const COLON = 0x3a;
let longest = 3;
/** What can begin with a character of ASCII: a word, a beginning. No other character begins one. */
const FIRST = new Uint8Array(128);
const [A_WORD, A_BEGINNING] = [1, 2];
const first = (code: number, what: number): void => {
  FIRST[code] = (FIRST[code] ?? 0) | what;
};
first(COLON, A_BEGINNING);

const pairOf = (a: number, b: number): number => (a & 255) | ((b & 255) << 8);

const enter = (mark: string, shape: Known): void => {
  longest = Math.max(longest, mark.length);
  first(mark.charCodeAt(0), shape.by === 'word' ? A_WORD | A_BEGINNING : A_BEGINNING);
  for (let i = 1; i < mark.length; i++) BEGINNINGS.add(mark.slice(0, i));
  if (shape.by === 'word') {
    const code = mark.charCodeAt(0);
    const same = WORDS.get(code) ?? [];
    WORDS.set(code, [...same, { mark, back: 0, shape }]);
    return;
  }
  const back = mark.endsWith('.') ? mark.length - 2 : 0;
  const pair = pairOf(mark.charCodeAt(back), mark.charCodeAt(back + 1));
  const id = PAIRS[pair] || PROBES.push([]) - 1;
  PAIRS[pair] = id;
  PROBES[id]?.push({ mark, back, shape });
};
for (const shape of SHAPES as readonly Known[]) for (const mark of shape.marks) enter(mark, shape);
// Of marks that begin alike the longest is asked first, and names the key.
for (const probes of PROBES) probes.sort((a, b) => b.mark.length - a.mark.length);

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The blocks of four by which the sieve comes upon words; their offsets are bits 4 to 7. */
export const wordMarks = (): Mark[] =>
  [...WORDS.values()].flat().flatMap(({ mark }) =>
    [0, 1, 2, 3].flatMap((offset) => {
      const text = mark.slice(offset, offset + 4);
      const texts = text.length === 4 ? [text] : Array.from(BASE64, (c) => text + c);
      return texts.map((one) => ({ text: one, bits: 16 << offset }));
    }),
  );

/** How far behind the beginning of a mark the run can be that led to it. */
const REACH = 9;

export class Keys implements Alarm {
  readonly #text: string;
  #runs: Runs | undefined;
  readonly found: Found[] = [];
  /** Up to here no key of those that need a digit begins. */
  #barren = 0;
  /** The first place where a key stands, or may, whose end the text does not show. */
  open: number;

  constructor(text: string) {
    this.#text = text;
    this.open = text.length;
  }

  /** The sieve saw eight characters of keys at `at`, which are `bytes` from `index` on. */
  run(at: number, bytes: Uint8Array, index: number): void {
    const first = Math.max(0, index - REACH);
    let one = bytes[first] ?? 0;
    for (let i = first; i <= index; i++) {
      const next = bytes[i + 1] ?? 0;
      const id = PAIRS[one | (next << 8)] ?? 0;
      if (id !== 0) this.#probe(id, at - index + i);
      one = next;
    }
  }

  #probe(id: number, pair: number): void {
    for (const probe of PROBES[id] ?? []) if (this.#look(probe, pair - probe.back)) return;
  }

  /** Of needles, which are not here. */
  eight(): void {}

  /** The sieve saw four characters of a word at `at`; bit 4 + n: n characters after its beginning. */
  four(at: number, bits: number): void {
    for (let offset = 0; offset < 4; offset++) if ((bits & (16 << offset)) !== 0) this.#word(at - offset);
  }

  #word(at: number): void {
    for (const probe of WORDS.get(this.#text.charCodeAt(at)) ?? []) this.#look(probe, at);
  }

  /** A password in an address: what stands between `://user:` and `@`. */
  addresses(): void {
    const text = this.#text;
    for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
      const start = addressAt(text, at);
      if (start !== -1) this.found.push({ mark: Math.max(0, start - USER - 4), start, end: at, kind: 'password' });
    }
  }

  /** Looks at the end of a text that goes on, from `from` on, for what the sieve cannot come upon yet; `open` is right afterwards. */
  tail(from: number): void {
    const text = this.#text;
    for (let at = Math.max(from, text.length - 64); at < text.length; at++) {
      const code = text.charCodeAt(at);
      const id = PAIRS[pairOf(code, text.charCodeAt(at + 1))] ?? 0;
      if (id !== 0) this.#probe(id, at);
      const begins = FIRST[code] ?? 0;
      if ((begins & A_WORD) !== 0) this.#word(at);
      if ((begins & A_BEGINNING) !== 0 && text.length - at < longest && BEGINNINGS.has(text.slice(at))) this.#opens(at);
    }
    const address = addressOpen(text);
    if (address !== -1) this.#opens(address);
  }

  /** What lies in the one before it adds nothing to it. */
  #add(next: Found): void {
    const last = this.found.at(-1);
    if (last === undefined || last.kind !== next.kind || next.start < last.start || next.end > last.end)
      this.found.push(next);
  }

  #opens(at: number): void {
    if (at < this.open) this.open = at;
  }

  #look({ mark, shape }: Probe, start: number): boolean {
    const text = this.#text;
    if (start < 0 || (start < this.#barren && isAnyToken(shape)) || !text.startsWith(mark, start)) return false;
    if (shape.common === true && !beginsWord(text, start)) return false;
    const after = start + mark.length;
    const runs = (this.#runs ??= new Runs(text));
    runs.touched = false;
    const end = bodyEnd(shape, runs, after);
    if (runs.touched) this.#opens(start);
    if (end === -1) {
      // A run without a digit holds no digit further on either.
      if (isAnyToken(shape)) this.#barren = runs.end('token', after);
      return false;
    }
    this.#add({ mark: start, start: shape.keep === true ? after : start, end, kind: shape.kind });
    return true;
  }
}

/** Does nothing but the lack of a digit, or of characters, speak against a place within a run? */
const isAnyToken = (shape: Shape): boolean =>
  shape.common === true && shape.of === 'token' && shape.most === undefined && shape.form === undefined;

const isWord = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);

/** Characters before a place that tell whether a word begins there. */
export const CONTEXT = 6;

/** What stands before is no letter and no digit, or is the end of an escape: `\\n`, `%20`, `\\u000a`. */
const beginsWord = (text: string, at: number): boolean => {
  if (at === 0 || !isWord(text.charCodeAt(at - 1))) return true;
  if (text[at - 3] === '%' || (text[at - 6] === '\\' && text[at - 5] === 'u')) return true;
  return text[at - 2] === '\\' && 'ntrbf'.includes(text.charAt(at - 1));
};

/** Where the body of a shape ends that begins at `after`; -1: this is none. */
const bodyEnd = (shape: Known, runs: Runs, after: number): number => {
  const all = runs.end(shape.of, after);
  if (all - after < shape.least) return -1;
  const end = shape.most === undefined ? all : Math.min(all, after + shape.most);
  if (shape.common === true && !runs.digit(after, end)) return -1;
  if (shape.whole === true && runs.end('word', end) > end) return -1;
  switch (shape.form) {
    case undefined:
      return end;
    case 'digit':
      return runs.digit(after, end) ? end : -1;
    case 'basic':
      return isBasic(runs.text, after, end) ? end : -1;
    case 'jwt':
      return parts(runs, end, ['token', 'token'], [8, 0]);
    case 'sendgrid':
      return parts(runs, end, ['token'], [16]);
    case 'pem':
      return pem(runs, after, end);
  }
};

/** Further parts, a full stop before each. */
const parts = (runs: Runs, from: number, classes: readonly Class[], least: readonly number[]): number => {
  let end = from;
  for (const [i, of] of classes.entries()) {
    if (runs.text[end] !== '.') return -1;
    const next = runs.end(of, end + 1);
    if (next - end - 1 < (least[i] ?? 0)) return -1;
    end = next;
  }
  return end;
};

/** A basic credential is the base64 of `user:password`; `basic understanding` is not. */
const isBasic = (text: string, from: number, to: number): boolean => {
  const code = (i: number): number => BASE64.indexOf(text.charAt(from + i));
  const most = Math.min(to - from, 400);
  for (let i = 0; i < most; i += 4) {
    const bits = ((code(i) & 63) << 18) | ((code(i + 1) & 63) << 12) | ((code(i + 2) & 63) << 6) | (code(i + 3) & 63);
    if (bits >> 16 === 0x3a || ((bits >> 8) & 255) === 0x3a || (bits & 255) === 0x3a) return true;
  }
  return false;
};

const PEM_HEAD = /[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/y;

/** A private key ends at its last line; one that is cut off, when it holds a line of key material, where such lines end. */
const pem = (runs: Runs, after: number, all: number): number => {
  PEM_HEAD.lastIndex = after;
  const head = PEM_HEAD.exec(runs.text);
  if (head === null) return -1;
  const body = after + head[0].length;
  const last = runs.pemEnd(body);
  if (last !== -1 && last <= all) return last;
  const line = runs.pemLine(body);
  return line !== -1 && line < all ? all : -1;
};

const USER = 256;
const PASSWORD = 1024;

/** May this character stand in the user's name or the password of an address? All but white space and /?#@"'<>. */
const inAddress = (code: number): boolean =>
  code > 32 && code !== 34 && code !== 35 && code !== 39 && code !== 47 && code !== 60 && (code < 62 || code > 64);

/** Where `user:password` begins that ends at `end`; -1: nothing behind `://` does. */
const accountAt = (text: string, end: number): number => {
  let at = end;
  const least = Math.max(0, end - USER - PASSWORD - 1);
  while (at > least && inAddress(text.charCodeAt(at - 1))) at--;
  return at >= 3 && text.startsWith('://', at - 3) ? at : -1;
};

/** Where the password begins that ends before the `@` at `end`; -1: there is none. */
const addressAt = (text: string, end: number): number => {
  const account = accountAt(text, end);
  if (account === -1) return -1;
  const colon = text.indexOf(':', account);
  if (colon === -1 || colon >= end || colon - account > USER) return -1;
  const length = end - colon - 1;
  return length >= 1 && length <= PASSWORD ? colon + 1 : -1;
};

/** Where the address begins that the text ends in, and that may still turn out to hold a password; -1: it ends in none. */
const addressOpen = (text: string): number => {
  const account = accountAt(text, text.length);
  return account === -1 ? -1 : account - 3;
};

const sieve = new Sieve([], wordMarks(), lowBytes);

/** All keys in the text, in order, not overlapping. */
export const findKeys = (text: string): readonly Found[] => {
  if (text.length < SHORTEST) return NONE;
  const keys = new Keys(text);
  sieve.scan(text, keys);
  keys.addresses();
  return keys.found.length === 0 ? NONE : merged(keys.found);
};

const NONE: readonly Found[] = [];
/** `s://a:b@` and nothing shorter. */
export const SHORTEST = 8;

const merged = (found: Found[]): readonly Found[] => {
  const made: Found[] = [];
  for (const next of found.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = made.at(-1);
    if (last === undefined || next.start >= last.end) made.push(next);
    else if (next.end > last.end) made[made.length - 1] = { ...last, end: next.end };
  }
  return made;
};

/** Would showing this text (a name or a short literal) risk showing a secret? Strict: a random look is enough. */
export const looksSecret = (text: string): boolean => {
  if (findKeys(text).length > 0) return true;
  if (text.length < 16 || /\s/.test(text)) return false;
  if (/^[0-9a-fA-F-]{24,}$/.test(text)) return true;
  return /[A-Z]/.test(text) && /[a-z]/.test(text) && /[0-9]/.test(text);
};
