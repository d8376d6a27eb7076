/**
 * Known secret values as needles: every form of every value (forms.ts), found wherever it stands, whatever stands around
 * it. It is built by the engine, which alone can open secrets; nothing here gives a value back.
 *
 * ND1 Every place where a form stands is found, overlapping ones too: what is hidden is the union, so neither the order of
 *     values nor the place where a text was cut changes it.
 * ND2 A form is compared up to HEAD characters at a place, by search in a sorted list; what lies beyond is compared once,
 *     by whoever puts regions together (regions.ts). Time is linear in the text, whatever the values.
 * ND3 Values shorter than SHORTEST_SECRET are not matched.
 */

import { formsOf, MIN_LENGTH } from './forms.ts';

/** A value that is to be hidden, and what it is called where it was. */
export type Secret = {
  readonly name: string;
  readonly value: string;
  /** Whose it is: its name is shown to nobody else. */
  readonly workspace?: string;
};

export const HEAD = 64;

/** What one needle stands for. `tails`: what may follow its head, with the secret that it then is. */
export type Needle = {
  readonly head: string;
  readonly tails: readonly { readonly rest: string; readonly secret: Secret }[];
  /** The longest needle that this one begins with. */
  readonly within: Needle | null;
  /** Characters of the longest that it stands for. */
  readonly longest: number;
};

type Group = { readonly head: string; readonly tails: { readonly rest: string; readonly secret: Secret }[] };

export class Needles {
  /** By their first MIN_LENGTH characters, sorted. */
  readonly #starts = new Map<string, readonly Needle[]>();
  /** All that a needle can begin with and that is shorter than MIN_LENGTH. */
  readonly #beginnings = new Set<string>();
  /** What all needles begin with, for the sieve. */
  readonly heads: Iterable<string>;
  readonly count: number;

  private constructor(groups: ReadonlyMap<string, Group>) {
    this.count = groups.size;
    this.heads = groups.keys();
    const byStart = new Map<string, Group[]>();
    for (const group of groups.values()) {
      const start = group.head.slice(0, MIN_LENGTH);
      const same = byStart.get(start);
      if (same === undefined) byStart.set(start, [group]);
      else same.push(group);
    }
    for (const [start, same] of byStart) {
      this.#starts.set(start, chained(same));
      for (let i = 1; i < MIN_LENGTH; i++) this.#beginnings.add(start.slice(0, i));
    }
  }

  /** Makes the needles of these secrets, a few secrets at a step, so that whoever does so can let others work between. */
  static *steps(secrets: readonly Secret[]): Generator<undefined, Needles> {
    const groups = new Map<string, Group>();
    for (const [i, secret] of secrets.entries()) {
      enter(groups, secret);
      if (i % AT_ONCE === AT_ONCE - 1) yield;
    }
    return new Needles(groups);
  }

  /** What was asked for last: in a text that repeats itself it is asked for at every place. */
  #start = '';
  #same: readonly Needle[] | undefined;

  /** The longest head that stands at `at`. */
  at(text: string, at: number): Needle | null {
    if (this.#start === '' || !stands(text, this.#start, at)) {
      const start = text.slice(at, at + MIN_LENGTH);
      this.#start = start.length === MIN_LENGTH ? start : '';
      this.#same = this.#starts.get(start);
    }
    const same = this.#same;
    if (same === undefined) return null;
    const here = same.length === 1 ? 0 : lastUpTo(same, text.slice(at, at + HEAD));
    for (let needle = same[here] ?? null; needle !== null; needle = needle.within)
      if (stands(text, needle.head, at)) return needle;
    return null;
  }

  /** Is what stands from `at` up to the end of the text the beginning of a head, and not yet all of it? */
  opens(text: string, at: number): boolean {
    const rest = text.length - at;
    if (rest < MIN_LENGTH) return this.#beginnings.has(text.slice(at));
    if (rest >= HEAD) return false;
    const same = this.#starts.get(text.slice(at, at + MIN_LENGTH));
    if (same === undefined) return false;
    const tail = text.slice(at);
    const next = same[lastUpTo(same, tail) + 1];
    return next !== undefined && next.head.startsWith(tail);
  }
}

/** As `startsWith`, which takes its time over each character. */
const stands = (text: string, part: string, at: number): boolean => {
  if (at + part.length > text.length) return false;
  for (let i = part.length - 1; i >= 0; i--) if (text.charCodeAt(at + i) !== part.charCodeAt(i)) return false;
  return true;
};

const AT_ONCE = 32;

/** Every form once, cut after HEAD characters, with all that it stands for. */
const enter = (groups: Map<string, Group>, secret: Secret): void => {
  for (const form of formsOf(secret.value)) {
    const head = form.slice(0, HEAD);
    const tail = { rest: form.slice(HEAD), secret };
    const group = groups.get(head);
    if (group === undefined) groups.set(head, { head, tails: [tail] });
    else if (!group.tails.some((one) => one.rest === tail.rest)) group.tails.push(tail);
  }
};

/** Sorted, each with the longest other that it begins with. */
const chained = (groups: Group[]): readonly Needle[] => {
  groups.sort((a, b) => (a.head < b.head ? -1 : 1));
  const made: Needle[] = [];
  for (const { head, tails } of groups) {
    let within = made.at(-1) ?? null;
    while (within !== null && !head.startsWith(within.head)) within = within.within;
    const longest = head.length + tails.reduce((most, { rest }) => Math.max(most, rest.length), 0);
    made.push({ head, tails, within, longest: Math.max(longest, within?.longest ?? 0) });
  }
  return made;
};

/** Index of the last needle whose head is not above `text`; -1: all are. A head that `text` begins with is that one, or within it. */
const lastUpTo = (needles: readonly Needle[], text: string): number => {
  let low = 0;
  let high = needles.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((needles[middle]?.head ?? '') <= text) low = middle + 1;
    else high = middle;
  }
  return low - 1;
};
