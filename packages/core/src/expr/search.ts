/**
 * Searching and replacing in texts, with the cost bounded before each step.
 *
 * The platform's search is quick on ordinary texts, but a needle made for it costs 8 ns a character,
 * and one longer than a few hundred characters hundreds of times that; so long needles are looked for
 * by their first characters, and each place where those are found is charged.
 */
import type { Budget } from './budget.ts';
import { fail, type Site } from './fault.ts';

/** Characters of text that one operation pays for, searching for a needle of any shape up to HEAD long. */
const CHARS_SEARCHED = 6;
const CHARS_SEARCHED_FOR_ONE = 64;
const HEAD = 200;

/** Pays for one search through `length` characters. */
const pay = (budget: Budget, length: number, needle: string): void =>
  budget.charge(2 + length / (needle.length <= 1 ? CHARS_SEARCHED_FOR_ONE : CHARS_SEARCHED));

/** text.indexOf(needle, from) when the way through the text has been paid for. */
const next = (budget: Budget, text: string, needle: string, from: number): number => {
  if (needle.length <= HEAD) return text.indexOf(needle, from);
  const head = needle.slice(0, HEAD);
  for (let at = text.indexOf(head, from); at !== -1; at = text.indexOf(head, at + 1)) {
    budget.charge(50 + needle.length / CHARS_SEARCHED);
    if (text.startsWith(needle, at)) return at;
  }
  return -1;
};

/** text.indexOf(needle, from). */
export const indexIn = (budget: Budget, text: string, needle: string, from = 0): number => {
  pay(budget, text.length, needle);
  return next(budget, text, needle, Math.max(0, from));
};

/** text.lastIndexOf(needle): compares at every place, so every place costs the needle's length. */
export const lastIndexIn = (budget: Budget, text: string, needle: string): number => {
  budget.charge(2 + (text.length * (10 + needle.length)) / 60);
  return text.lastIndexOf(needle);
};

/** text.split(separator, limit) for a text separator. */
export const splitBy = (budget: Budget, text: string, separator: string, limit: number): string[] => {
  pay(budget, text.length, separator);
  if (separator === '') {
    budget.charge(Math.min(text.length, limit));
    return text.split('', limit);
  }
  const made: string[] = [];
  let from = 0;
  while (made.length < limit) {
    budget.charge(2);
    const at = next(budget, text, separator, from);
    if (at === -1) {
      made.push(text.slice(from));
      break;
    }
    made.push(text.slice(from, at));
    from = at + separator.length;
  }
  return made;
};

/** One place where a pattern was found: what it matched, its groups, and where. */
export type Found = {
  readonly start: number;
  readonly end: number;
  readonly groups: readonly (string | undefined)[];
  readonly named?: Readonly<Record<string, string | undefined>>;
};

/** The places where a text occurs: the first, or all. */
export function* places(budget: Budget, text: string, needle: string, all: boolean): Generator<Found> {
  pay(budget, text.length, needle);
  let from = 0;
  for (;;) {
    budget.charge(5);
    const at = from > text.length ? -1 : next(budget, text, needle, from);
    if (at === -1) return;
    yield { start: at, end: at + needle.length, groups: [] };
    if (!all) return;
    from = at + Math.max(1, needle.length);
  }
}

/** What a place is replaced by. */
export type Replacement = (found: Found) => string;

/** A text with each found place replaced; every piece is paid for before it is added. */
export const replaceAt = (budget: Budget, text: string, found: Iterable<Found>, replacement: Replacement): string => {
  let made = '';
  let from = 0;
  for (const place of found) {
    const by = replacement(place);
    budget.charge(2);
    budget.copy(place.start - from + by.length);
    made += text.slice(from, place.start) + by;
    from = place.end;
  }
  budget.copy(text.length - from);
  return made + text.slice(from);
};

/** The replacement a text stands for, with $&, $1, $<name>, $$, $` and $' as in JavaScript. */
export const expansion = (budget: Budget, text: string, by: string): Replacement => {
  budget.scan(by.length);
  if (!by.includes('$')) return () => by;
  const parts = partsOf(budget, by);
  return (found) => {
    let made = '';
    for (const part of parts) {
      const piece = typeof part === 'string' ? part : expand(part.mark, text, found);
      budget.charge(1);
      budget.copy(piece.length);
      made += piece;
    }
    return made;
  };
};

type Mark = { readonly mark: string };

const partsOf = (budget: Budget, by: string): (string | Mark)[] => {
  const parts: (string | Mark)[] = [];
  let from = 0;
  for (let at = by.indexOf('$'); at !== -1; at = by.indexOf('$', from)) {
    budget.charge(4);
    parts.push(by.slice(from, at));
    const mark = /^\$(?:[$&`']|\d{1,2}|<[^>]*>)/.exec(by.slice(at, at + 100))?.[0] ?? '$';
    parts.push({ mark });
    from = at + mark.length;
  }
  parts.push(by.slice(from));
  return parts;
};

const expand = (mark: string, text: string, found: Found): string => {
  switch (mark[1]) {
    case undefined:
      return '$';
    case '$':
      return '$';
    case '&':
      return text.slice(found.start, found.end);
    case '`':
      return text.slice(0, found.start);
    case "'":
      return text.slice(found.end);
    case '<': {
      const name = mark.slice(2, -1);
      if (found.named === undefined) return mark;
      return (Object.hasOwn(found.named, name) ? found.named[name] : undefined) ?? '';
    }
    default:
      return numbered(mark.slice(1), found);
  }
};

/** $1 to $99: two digits if there is such a group, else one, else the mark as it stands. */
const numbered = (digits: string, found: Found): string => {
  const count = found.groups.length;
  const two = Number(digits);
  if (two >= 1 && two <= count) return found.groups[two - 1] ?? '';
  const one = Number(digits[0]);
  if (digits.length === 2 && one >= 1 && one <= count) return (found.groups[one - 1] ?? '') + digits.slice(1);
  return `$${digits}`;
};

/** text.repeat and padding: refuses what JavaScript refuses. */
export const repeated = (budget: Budget, site: Site, text: string, times: number): string => {
  const count = Number.isNaN(times) ? 0 : Math.trunc(times);
  if (count < 0 || count === Number.POSITIVE_INFINITY) {
    return fail(site, 'expr.value', 'A text can be repeated 0 or more times, and not without end');
  }
  budget.copy(text.length * count);
  return text.length === 0 ? '' : text.repeat(count);
};

export const padded = (budget: Budget, text: string, length: number, fill: string, side: 'start' | 'end'): string => {
  const to = Number.isNaN(length) ? 0 : Math.trunc(length);
  if (to <= text.length || fill === '') return text;
  budget.copy(to);
  return side === 'start' ? text.padStart(to, fill) : text.padEnd(to, fill);
};
