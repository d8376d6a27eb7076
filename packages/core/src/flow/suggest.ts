/**
 * "Did you mean": the nearest known word to a misspelt one.
 *
 * SG1 Bounded: words above 64 characters are not compared, two words are compared only along the diagonal that few slips
 *     leave, and a Suggester looks at a limited number of words, so that a document with thousands of mistakes is still
 *     answered at once.
 */

const LONGEST = 64;

/** Optimal string alignment distance (insert, delete, replace, swap of neighbours), or above `most` when it exceeds it. */
export const distance = (a: string, b: string, most: number): number => {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  const beyond = most + 1;
  let older: number[] = [];
  let old = Array.from({ length: b.length + 1 }, (_, i) => i);
  let row: number[] = [];
  for (let i = 1; i <= a.length; i++) {
    // What lies farther than `most` from the diagonal costs more than `most`.
    const from = Math.max(1, i - most);
    const to = Math.min(b.length, i + most);
    row[from - 1] = from === 1 ? i : beyond;
    let least = from === 1 ? i : beyond;
    for (let j = from; j <= to; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((old[j] ?? beyond) + 1, (row[j - 1] ?? beyond) + 1, (old[j - 1] ?? beyond) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (older[j - 2] ?? beyond) + 1);
      row[j] = cost;
      if (cost < least) least = cost;
    }
    if (to < b.length) row[to + 1] = beyond;
    if (least > most) return beyond;
    [older, old, row] = [old, row, older];
  }
  return Math.min(old[b.length] ?? 0, beyond);
};

/** What passing over a word costs, where comparing words of SHORT characters costs 1. */
const LOOK = 0.05;
const SHORT = 16;

/** How many comparisons are left; shared by all questions of one Suggester. */
type Budget = { left: number };

const nearest = (word: string, known: Iterable<string>, budget: Budget): string | undefined => {
  if (word.length === 0 || word.length > LONGEST) return undefined;
  const plain = word.toLowerCase();
  const sorted = letters(plain);
  let best: string | undefined;
  let least = Math.min(3, Math.max(1, Math.floor(word.length / 3))) + 1;
  for (const candidate of known) {
    budget.left -= LOOK;
    if (budget.left <= 0) return best;
    if (candidate === word || Math.abs(candidate.length - word.length) >= least) continue;
    budget.left -= word.length / SHORT;
    const other = candidate.toLowerCase();
    const d =
      candidate.length === word.length && sorted === letters(other)
        ? Math.min(1, distance(plain, other, 1))
        : distance(plain, other, least - 1);
    if (d >= least) continue;
    least = d;
    best = candidate;
    if (d === 0) return best;
  }
  return best;
};

/** The same letters in another order are a slip, however far they moved. */
const letters = (word: string): string => [...word].toSorted().join('');

/** The known word nearest to `word` when it is near enough to be a slip (about a third of its letters), else undefined. */
export const suggest = (word: string, known: Iterable<string>): string | undefined =>
  nearest(word, known, { left: COMPARISONS });

/** `suggest` with one budget for all its questions; past it every answer is undefined. */
export type Suggester = (word: string, known: Iterable<string>) => string | undefined;

const COMPARISONS = 50_000;
/** Walking over words that are no candidates costs too. */
const MOST_QUESTIONS = 200;

export const suggester = (comparisons = COMPARISONS): Suggester => {
  const budget = { left: comparisons };
  let questions = MOST_QUESTIONS;
  return (word, known) => (questions-- > 0 && budget.left > 0 ? nearest(word, known, budget) : undefined);
};

/** The sentence of a fix, or undefined without a near word. */
export const didYouMean = (near: string | undefined): string | undefined =>
  near === undefined ? undefined : `Did you mean ${near}?`;
