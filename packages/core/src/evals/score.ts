/**
 * Scores of one answer: what each of them says of it, from 0 to 1, and why. Pure: the vectors of a similarity and the verdict of a
 * judge are had by whoever asks.
 *
 * EV3 What does not apply to a row is null and counts for nothing; a run that gave no answer has 0 in every score.
 */

import { compileInput } from '../flow/input.ts';
import { cosine } from '../vector.ts';
import { differences } from './differences.ts';
import { type EvalRow, type EvalScore, thresholdOf } from './dataset.ts';

/** `score` null: it does not look at this row. */
export type Scored = { readonly score: number | null; readonly pass: boolean | null; readonly why: string | null };

export const NOT_LOOKED_AT: Scored = { score: null, pass: null, why: null };

const MOST_WHY = 2_000;

export const scored = (of: EvalScore, score: number, why: string | null): Scored => ({
  score,
  pass: score >= thresholdOf(of),
  why: why === null ? null : why.slice(0, MOST_WHY),
});

/** The part of an output that a score looks at; undefined: there is none. */
export const partOfOutput = (output: unknown, part: string | undefined): unknown => {
  let value = output;
  for (const name of part?.split('.') ?? []) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = Reflect.get(value, name);
  }
  return value;
};

/** A value as a text to be compared by its meaning. */
export const textOfValue = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');

export const hasExpected = (row: EvalRow): boolean => row.expected !== undefined;

/** `exact` and `schema`, which need nobody. */
export const scorePlainly = (of: EvalScore, row: EvalRow, output: unknown): Scored => {
  const got = partOfOutput(output, of.part);
  if (of.kind === 'schema') {
    if (got === undefined) return scored(of, 0, `the output has no ${of.part}`);
    const made = compileInput(of.schema);
    const judged = made.ok ? made.validate(got) : made;
    if (judged.ok) return scored(of, 1, null);
    const lines = judged.problems.map((p) => `${(p.at?.field ?? 'input').replace(/^input/, 'output')}: ${p.text}`);
    return scored(of, 0, lines.join('\n'));
  }
  if (!hasExpected(row)) return NOT_LOOKED_AT;
  if (got === undefined) return scored(of, 0, `the output has no ${of.part}`);
  const found = differences(row.expected, got);
  return scored(of, found.length === 0 ? 1 : 0, found.length === 0 ? null : found.join('\n'));
};

/** How alike two vectors are, from 0 to 1: what points away is as far as can be. */
export const similarity = (a: readonly number[], b: readonly number[]): number =>
  Math.round(Math.min(1, Math.max(0, cosine(a, b))) * 10_000) / 10_000;

/** A row passed when all that looked at it did; null: nothing did. */
export const passedAll = (all: readonly Pick<Scored, 'pass'>[]): boolean | null => {
  const looked = all.filter(({ pass }) => pass !== null);
  return looked.length === 0 ? null : looked.every(({ pass }) => pass === true);
};

export type EvalSum = {
  readonly rows: number;
  readonly done: number;
  readonly passed: number;
  readonly failed: number;
  /** The mean of each score over the rows that it looked at, in the order of the scores; null: none. */
  readonly means: readonly (number | null)[];
};

/** What rows come to together. `scores`: of each row, in the order of the scores. */
export const sumOf = (
  scores: number,
  rows: readonly {
    readonly done: boolean;
    readonly passed: boolean | null;
    readonly scores: readonly (number | null)[];
  }[],
): EvalSum => {
  const over = rows.filter(({ done }) => done);
  const means = Array.from({ length: scores }, (_, i) => {
    const all = over.flatMap((row) => row.scores[i] ?? []);
    return all.length === 0 ? null : Math.round((all.reduce((a, b) => a + b, 0) / all.length) * 10_000) / 10_000;
  });
  return {
    ...{ rows: rows.length, done: over.length, means },
    passed: over.filter(({ passed }) => passed === true).length,
    failed: over.filter(({ passed }) => passed === false).length,
  };
};
