/**
 * What all programs share: how they ask the host for bytes and give it some, and how they say what is wrong with a file.
 * Bytes go over as base64, since across the border of the realm go texts alone.
 */

/** What the host offers a program. */
export type Host = {
  /** The bytes from `from` up to and without `to` of a source, by its number; at most 4 MB at once. */
  readonly read: (source: number, from: number, to: number) => Promise<string>;
  readonly write: (out: number, base64: string, last: boolean) => Promise<void>;
  readonly take: (value: unknown) => Promise<void>;
};

type More = {
  readonly fix?: string;
  readonly at?: { readonly field?: string; readonly line?: number; readonly column?: number };
};

/** What is wrong with what was given, in words for whoever built the flow. */
export class Fault extends Error {
  readonly fault: More & { readonly code: string; readonly text: string };
  constructor(code: string, text: string, more: More) {
    super(code);
    this.fault = { code, text, ...more };
  }
}
export const fault = (code: string, text: string, more: More = {}): Fault => new Fault(code, text, more);

/** A program: what it gives, or what is wrong, as the host expects it. */
export const program =
  <I>(act: (input: I, host: Host) => Promise<unknown>) =>
  async (input: I, host: Host): Promise<unknown> => {
    try {
      return { value: await act(input, host) };
    } catch (error) {
      if (error instanceof Fault) return { fault: error.fault };
      throw error;
    }
  };

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Uint8Array(128);
for (let i = 0; i < 64; i += 1) VALUES[LETTERS.charCodeAt(i)] = i;
const CODES = new Uint8Array(64);
for (let i = 0; i < 64; i += 1) CODES[i] = LETTERS.charCodeAt(i);

/** The host's base64, which is well formed. */
export const fromBase64 = (text: string): Uint8Array => {
  let { length } = text;
  while (length > 0 && text.charCodeAt(length - 1) === 61) length -= 1;
  const bytes = new Uint8Array((length * 3) >> 2);
  let at = 0;
  for (let i = 0; i < length; i += 4) {
    const word =
      ((VALUES[text.charCodeAt(i)] ?? 0) << 18) |
      ((VALUES[text.charCodeAt(i + 1)] ?? 0) << 12) |
      ((i + 2 < length ? (VALUES[text.charCodeAt(i + 2)] ?? 0) : 0) << 6) |
      (i + 3 < length ? (VALUES[text.charCodeAt(i + 3)] ?? 0) : 0);
    // Writing beyond the end of typed memory does nothing.
    bytes[at] = word >> 16;
    bytes[at + 1] = word >> 8;
    bytes[at + 2] = word;
    at += 3;
  }
  return bytes;
};

const AT_ONCE = 6_144;
export const toBase64 = (bytes: Uint8Array): string => {
  const parts: string[] = [];
  for (let start = 0; start < bytes.length; start += AT_ONCE) {
    const end = Math.min(bytes.length, start + AT_ONCE);
    const letters: number[] = [];
    for (let i = start; i < end; i += 3) {
      const word = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
      letters.push(CODES[word >> 18] ?? 0, CODES[(word >> 12) & 63] ?? 0);
      letters.push(i + 1 < end ? (CODES[(word >> 6) & 63] ?? 0) : 61, i + 2 < end ? (CODES[word & 63] ?? 0) : 61);
    }
    parts.push(String.fromCharCode(...letters));
  }
  return parts.join('');
};

/** Bytes of one source that were asked for at once. */
const WINDOW = 1024 * 1024;

/** A source of the host, read where it is needed. */
export class Source {
  readonly size: number;
  readonly #host: Host;
  readonly #number: number;
  #start = 0;
  #held: Uint8Array = new Uint8Array(0);

  constructor(host: Host, number: number, size: number) {
    this.#host = host;
    this.#number = number;
    this.size = size;
  }

  /** The bytes from `from` up to and without `to`; fewer at the end of the source. */
  async at(from: number, to: number): Promise<Uint8Array> {
    const end = Math.min(to, this.size);
    if (from >= end) return new Uint8Array(0);
    if (from >= this.#start && end <= this.#start + this.#held.length)
      return this.#held.subarray(from - this.#start, end - this.#start);
    if (end - from > WINDOW) return this.#many(from, end);
    this.#held = fromBase64(await this.#host.read(this.#number, from, Math.min(this.size, from + WINDOW)));
    this.#start = from;
    return this.#held.subarray(0, end - from);
  }

  async #many(from: number, end: number): Promise<Uint8Array> {
    const whole = new Uint8Array(end - from);
    for (let at = from; at < end; at += WINDOW)
      whole.set(fromBase64(await this.#host.read(this.#number, at, Math.min(end, at + WINDOW))), at - from);
    return whole;
  }

  /** All of it, in pieces. */
  async *pieces(from = 0, to = this.size): AsyncGenerator<Uint8Array> {
    for (let at = from; at < to; at += WINDOW)
      yield fromBase64(await this.#host.read(this.#number, at, Math.min(to, at + WINDOW)));
  }

  /** All of it, where it is no larger than that. */
  async whole(most: number, tooLarge: () => Fault): Promise<Uint8Array> {
    if (this.size > most) throw tooLarge();
    return this.#many(0, this.size);
  }
}

/** What is written, gathered into pieces that are worth a call. */
export class Sink {
  readonly #host: Host;
  readonly #number: number;
  #waiting: Uint8Array[] = [];
  #size = 0;
  written = 0;

  constructor(host: Host, number: number) {
    this.#host = host;
    this.#number = number;
  }

  async add(piece: Uint8Array): Promise<void> {
    if (piece.length === 0) return;
    this.#waiting.push(piece);
    this.#size += piece.length;
    this.written += piece.length;
    if (this.#size >= WINDOW) await this.#flush(false);
  }

  async end(): Promise<void> {
    await this.#flush(true);
  }

  async #flush(last: boolean): Promise<void> {
    const whole = joined(this.#waiting, this.#size);
    this.#waiting = [];
    this.#size = 0;
    let at = 0;
    for (; whole.length - at > WINDOW; at += WINDOW)
      await this.#host.write(this.#number, toBase64(whole.subarray(at, at + WINDOW)), false);
    await this.#host.write(this.#number, toBase64(whole.subarray(at)), last);
  }
}

export const joined = (pieces: readonly Uint8Array[], size: number): Uint8Array => {
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
};

/** Text in UTF-8; undefined where it is none. */
export const textOf = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
};
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
