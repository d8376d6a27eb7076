/**
 * Two evaluations held against each other, row by row.
 *
 * EV5 Only scores that both have are compared, and only rows of the same name that were given the same: what was changed in
 *     the dataset between them is said to be, and is neither better nor worse.
 */

import { differences } from './differences.ts';

/** Differences of a mean that count for nothing: what a judge gives is never quite the same twice. */
const NEAR = 0.01;

export type Ran = {
  readonly name: string;
  readonly input: unknown;
  readonly expected?: unknown;
  readonly done: boolean;
  readonly passed: boolean | null;
  /** By the key of the score. */
  readonly scores: Readonly<Record<string, number | null>>;
};

export type Against = 'better' | 'worse' | 'same' | 'changed' | 'new' | 'gone' | 'open';

export type ComparedRow = {
  readonly name: string;
  readonly verdict: Against;
  readonly before: { readonly passed: boolean | null; readonly mean: number | null } | null;
  readonly after: { readonly passed: boolean | null; readonly mean: number | null } | null;
};

const meanOf = (row: Ran, keys: ReadonlySet<string>): number | null => {
  const all = Object.entries(row.scores).flatMap(([key, score]) => (keys.has(key) && score !== null ? [score] : []));
  return all.length === 0 ? null : all.reduce((a, b) => a + b, 0) / all.length;
};

const against = (before: Ran, after: Ran, keys: ReadonlySet<string>): Against => {
  if (!before.done || !after.done) return 'open';
  if (differences([before.input, before.expected ?? null], [after.input, after.expected ?? null]).length > 0)
    return 'changed';
  const by = (meanOf(after, keys) ?? 0) - (meanOf(before, keys) ?? 0);
  return by > NEAR ? 'better' : by < -NEAR ? 'worse' : 'same';
};

/** `keys`: of the scores that both have. */
export const compareRuns = (
  before: readonly Ran[],
  after: readonly Ran[],
  keys: ReadonlySet<string>,
): readonly ComparedRow[] => {
  const side = (row: Ran) => ({ passed: row.passed, mean: meanOf(row, keys) });
  const earlier = new Map(before.map((row) => [row.name, row]));
  const rows = after.map((row): ComparedRow => {
    const was = earlier.get(row.name);
    earlier.delete(row.name);
    return was === undefined
      ? { name: row.name, verdict: 'new', before: null, after: side(row) }
      : { name: row.name, verdict: against(was, row, keys), before: side(was), after: side(row) };
  });
  const gone = [...earlier.values()].map(
    (row): ComparedRow => ({ name: row.name, verdict: 'gone', before: side(row), after: null }),
  );
  return [...rows, ...gone];
};
