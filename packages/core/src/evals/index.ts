/** Evaluations: datasets, scores, what a judge is shown, and two evaluations held against each other. */

export {
  EVAL_AT_ONCE,
  EVAL_LIMITS,
  type EvalJudge,
  type EvalRow,
  type EvalScore,
  evalRow,
  evalRows,
  evalScore,
  evalScores,
  scoreKey,
  thresholdOf,
} from './dataset.ts';
export { type Against, type ComparedRow, compareRuns, type Ran } from './compare.ts';
export { differences } from './differences.ts';
export { judgeInput, readVerdict } from './judge.ts';
export {
  type EvalSum,
  hasExpected,
  NOT_LOOKED_AT,
  partOfOutput,
  passedAll,
  type Scored,
  scored,
  scorePlainly,
  similarity,
  sumOf,
  textOfValue,
} from './score.ts';
