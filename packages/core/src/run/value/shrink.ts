/**
 * An item or field as it stands on a page among others: long texts, long lists and what is nested deeply are cut, and each
 * cut is told with the shape of the whole. What comes in has been redacted.
 */

import { inPointer } from './pointer.ts';

/** What was left out at a place: so many of `length` items, fields or characters were sent. */
export type Cut = {
  readonly path: string;
  readonly kind: 'object' | 'list' | 'text';
  readonly length: number;
  readonly sent: number;
};

export type Shrunk = { readonly value: unknown; readonly cut: readonly Cut[]; readonly weight: number };

const TEXT = 2_000;
const LIST = 20;
const FIELDS = 100;
const DEPTH = 6;

/** `room`: about how many characters it may have. Whatever it says, the first level of it is there. */
export const shrunk = (value: unknown, path: string, room: number): Shrunk => {
  const cut: Cut[] = [];
  let weight = 0;

  const text = (of: string, at: string): string => {
    const most = weight > room ? 100 : TEXT;
    weight += Math.min(of.length, most) + 2;
    if (of.length <= most) return of;
    cut.push({ path: at, kind: 'text', length: of.length, sent: most });
    return of.slice(0, most);
  };
  const list = (of: readonly unknown[], at: string, depth: number): unknown[] => {
    const made: unknown[] = [];
    const most = depth >= DEPTH ? 0 : LIST;
    for (const one of of) {
      if (made.length >= most || (weight > room && depth > 0)) break;
      made.push(any(one, at + inPointer(made.length), depth + 1));
    }
    if (made.length < of.length) cut.push({ path: at, kind: 'list', length: of.length, sent: made.length });
    return made;
  };
  const object = (of: object, at: string, depth: number): unknown => {
    const entries = Object.entries(of) as [string, unknown][];
    const made: [string, unknown][] = [];
    const most = depth >= DEPTH ? 0 : FIELDS;
    for (const [name, one] of entries) {
      if (made.length >= most || (weight > room && depth > 0)) break;
      weight += name.length + 4;
      made.push([name, any(one, at + inPointer(name), depth + 1)]);
    }
    if (made.length < entries.length) cut.push({ path: at, kind: 'object', length: entries.length, sent: made.length });
    return Object.fromEntries(made);
  };
  const any = (of: unknown, at: string, depth: number): unknown => {
    if (typeof of === 'string') return text(of, at);
    weight += 6;
    if (typeof of !== 'object' || of === null) return of;
    return Array.isArray(of) ? list(of, at, depth) : object(of, at, depth);
  };

  return { value: any(value, path, 0), cut, weight };
};
