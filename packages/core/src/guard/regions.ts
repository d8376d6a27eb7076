/**
 * What was found in a text, put together: parts of it that are to be hidden, and what is shown in their place.
 *
 * RG1 What overlaps is one region; a known secret names it before a shape does. No length can be told from a label.
 * RG2 A value is hidden beyond its head as far as the text agrees with it. Every character is compared once, whatever
 *     the values: what already lies in the region is not compared again.
 */

import type { Found } from './keys.ts';
import type { Needle, Secret } from './needles.ts';
import type { ShapeKind } from './shapes.ts';

/** What of a value is still to come where the text ends: `rest` from `at` on. */
export type Tail = { readonly rest: string; readonly at: number };

/** A part of a text that is hidden. `mark`: from where on it has to be seen to be known. */
export type Region = {
  readonly mark: number;
  readonly start: number;
  readonly end: number;
  readonly secret: Secret | null;
  /** `packed`: what cannot be looked into. */
  readonly kind: ShapeKind | 'packed' | null;
  readonly tail: Tail | null;
};

/** Who reads: names of other workspaces' secrets are not told; shapes in `reveal` are left as they are. */
export type Reader = { readonly workspace?: string; readonly reveal?: readonly ShapeKind[] };

/** Regions in order, not overlapping, of those of values and of keys. */
export const regionsOf = (
  values: readonly Region[],
  found: readonly Found[],
  reveal: readonly ShapeKind[] | undefined,
): readonly Region[] => {
  const parts = [...values];
  for (const one of found)
    if (reveal === undefined || !reveal.includes(one.kind)) parts.push({ ...one, secret: null, tail: null });
  if (parts.length === 1) return parts;
  parts.sort((a, b) => a.start - b.start || b.end - a.end);
  const made: Region[] = [];
  for (const part of parts) {
    const last = made.at(-1);
    if (last === undefined || part.start >= last.end) made.push(part);
    else made[made.length - 1] = joined(last, part);
  }
  return made;
};

/** The head, and beyond it as far as the text agrees with one of the values that have this head; `from`: what is hidden already. */
export const grown = (text: string, needle: Needle, start: number, from: number): Region => {
  const head = start + needle.head.length;
  let best: Region = { mark: start, start, end: head, secret: needle.tails[0]?.secret ?? null, kind: null, tail: null };
  for (const { rest, secret } of needle.tails) {
    if (rest === '') continue;
    const at = agreed(text, Math.max(head, from), rest, head);
    const open = at === text.length && at - head < rest.length;
    if (at > best.end || (open && best.tail === null))
      best = { ...best, end: Math.max(at, best.end), secret, tail: open ? { rest, at: at - head } : null };
  }
  return best;
};

/**
 * The same of a head that lies in what is hidden up to `from`: it reaches further only as a whole, or where the text ends
 * before that shows (`ended`: it shows already). Null: it does not.
 */
export const outgrown = (text: string, needle: Needle, start: number, from: number, ended: boolean): Region | null => {
  const head = start + needle.head.length;
  let best: Region | null = null;
  for (const { rest, secret } of needle.tails) {
    if (head + rest.length <= from) continue;
    const end = agreed(text, from, rest, head);
    const open = end < head + rest.length;
    if (open && (ended || end < text.length)) continue;
    if (best !== null && end <= best.end) continue;
    const tail = open ? { rest, at: end - head } : null;
    best = { mark: start, start, end, secret, kind: null, tail };
  }
  return best;
};

/** Up to where the text agrees, from `at` on, with `rest`, which would begin at `first`. */
export const agreed = (text: string, at: number, rest: string, first: number): number => {
  const last = Math.min(text.length, first + rest.length);
  let to = at;
  while (to < last && text.charCodeAt(to) === rest.charCodeAt(to - first)) to++;
  return to;
};

/** Two that overlap, as one; the one that begins first names it, a secret before a shape. */
export const joined = (a: Region, b: Region): Region => ({
  mark: Math.min(a.mark, b.mark),
  start: Math.min(a.start, b.start),
  end: Math.max(a.end, b.end),
  secret: (a.start <= b.start ? a : b).secret ?? a.secret ?? b.secret,
  kind: a.kind ?? b.kind,
  tail: b.end > a.end ? b.tail : a.end > b.end ? a.tail : (a.tail ?? b.tail),
});
