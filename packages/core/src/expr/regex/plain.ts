/**
 * The plainest regexes, which are also the most frequent: one set of characters, once or repeated
 * (`/,/g`, `/\s+/g`, `/[^a-z]/g`). They are found by looking at each character once, without the
 * engine, whose start for each match costs more than the match.
 */
import type { Budget } from '../budget.ts';
import type { Found } from '../search.ts';
import { complement, type Node, type Range } from './syntax.ts';

/** Characters looked at for one operation. */
const CHARS_LOOKED_AT = 4;

export type Plain = {
  readonly has: (code: number) => boolean;
  readonly min: number;
  readonly max: number;
  /** Whether the whole regex is one capturing group. */
  readonly captures: boolean;
};

/** The regex as a plain one, if it is one. Case is left to the engine. */
export const plainOf = (node: Node, ignoreCase: boolean): Plain | undefined => {
  if (ignoreCase) return undefined;
  if (node.type === 'group') {
    if (node.name !== undefined) return undefined;
    const inner = plainOf(node.inner, false);
    return inner === undefined || (inner.captures && node.captures)
      ? undefined
      : { ...inner, captures: inner.captures || node.captures };
  }
  const [item, min, max] = node.type === 'repeat' ? [node.inner, node.min, node.max] : [node, 1, 1];
  if (item.type !== 'set' || item.properties.length > 0 || min === 0) return undefined;
  if (node.type === 'repeat' && node.lazy && max !== min) return undefined;
  return { has: membership(item.ranges, item.not), min, max, captures: false };
};

const ASCII = 128;

const membership = (ranges: readonly Range[], not: boolean): ((code: number) => boolean) => {
  // In order and without overlaps, so that a character is found by halving.
  const sorted = complement(complement(ranges));
  const within = (code: number): boolean => {
    let [low, high] = [0, sorted.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const [from, to] = sorted[middle] ?? [0, 0];
      if (code < from) high = middle - 1;
      else if (code > to) low = middle + 1;
      else return !not;
    }
    return not;
  };
  const ascii = Uint8Array.from({ length: ASCII }, (_, code) => (within(code) ? 1 : 0));
  return (code) => (code < ASCII ? ascii[code] === 1 : within(code));
};

/** The places where a plain regex matches, left to right: a run of its characters, cut at `max`. */
export function* runs(budget: Budget, plain: Plain, text: string, all: boolean): Generator<Found> {
  budget.charge(2 + text.length / CHARS_LOOKED_AT);
  let start = 0;
  while (start < text.length) {
    const end = runFrom(plain, text, start);
    if (end.count === 0) {
      start = end.at + widthAt(text, end.at);
      continue;
    }
    if (end.count >= plain.min) {
      budget.charge(4);
      yield { start, end: end.at, groups: plain.captures ? [text.slice(start, end.at)] : [] };
      if (!all) return;
    }
    start = end.at;
  }
}

const widthAt = (text: string, at: number): number => ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);

const runFrom = ({ has, max }: Plain, text: string, start: number): { at: number; count: number } => {
  let at = start;
  let count = 0;
  while (at < text.length && count < max) {
    const code = text.codePointAt(at) ?? 0;
    if (!has(code)) break;
    at += code > 0xffff ? 2 : 1;
    count += 1;
  }
  return { at, count };
};
