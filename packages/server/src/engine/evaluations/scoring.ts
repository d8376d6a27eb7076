/**
 * What the scores of an evaluation say of one answer. The vectors are the server's own model's, which tells nobody; a judge is
 * a flow, asked by a run like every other.
 */

import {
  type EvalJudge,
  type EvalRow,
  type EvalScore,
  hasExpected,
  judgeInput,
  NOT_LOOKED_AT,
  partOfOutput,
  readVerdict,
  type Scored,
  scored,
  scorePlainly,
  similarity,
  textOfValue,
} from '@headgate/core';
import type { End } from '../ends.ts';

/** How a run ended, as far as it is scored. */
export type Ended = Pick<End, 'output' | 'problem'> & { readonly row: Pick<End['row'], 'id' | 'state'> };

/** Characters of a text whose meaning is compared. */
const MOST_TEXT = 20_000;

export type Judging = {
  readonly embed: (texts: readonly string[]) => Promise<readonly (readonly number[])[]>;
  /** Runs the flow that judges to its end; null: this cannot be gone on with. */
  readonly judge: (score: EvalJudge, input: unknown) => Promise<Ended | null>;
};

/** Why there is no answer to be scored. */
const failure = ({ row, problem }: Pick<Ended, 'row' | 'problem'>): string =>
  problem === null ? `the run is ${row.state}` : `the run is ${row.state}: ${problem.code}: ${problem.text}`;

/** In a score of a run that gave no answer. */
export const noAnswer = (scores: readonly EvalScore[], why: string): readonly Scored[] =>
  scores.map((score) => scored(score, 0, why));

/** The state of a run that waits for a person: evaluations wait for nobody. */
export const WAITS = 'waiting';

/** In every score of a run that waits for a person: nothing was seen of what it would give. */
export const notScored = (scores: readonly EvalScore[]): readonly Scored[] =>
  scores.map(() => ({ ...NOT_LOOKED_AT, why: 'waiting for a person: not scored' }));

const near = async (of: EvalScore, row: EvalRow, output: unknown, { embed }: Judging): Promise<Scored> => {
  if (!hasExpected(row)) return NOT_LOOKED_AT;
  const got = partOfOutput(output, of.part);
  if (got === undefined) return scored(of, 0, `the output has no ${of.part}`);
  const [a = [], b = []] = await embed([row.expected, got].map((value) => textOfValue(value).slice(0, MOST_TEXT)));
  return scored(of, similarity(a, b), null);
};

const judged = async (of: EvalJudge, row: EvalRow, output: unknown, { judge }: Judging): Promise<Scored | null> => {
  const criteria = row.criteria ?? of.criteria;
  if (criteria === undefined) return NOT_LOOKED_AT;
  const answer = partOfOutput(output, of.part);
  if (answer === undefined) return scored(of, 0, `the output has no ${of.part}`);
  const shown = { input: row.input, answer, criteria };
  const end = await judge(of, judgeInput(hasExpected(row) ? { ...shown, expected: row.expected } : shown));
  if (end === null) return null;
  if (end.row.state === WAITS) return { ...NOT_LOOKED_AT, why: 'the flow that judges waits for a person: not scored' };
  if (end.row.state !== 'done') return scored(of, 0, `it was not judged: ${failure(end)}`);
  const verdict = readVerdict(end.output);
  return verdict === null
    ? scored(of, 0, 'it was not judged: the flow that judges gave no {score: 0 to 1, why}')
    : scored(of, verdict.score, verdict.why);
};

/** In the order of the scores; null: the judge cannot be asked any more. */
export const scoresOf = async (
  scores: readonly EvalScore[],
  row: EvalRow,
  end: Ended,
  judging: Judging,
): Promise<readonly Scored[] | null> => {
  if (end.row.state !== 'done') return noAnswer(scores, failure(end));
  const all: Scored[] = [];
  for (const of of scores) {
    const one =
      of.kind === 'judge'
        ? await judged(of, row, end.output, judging)
        : of.kind === 'similarity'
          ? await near(of, row, end.output, judging)
          : scorePlainly(of, row, end.output);
    if (one === null) return null;
    all.push(one);
  }
  return all;
};
