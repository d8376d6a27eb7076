/**
 * `TextEncoder`, `TextDecoder`, `atob` and `btoa` for the realm of code, as the standards say and for UTF-8 and windows-1252 alone. The
 * function is handed over as text and evaluated inside each engine (realm.ts), so it refers to nothing outside itself.
 *
 * WT1 What an object remembers lies in its own private fields: nothing is kept for all of a realm.
 */

type World = Record<PropertyKey, unknown>;

/** Puts them on the global object. Before the realm is frozen. */
// oxlint-disable-next-line max-lines-per-function -- one text that stands alone
export const installText = (world: World): void => {
  'use strict';
  const PIECE = 2_048;
  /** So many plain characters in a row are taken at once. */
  const WORTH = 16;
  const textOf = (units: ArrayLike<number>): string => String.fromCharCode.apply(null, units as number[]);

  /** An error as browsers and Node name it; there is no DOMException here. */
  const named = (name: string, code: number, text: string): Error => {
    const error = new Error(text);
    Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true });
    Object.defineProperty(error, 'code', { value: code, configurable: true, writable: true });
    return error;
  };

  /** The code point at a place; of half a pair, the sign that stands for what cannot be read. */
  const pointAt = (text: string, at: number): number => {
    const point = text.codePointAt(at) ?? 0;
    return point >= 0xd800 && point <= 0xdfff ? 0xfffd : point;
  };
  const lengthOf = (point: number): number => (point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4);
  /** Writes one code point and gives the place after it. */
  const put = (into: Uint8Array, at: number, point: number): number => {
    if (point < 0x80) {
      into[at] = point;
      return at + 1;
    }
    if (point < 0x800) {
      into[at] = 0xc0 | (point >> 6);
      into[at + 1] = 0x80 | (point & 63);
      return at + 2;
    }
    if (point < 0x10000) {
      into[at] = 0xe0 | (point >> 12);
      into[at + 1] = 0x80 | ((point >> 6) & 63);
      into[at + 2] = 0x80 | (point & 63);
      return at + 3;
    }
    into[at] = 0xf0 | (point >> 18);
    into[at + 1] = 0x80 | ((point >> 12) & 63);
    into[at + 2] = 0x80 | ((point >> 6) & 63);
    into[at + 3] = 0x80 | (point & 63);
    return at + 4;
  };

  class TextEncoder {
    get encoding(): string {
      return 'utf-8';
    }

    encode(input: unknown = ''): Uint8Array {
      const text = `${input as string}`;
      let size = 0;
      for (let i = 0; i < text.length; i += 1) {
        const unit = text.charCodeAt(i);
        if (unit < 0x80) size += 1;
        else {
          const point = pointAt(text, i);
          size += lengthOf(point);
          if (point > 0xffff) i += 1;
        }
      }
      const bytes = new Uint8Array(size);
      let at = 0;
      for (let i = 0; i < text.length; i += 1) {
        const unit = text.charCodeAt(i);
        if (unit < 0x80) {
          bytes[at] = unit;
          at += 1;
        } else {
          const point = pointAt(text, i);
          at = put(bytes, at, point);
          if (point > 0xffff) i += 1;
        }
      }
      return bytes;
    }

    encodeInto(source: unknown, destination: Uint8Array): { read: number; written: number } {
      if (!(destination instanceof Uint8Array)) throw new TypeError('encodeInto writes into a Uint8Array');
      const text = `${source as string}`;
      let read = 0;
      let written = 0;
      while (read < text.length) {
        const point = pointAt(text, read);
        if (written + lengthOf(point) > destination.length) break;
        written = put(destination, written, point);
        read += point > 0xffff ? 2 : 1;
      }
      return { read, written };
    }
  }

  const LABELS = 'unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8'.split(' ');

  const WESTERN_LABELS =
    'ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252'.split(
      ' ',
    );
  /** What the bytes 0x80 to 0x9f stand for in windows-1252. */
  const WESTERN =
    '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178';

  const westernOf = (bytes: Uint8Array): string => {
    let text = '';
    for (let from = 0; from < bytes.length; from += PIECE) {
      const units = Array.from(bytes.subarray(from, from + PIECE), (byte) =>
        byte >= 0x80 && byte < 0xa0 ? WESTERN.charCodeAt(byte - 0x80) : byte,
      );
      text += textOf(units);
    }
    return text;
  };

  const bytesOf = (input: unknown): Uint8Array => {
    if (input === undefined) return new Uint8Array(0);
    if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
    if (input instanceof ArrayBuffer) return new Uint8Array(input);
    throw new TypeError('decode takes an ArrayBuffer or a view of one');
  };

  class TextDecoder {
    readonly #fatal: boolean;
    readonly #ignoreBOM: boolean;
    readonly #western: boolean;
    /** Between two calls of a stream: bytes still needed, what was read of the point, and what the next byte may be. */
    #needed = 0;
    #point = 0;
    #low = 0x80;
    #high = 0xbf;
    #begun = false;

    constructor(written: unknown = 'utf-8', options?: { fatal?: unknown; ignoreBOM?: unknown }) {
      const wanted = `${written as string}`;
      const label = wanted.trim().toLowerCase();
      this.#western = WESTERN_LABELS.includes(label);
      if (!this.#western && !LABELS.includes(label))
        throw new RangeError(`The "${wanted}" encoding is not supported: code decodes utf-8 and windows-1252`);
      if (options !== undefined && options !== null && typeof options !== 'object' && typeof options !== 'function')
        throw new TypeError('The options of TextDecoder are an object');
      this.#fatal = Boolean(options?.fatal);
      this.#ignoreBOM = Boolean(options?.ignoreBOM);
    }

    get encoding(): string {
      return this.#western ? 'windows-1252' : 'utf-8';
    }

    get fatal(): boolean {
      return this.#fatal;
    }

    get ignoreBOM(): boolean {
      return this.#ignoreBOM;
    }

    #reset(): void {
      this.#needed = 0;
      this.#low = 0x80;
      this.#high = 0xbf;
    }

    #wrong(): number {
      this.#reset();
      if (!this.#fatal) return 0xfffd;
      this.#begun = false;
      const error = new TypeError('The encoded data was not valid for encoding utf-8');
      Object.defineProperty(error, 'code', { value: 'ERR_ENCODING_INVALID_ENCODED_DATA', configurable: true });
      throw error;
    }

    decode(input?: unknown, options?: { stream?: unknown }): string {
      const bytes = bytesOf(input);
      if (this.#western) return westernOf(bytes);
      const stream = Boolean(options?.stream);
      let text = '';
      let units: number[] = [];
      const add = (point: number): void => {
        const first = !this.#begun;
        this.#begun = true;
        if (first && point === 0xfeff && !this.#ignoreBOM) return;
        if (point > 0xffff) units.push(0xd800 + ((point - 0x10000) >> 10), 0xdc00 + ((point - 0x10000) & 1023));
        else units.push(point);
        if (units.length < PIECE) return;
        text += textOf(units);
        units = [];
      };
      for (let i = 0; i < bytes.length; i += 1) {
        const byte = bytes[i] ?? 0;
        if (this.#needed === 0) {
          if (byte < 0x80) {
            let end = i + 1;
            while (end < bytes.length && end - i < PIECE && (bytes[end] ?? 0) < 0x80) end += 1;
            if (end - i < WORTH) add(byte);
            else {
              this.#begun = true;
              text += textOf(units) + textOf(bytes.subarray(i, end));
              units = [];
              i = end - 1;
            }
          } else if (byte >= 0xc2 && byte <= 0xdf) this.#open(1, byte & 31);
          else if (byte >= 0xe0 && byte <= 0xef) {
            this.#open(2, byte & 15);
            if (byte === 0xe0) this.#low = 0xa0;
            if (byte === 0xed) this.#high = 0x9f;
          } else if (byte >= 0xf0 && byte <= 0xf4) {
            this.#open(3, byte & 7);
            if (byte === 0xf0) this.#low = 0x90;
            if (byte === 0xf4) this.#high = 0x8f;
          } else add(this.#wrong());
          continue;
        }
        if (byte < this.#low || byte > this.#high) {
          add(this.#wrong());
          // What does not continue may begin something.
          i -= 1;
          continue;
        }
        this.#low = 0x80;
        this.#high = 0xbf;
        this.#point = (this.#point << 6) | (byte & 63);
        this.#needed -= 1;
        if (this.#needed === 0) add(this.#point);
      }
      if (!stream) {
        if (this.#needed > 0) add(this.#wrong());
        this.#begun = false;
      }
      return text + textOf(units);
    }

    #open(needed: number, point: number): void {
      this.#needed = needed;
      this.#point = point;
    }
  }

  const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const invalid = (text: string): Error => named('InvalidCharacterError', 5, text);

  const functions = {
    btoa(data: unknown): string {
      const text = `${data as string}`;
      let out = '';
      for (let i = 0; i < text.length; i += 3) {
        const [a, b, c] = [text.charCodeAt(i), text.charCodeAt(i + 1), text.charCodeAt(i + 2)];
        if (a > 255 || b > 255 || c > 255)
          throw invalid('btoa takes characters up to U+00FF: encode others with TextEncoder first');
        out += LETTERS.charAt(a >> 2) + LETTERS.charAt(((a & 3) << 4) | (b >> 4));
        out += i + 1 < text.length ? LETTERS.charAt(((b & 15) << 2) | (c >> 6)) : '=';
        out += i + 2 < text.length ? LETTERS.charAt(c & 63) : '=';
      }
      return out;
    },
    atob(data: unknown): string {
      let text = `${data as string}`.replace(/[\t\n\f\r ]/g, '');
      if (text.length % 4 === 0) text = text.replace(/={1,2}$/, '');
      if (text.length % 4 === 1) throw invalid('atob takes base64; this is no whole number of bytes');
      let out = '';
      let bits = 0;
      let held = 0;
      for (let i = 0; i < text.length; i += 1) {
        const value = LETTERS.indexOf(text.charAt(i));
        if (value < 0) throw invalid('atob takes base64; this holds another character');
        bits = ((bits << 6) | value) & 0xffff;
        held += 6;
        if (held < 8) continue;
        held -= 8;
        out += String.fromCharCode((bits >> held) & 255);
      }
      return out;
    },
  };

  for (const [kind, members] of [
    [TextEncoder, ['encoding', 'encode', 'encodeInto']],
    [TextDecoder, ['encoding', 'fatal', 'ignoreBOM', 'decode']],
  ] as const) {
    for (const name of members) Object.defineProperty(kind.prototype, name, { enumerable: true });
    Object.defineProperty(kind.prototype, Symbol.toStringTag, { value: kind.name, configurable: true });
    Object.defineProperty(world, kind.name, { value: kind, writable: true, configurable: true });
  }
  for (const [name, value] of Object.entries(functions))
    Object.defineProperty(world, name, { value, writable: true, configurable: true });
};
