/**
 * zip (PKWARE APPNOTE 6.3): its list, read from the end, and what each entry holds. Inflating is fflate's.
 *
 * ZI1 Only the list at the end counts. An entry that is a link, a device, encrypted, or packed in a way of its own makes
 *     the archive a Problem.
 */

import { Zip, ZipDeflate, ZipPassThrough } from 'fflate';
import { fault, type Sink, type Source, textOf } from './bytes.ts';
import { type Budget, inflated } from './inflate.ts';

/** `data`: what it holds; it can be asked for again. */
export type Entry = {
  readonly name: string;
  readonly size: number;
  readonly folder: boolean;
  readonly data: () => AsyncGenerator<Uint8Array>;
};

const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
/** Bytes of the list of entries. */
const LONGEST_LIST = 64 * 1024 * 1024;

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const broken = (why: string) =>
  fault('archive.damaged', `It is no whole zip archive: ${why}`, { fix: 'Fetch or make it again.' });
const u64 = (at: DataView, from: number): number => at.getUint32(from, true) + at.getUint32(from + 4, true) * 2 ** 32;

/** Where the list of entries lies. */
const listPlace = async (source: Source): Promise<{ from: number; size: number; count: number }> => {
  const from = Math.max(0, source.size - 65_557);
  const tail = await source.at(from, source.size);
  const at = view(tail);
  for (let i = tail.length - 22; i >= 0; i -= 1) {
    if (at.getUint32(i, true) !== END || i + 22 + at.getUint16(i + 20, true) > tail.length) continue;
    const place = {
      count: at.getUint16(i + 10, true),
      size: at.getUint32(i + 12, true),
      from: at.getUint32(i + 16, true),
    };
    if (place.count !== 0xffff && place.size !== 0xffffffff && place.from !== 0xffffffff) return place;
    if (i < 20 || at.getUint32(i - 20, true) !== LOCATOR64) return place;
    const where = u64(at, i - 20 + 8);
    const head = await source.at(where, where + 56);
    if (head.length < 56 || view(head).getUint32(0, true) !== END64) throw broken('the end of its list is missing');
    const wide = view(head);
    return { count: u64(wide, 32), size: u64(wide, 40), from: u64(wide, 48) };
  }
  throw broken('the end of its list is missing');
};

const nameOf = (bytes: Uint8Array): string => textOf(bytes) ?? String.fromCharCode(...bytes);

/** The CRC-32 that zip keeps of what an entry holds. */
const TABLE = Uint32Array.from({ length: 256 }, (_, i) => {
  let c = i;
  for (let k = 0; k < 8; k += 1) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c >>> 0;
});
const crcOf = (crc: number, bytes: Uint8Array): number => {
  let c = crc;
  for (let i = 0; i < bytes.length; i += 1) c = (TABLE[(c ^ (bytes[i] ?? 0)) & 255] ?? 0) ^ (c >>> 8);
  return c;
};

/** What stands in the wide fields, where the narrow ones are full. */
const widened = (extra: Uint8Array, narrow: readonly number[]): number[] => {
  const at = view(extra);
  const values = [...narrow];
  for (let i = 0; i + 4 <= extra.length; i += 4 + at.getUint16(i + 2, true)) {
    if (at.getUint16(i, true) !== 1) continue;
    let from = i + 4;
    for (const [k, value] of values.entries())
      if (value === 0xffffffff && from + 8 <= extra.length) {
        values[k] = u64(at, from);
        from += 8;
      }
    break;
  }
  return values;
};

export const zipEntries = async (source: Source, budget: Budget): Promise<Entry[]> => {
  const place = await listPlace(source);
  if (place.size > LONGEST_LIST || place.from + place.size > source.size) throw broken('its list lies outside of it');
  const list = await source.at(place.from, place.from + place.size);
  const at = view(list);
  const entries: Entry[] = [];
  for (let i = 0; i + 46 <= list.length && at.getUint32(i, true) === CENTRAL; ) {
    budget.entry();
    const [names, extras, notes] = [at.getUint16(i + 28, true), at.getUint16(i + 30, true), at.getUint16(i + 32, true)];
    if (i + 46 + names + extras > list.length) throw broken('its list is cut off');
    const name = nameOf(list.subarray(i + 46, i + 46 + names));
    const [size = 0, packed = 0, start = 0] = widened(list.subarray(i + 46 + names, i + 46 + names + extras), [
      at.getUint32(i + 24, true),
      at.getUint32(i + 20, true),
      at.getUint32(i + 42, true),
    ]);
    const kind = at.getUint8(i + 5) === 3 ? (at.getUint16(i + 40, true) & 0xf000) >> 12 : 0;
    const about = { name, size, packed, start, crc: at.getUint32(i + 16, true), method: at.getUint16(i + 10, true) };
    judge(name, at.getUint16(i + 8, true), about.method, kind);
    const folder = name.endsWith('/') || kind === 4;
    entries.push({ name, size, folder, data: () => dataOf(source, about, budget) });
    i += 46 + names + extras + notes;
  }
  if (entries.length !== place.count) throw broken(`its list holds ${entries.length} entries and says ${place.count}`);
  return entries;
};

const judge = (name: string, flags: number, method: number, kind: number): void => {
  if ((flags & 1) === 1)
    throw fault('archive.encrypted', `The entry ${name} is encrypted`, { fix: 'Send it without a password.' });
  if (kind !== 0 && kind !== 8 && kind !== 4)
    throw fault('archive.link', `The entry ${name} is a link or a device, and no file`, {
      fix: 'Pack the files themselves.',
    });
  if (method !== 0 && method !== 8)
    throw fault('archive.method', `The entry ${name} is packed by method ${method}; store and deflate are read`, {
      fix: 'Pack it again as plain zip.',
    });
};

type About = Omit<Entry, 'data' | 'folder'> & { packed: number; start: number; crc: number; method: number };

async function* dataOf(source: Source, about: About, budget: Budget): AsyncGenerator<Uint8Array> {
  const { name, start, packed, size, crc, method } = about;
  const head = await source.at(start, start + 30);
  if (head.length < 30 || view(head).getUint32(0, true) !== LOCAL)
    throw broken(`the entry ${name} is not where it should be`);
  const from = start + 30 + view(head).getUint16(26, true) + view(head).getUint16(28, true);
  if (from + packed > source.size) throw broken(`the entry ${name} is cut off`);
  let seen = 0;
  let sum = 0xffffffff;
  const what = `The entry ${name}`;
  const pieces =
    method === 8 ? inflated(source, from, from + packed, what, budget) : source.pieces(from, from + packed);
  for await (const piece of pieces) {
    if (method === 0) budget.out(piece.length);
    seen += piece.length;
    sum = crcOf(sum, piece);
    yield piece;
  }
  if (seen !== size || (sum ^ 0xffffffff) >>> 0 !== crc)
    throw fault('archive.damaged', `${what} does not hold what the archive says`, { fix: 'Fetch or make it again.' });
}

export type Packed = {
  readonly name: string;
  readonly pieces: () => AsyncIterable<Uint8Array>;
  readonly stored?: boolean;
};

/** Writes a zip archive. No entry has a time of its own: the same files give the same bytes. */
export const writeZip = async (entries: AsyncIterable<Packed> | Iterable<Packed>, sink: Sink): Promise<void> => {
  let made: Uint8Array[] = [];
  const zip = new Zip((error, chunk) => {
    if (error !== null) throw error;
    made.push(chunk);
  });
  const drain = async (): Promise<void> => {
    const all = made;
    made = [];
    for (const chunk of all) await sink.add(chunk);
  };
  for await (const { name, pieces, stored } of entries) {
    const entry = stored === true ? new ZipPassThrough(name) : new ZipDeflate(name, { level: 6 });
    entry.mtime = '1980-01-01T00:00:00';
    zip.add(entry);
    for await (const piece of pieces()) {
      entry.push(piece, false);
      await drain();
    }
    entry.push(new Uint8Array(0), true);
    await drain();
  }
  zip.end();
  await drain();
};
