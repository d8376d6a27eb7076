/**
 * The matcher over known values: finds every form of them in a text, and hides it. It is built by the engine, which alone
 * can open secrets, and offers no way to read what it was built from.
 *
 * How: Wu-Manber. A table says for every block of three characters how far the text may be skipped before a needle can
 * begin; where it may not, needles that begin with the same six characters are compared. Clean text is looked at once
 * every few characters.
 *
 * MA1 Leftmost, then longest; a match ends before the next begins.
 * MA2 At most HEAD characters decide whether a needle stands at a place, and what follows is compared once: time is
 *     linear in the text, whatever the needles. A text that breaks off a long value after its head is hidden up to there.
 * MA3 Cutting a text into chunks anywhere changes nothing: `window()` holds back what may still become a value.
 */

import { formsOf, MIN_LENGTH } from './forms.ts';

/** What stands in the place of a known value. Harmless inside JSON texts, URLs and headers. */
export const HIDDEN = '[hidden]';

export type Matcher = {
  /** The text without the known values. */
  readonly redact: (text: string) => string;
  /** Does any form of a known value occur? */
  readonly finds: (text: string) => boolean;
  /** A fresh window over a text that comes in chunks. */
  readonly window: () => RedactWindow;
};

/** `push` gives what may leave already; `end` gives the rest. */
export type RedactWindow = { readonly push: (chunk: string) => string; readonly end: () => string };

const BLOCK = 3;
const HEAD = 64;
const TABLE = 1 << 16;

/** Needles by their first MIN_LENGTH characters, the longest first. */
type Needles = {
  readonly shift: Uint8Array;
  readonly byStart: ReadonlyMap<string, readonly string[]>;
  /** All that a needle can begin with and that is shorter than MIN_LENGTH. */
  readonly beginnings: ReadonlySet<string>;
  readonly longest: number;
};

type Match = { readonly start: number; readonly end: number };

/** Builds the matcher. Values shorter than six characters are not taken: hiding them would hide ordinary words. */
export const newMatcher = (values: readonly string[]): Matcher => {
  const needles = prepare(new Set(values.flatMap(formsOf)));
  const redact = (text: string): string => hide(needles, text);
  return { redact, finds: (text) => next(needles, text, 0) !== undefined, window: () => windowOver(needles) };
};

const prepare = (forms: ReadonlySet<string>): Needles => {
  const shift = new Uint8Array(TABLE).fill(MIN_LENGTH - BLOCK + 1);
  const byStart = new Map<string, string[]>();
  let longest = 0;
  for (const form of forms) {
    for (let i = 0; i + BLOCK <= MIN_LENGTH; i++) {
      const slot = blockAt(form, i);
      shift[slot] = Math.min(shift[slot] ?? 0, MIN_LENGTH - BLOCK - i);
    }
    const start = form.slice(0, MIN_LENGTH);
    const same = byStart.get(start);
    if (same === undefined) byStart.set(start, [form]);
    else same.push(form);
    longest = Math.max(longest, form.length);
  }
  const beginnings = new Set<string>();
  for (const [start, same] of byStart) {
    same.sort((a, b) => b.length - a.length);
    for (let i = 1; i < MIN_LENGTH; i++) beginnings.add(start.slice(0, i));
  }
  return { shift, byStart, beginnings, longest };
};

const blockAt = (text: string, at: number): number =>
  (Math.imul(text.charCodeAt(at), 0x9e37) ^
    Math.imul(text.charCodeAt(at + 1), 0x85eb) ^
    Math.imul(text.charCodeAt(at + 2), 0x27d5)) &
  (TABLE - 1);

/** The first match at or after `from`. */
const next = (needles: Needles, text: string, from: number): Match | undefined => {
  const { shift } = needles;
  const last = text.length - MIN_LENGTH;
  let at = from;
  while (at <= last) {
    const skip = shift[blockAt(text, at + MIN_LENGTH - BLOCK)] ?? 0;
    if (skip > 0) {
      at += skip;
      continue;
    }
    const end = endAt(needles, text, at);
    if (end > at) return { start: at, end };
    at++;
  }
  return undefined;
};

/** Where the longest needle that begins here ends; `at` itself when none does. */
const endAt = (needles: Needles, text: string, at: number): number => {
  const candidates = needles.byStart.get(text.slice(at, at + MIN_LENGTH));
  let best = at;
  for (const needle of candidates ?? []) {
    if (best - at >= needle.length) break;
    const head = needle.length <= HEAD ? needle : needle.slice(0, HEAD);
    if (!text.startsWith(head, at)) continue;
    let end = at + head.length;
    while (end - at < needle.length && text.charCodeAt(end) === needle.charCodeAt(end - at)) end++;
    if (end > best) best = end;
  }
  return best;
};

const hide = (needles: Needles, text: string): string => {
  let match = next(needles, text, 0);
  if (match === undefined) return text;
  let made = '';
  let from = 0;
  while (match !== undefined) {
    made += text.slice(from, match.start) + HIDDEN;
    from = match.end;
    match = next(needles, text, from);
  }
  return made + text.slice(from);
};

const windowOver = (needles: Needles): RedactWindow => {
  let held = '';
  return {
    push: (chunk) => {
      const text = held + chunk;
      let made = '';
      let from = 0;
      let pending = pendingFrom(needles, text, 0);
      for (;;) {
        if (pending < from) pending = pendingFrom(needles, text, from);
        const match = next(needles, text, from);
        if (match === undefined || pending <= match.start) {
          held = text.slice(pending);
          return made + text.slice(from, pending);
        }
        made += text.slice(from, match.start) + HIDDEN;
        from = match.end;
      }
    },
    end: () => {
      const rest = hide(needles, held);
      held = '';
      return rest;
    },
  };
};

/** Where the text begins to be what a needle begins with, all the way to its end; the length of the text if nowhere. */
const pendingFrom = (needles: Needles, text: string, from: number): number => {
  for (let at = Math.max(from, text.length - needles.longest + 1); at < text.length; at++) {
    const rest = text.length - at;
    if (rest < MIN_LENGTH) {
      if (needles.beginnings.has(text.slice(at))) return at;
      continue;
    }
    const candidates = needles.byStart.get(text.slice(at, at + MIN_LENGTH));
    if (candidates === undefined) continue;
    const tail = text.slice(at);
    if (candidates.some((needle) => needle.length > rest && needle.startsWith(tail))) return at;
  }
  return text.length;
};
