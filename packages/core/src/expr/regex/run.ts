/**
 * Running a regex over a text: the places where it matches, one search at a time, each paid for.
 *
 * Only `find` of the engine is used: its yes-or-no search builds an automaton while it runs, whose
 * cost no count bounds. A search costs at most 25 ns a character and instruction, half an operation;
 * a steady regex gets back what lies behind its match, but for as many characters as it has
 * instructions, which is more than it may look at there.
 */
import type { Matcher } from 're2js';
import type { Budget } from '../budget.ts';
import type { Found } from '../search.ts';
import type { Pattern } from '../values.ts';
import { runs } from './plain.ts';

const SEARCH = 35;

/** Operations of starting a search: the engine clears a bit for each character and instruction, up to a limit of its own. */
const start = (pattern: Pattern, length: number): number =>
  SEARCH + Math.min(262_144, length * pattern.engine.programSize()) / 2048;
const MOST_GROUPS = 100;

const search = (budget: Budget, pattern: Pattern, matcher: Matcher, length: number, from: number): boolean => {
  const each = pattern.engine.programSize() / 2;
  budget.charge(start(pattern, length) + (length - from) * each);
  const found = matcher.find();
  if (found && pattern.steady) budget.refund(Math.max(0, length - matcher.end() - pattern.engine.programSize()) * each);
  return found;
};

/** The places where a regex matches: the first, or all, as JavaScript finds them. */
export function* matches(budget: Budget, pattern: Pattern, text: string, all: boolean): Generator<Found> {
  if (pattern.plain !== undefined) {
    yield* runs(budget, pattern.plain, text, all);
    return;
  }
  const matcher = pattern.engine.matcher(text);
  const count = Math.min(MOST_GROUPS, pattern.engine.groupCount());
  const names = Object.entries(pattern.engine.namedGroups());
  let from = 0;
  while (search(budget, pattern, matcher, text.length, from)) {
    budget.charge(count + names.length);
    yield foundBy(budget, pattern, matcher, text.length, count, names);
    if (!all) return;
    from = matcher.end();
  }
}

const foundBy = (
  budget: Budget,
  pattern: Pattern,
  matcher: Matcher,
  length: number,
  count: number,
  names: [string, number][],
): Found => {
  const [from, end] = [matcher.start(), matcher.end()];
  const each = pattern.engine.programSize() / 2;
  // The engine finds groups by a second search from the start of the match.
  if (count > 0) budget.charge(start(pattern, length) + (length - from) * each);
  const groups: (string | undefined)[] = [];
  for (let i = 1; i <= count; i += 1) groups.push(matcher.group(i) ?? undefined);
  if (count > 0 && pattern.steady) budget.refund(Math.max(0, length - end - pattern.engine.programSize()) * each);
  if (names.length === 0) return { start: from, end, groups };
  return { start: from, end, groups, named: Object.fromEntries(names.map(([name, at]) => [name, groups[at - 1]])) };
};

/** Whether a regex matches anywhere. */
export const tests = (budget: Budget, pattern: Pattern, text: string): boolean =>
  pattern.plain === undefined
    ? search(budget, pattern, pattern.engine.matcher(text), text.length, 0)
    : runs(budget, pattern.plain, text, false).next().done !== true;
