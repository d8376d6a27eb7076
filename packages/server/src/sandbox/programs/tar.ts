/**
 * tar in gzip (POSIX.1-2001 ustar and pax, long names of GNU): what it holds, one entry after the other, and writing it.
 *
 * TA1 Files and folders alone: a link, a device or a pipe makes the archive a Problem.
 */

import { Gzip } from 'fflate';
import { fault, type Sink, textOf, utf8 } from './bytes.ts';
import type { Budget } from './inflate.ts';
import type { Packed } from './zip.ts';

const BLOCK = 512;
/** Bytes of what says more about the next entry. */
const LONGEST_MORE = 1024 * 1024;

const broken = (why: string) =>
  fault('archive.damaged', `It is no whole tar archive: ${why}`, { fix: 'Fetch or make it again.' });

/** Pieces, asked for by number of bytes. */
class Tape {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #held: Uint8Array = new Uint8Array(0);

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** Up to that many bytes, as they come; none at the end. */
  async some(most: number): Promise<Uint8Array> {
    while (this.#held.length === 0) {
      const next = await this.#pieces.next();
      if (next.done === true) return new Uint8Array(0);
      this.#held = next.value;
    }
    const piece = this.#held.subarray(0, most);
    this.#held = this.#held.subarray(piece.length);
    return piece;
  }

  /** So many bytes; fewer at the end. */
  async exactly(count: number): Promise<Uint8Array> {
    const whole = new Uint8Array(count);
    let at = 0;
    while (at < count) {
      const piece = await this.some(count - at);
      if (piece.length === 0) return whole.subarray(0, at);
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }
}

const text = (block: Uint8Array, from: number, length: number): string => {
  const field = block.subarray(from, from + length);
  const end = field.indexOf(0);
  const bytes = end < 0 ? field : field.subarray(0, end);
  return textOf(bytes) ?? String.fromCharCode(...bytes);
};

const numberAt = (block: Uint8Array, from: number, length: number): number => {
  // GNU: a number too large for digits stands there in binary.
  if (((block[from] ?? 0) & 0x80) !== 0) {
    let value = (block[from] ?? 0) & 0x7f;
    for (let i = 1; i < length; i += 1) value = value * 256 + (block[from + i] ?? 0);
    return value;
  }
  const digits = text(block, from, length).trim();
  return digits === '' ? 0 : /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
};

const sumOf = (block: Uint8Array): number => {
  let sum = 0;
  for (let i = 0; i < BLOCK; i += 1) sum += i >= 148 && i < 156 ? 32 : (block[i] ?? 0);
  return sum;
};

/** `path` and `size` of records of the form `LENGTH KEY=VALUE\n`. */
const paxOf = (bytes: Uint8Array): { path?: string; size?: number } => {
  const found: { path?: string; size?: number } = {};
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(32, at);
    const length = Number(text(bytes, at, Math.max(0, space - at)));
    if (space < 0 || !Number.isSafeInteger(length) || length <= 0 || at + length > bytes.length)
      throw broken('a record of it makes no sense');
    const [, key = '', value = ''] =
      /^([^=]*)=([\s\S]*)\n$/.exec(textOf(bytes.subarray(space + 1, at + length)) ?? '') ?? [];
    if (key === 'path') found.path = value;
    if (key === 'size') found.size = Number(value);
    at += length;
  }
  return found;
};

export type TarEntry = { readonly name: string; readonly size: number; readonly folder: boolean };

/** Calls `each` for every entry, with what it holds; what it leaves is passed over. */
export const readTar = async (
  pieces: AsyncIterable<Uint8Array>,
  budget: Budget,
  each: (entry: TarEntry, data: AsyncGenerator<Uint8Array>) => Promise<void>,
): Promise<void> => {
  const tape = new Tape(pieces);
  let more: { path?: string; size?: number } = {};
  for (;;) {
    const block = await tape.exactly(BLOCK);
    if (block.length === 0) return;
    if (block.length < BLOCK) throw broken('it is cut off');
    if (block.every((byte) => byte === 0)) {
      // Read to its end, so that all of it is counted.
      while ((await tape.some(1024 * 1024)).length > 0);
      return;
    }
    if (numberAt(block, 148, 8) !== sumOf(block)) throw broken('the head of an entry does not add up');
    const type = String.fromCharCode(block[156] ?? 0);
    const size =
      type === 'x' || type === 'L' || type === 'g' ? numberAt(block, 124, 12) : (more.size ?? numberAt(block, 124, 12));
    if (!Number.isSafeInteger(size) || size < 0) throw broken('the size of an entry is no number');
    const padding = (BLOCK - (size % BLOCK)) % BLOCK;
    if (type === 'x' || type === 'L' || type === 'g') {
      if (size > LONGEST_MORE) throw broken('what it says of an entry is too long');
      const told = await tape.exactly(size + padding);
      if (type === 'x') more = { ...more, ...paxOf(told.subarray(0, size)) };
      if (type === 'L') more = { ...more, path: text(told, 0, size) };
      continue;
    }
    const prefix = text(block, 257, 5) === 'ustar' ? text(block, 345, 155) : '';
    const short = text(block, 0, 100);
    const name = more.path ?? (prefix === '' ? short : `${prefix}/${short}`);
    more = {};
    budget.entry();
    if (type !== '0' && type !== '\0' && type !== '5' && type !== '7')
      throw fault('archive.link', `The entry ${name} is a link or a device, and no file`, {
        fix: 'Pack the files themselves.',
      });
    let left = size;
    const data = async function* (): AsyncGenerator<Uint8Array> {
      while (left > 0) {
        const piece = await tape.some(left);
        if (piece.length === 0) throw broken('it is cut off');
        left -= piece.length;
        yield piece;
      }
    };
    const folder = type === '5' || name.endsWith('/');
    const held = data();
    await each({ name, size, folder }, held);
    for await (const _ of held);
    await tape.exactly(padding);
  }
};

const octal = (value: number, length: number): string => value.toString(8).padStart(length - 1, '0') + '\0';

const headOf = (name: string, size: number, type: string): Uint8Array => {
  const block = new Uint8Array(BLOCK);
  const put = (at: number, value: string): void => block.set(utf8(value), at);
  block.set(utf8(name).subarray(0, 100), 0);
  put(100, octal(0o644, 8));
  put(108, octal(0, 8));
  put(116, octal(0, 8));
  put(124, octal(size, 12));
  put(136, octal(0, 12));
  put(156, type);
  put(257, 'ustar\0' + '00');
  put(148, octal(sumOf(block), 7) + ' ');
  return block;
};

const paxRecord = (key: string, value: string): Uint8Array => {
  const body = utf8(` ${key}=${value}\n`);
  let length = body.length + 1;
  while (String(length).length + body.length !== length) length = String(length).length + body.length;
  const record = new Uint8Array(length);
  record.set(utf8(String(length)));
  record.set(body, length - body.length);
  return record;
};

/** Writes tar in gzip. No entry has a time or an owner of its own: the same files give the same bytes. */
export const writeTar = async (entries: Iterable<Packed & { readonly size: number }>, sink: Sink): Promise<void> => {
  let made: Uint8Array[] = [];
  const gzip = new Gzip({ level: 6, mtime: 0 });
  gzip.ondata = (chunk) => void made.push(chunk);
  const put = async (piece: Uint8Array, last = false): Promise<void> => {
    gzip.push(piece, last);
    const all = made;
    made = [];
    for (const chunk of all) await sink.add(chunk);
  };
  const padded = (size: number): Uint8Array => new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK);
  for (const { name, size, pieces } of entries) {
    if (utf8(name).length > 100 || /[^\x20-\x7e]/.test(name)) {
      const record = paxRecord('path', name);
      await put(headOf('pax', record.length, 'x'));
      await put(record);
      await put(padded(record.length));
    }
    await put(headOf(name, size, '0'));
    for await (const piece of pieces()) await put(piece);
    await put(padded(size));
  }
  await put(new Uint8Array(2 * BLOCK), true);
};
