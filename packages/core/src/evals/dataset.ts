/**
 * Datasets and the scores of an evaluation, as they are written: rows of what goes in, what is expected and by what an answer is
 * judged; and how near an answer has to come. The same words stand in the API and in `evals.json` beside a flow.
 *
 * EV1 Every row has a name of its own in its dataset: two evaluations are held against each other by it.
 * EV2 Each score is there once, by its kind and the part it looks at; at most one of them asks a flow to judge.
 */

import { z } from 'zod';
import { compileInput } from '../flow/input.ts';

export const EVAL_LIMITS = {
  /** Datasets of a project. */
  datasets: 100,
  rows: 500,
  /** Bytes of a dataset's rows as JSON. */
  bytes: 1_000_000,
  scores: 8,
  /** Bytes of the schema of a score as JSON: every list of evaluations shows it. */
  schema: 10_000,
  /** Rows of one evaluation that are run at the same time. */
  atOnce: 8,
  /** Evaluations of a workspace that are under way at the same time. */
  underWay: 5,
  /** Evaluations of a flow that are kept; the oldest that is over makes room. */
  kept: 100,
} as const;

/** How many rows are run at a time where nothing is said. */
export const EVAL_AT_ONCE = 2;

const json = z.unknown().describe('Any JSON value');
const name = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{C}]+$/u, 'a name without control characters');

export const evalRow = z
  .strictObject({
    name: name.describe('By which two evaluations are compared: its own in the dataset'),
    input: json.describe('What the flow is given'),
    expected: json.optional().describe('What should come; left out: `exact` and `similarity` do not look at the row'),
    criteria: z.string().min(1).max(10_000).optional().describe('What a good answer does, for the score `judge`'),
  })
  .meta({ id: 'EvaluationRow' });

export const evalRows = z
  .array(evalRow)
  .min(1)
  .max(EVAL_LIMITS.rows)
  .superRefine((rows, ctx) => {
    const names = new Set<string>();
    for (const [i, row] of rows.entries()) {
      if (names.has(row.name))
        ctx.addIssue({ code: 'custom', path: [i, 'name'], message: 'expected a name that no other row has' });
      names.add(row.name);
    }
  });

const part = z
  .string()
  .max(200)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*$/, 'a part of the output, such as answer.text')
  .optional()
  .describe('The part of the output that is looked at; left out: all of it');
const threshold = z.number().min(0).max(1).optional();

const schema = z
  .record(z.string(), z.unknown())
  .refine(
    (given) => new TextEncoder().encode(JSON.stringify(given)).length <= EVAL_LIMITS.schema,
    `a JSON Schema of ${EVAL_LIMITS.schema} bytes at most`,
  )
  .refine((given) => compileInput(given).ok, 'a JSON Schema in the subset of a flow’s input');

export const evalScore = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('exact'), part, threshold: threshold.describe('1 when left out') }),
    z.strictObject({
      kind: z.literal('schema'),
      part,
      schema: schema.describe('JSON Schema that the output has to fit'),
      threshold: threshold.describe('1 when left out'),
    }),
    z.strictObject({
      kind: z.literal('similarity'),
      part,
      threshold: threshold.describe('How near in meaning, from 0 to 1; 0.8 when left out'),
    }),
    z.strictObject({
      kind: z.literal('judge'),
      part,
      flow: z
        .string()
        .min(1)
        .max(200)
        .describe('A flow of the project, by id or name, that gives {score: 0 to 1, why} for what it is shown'),
      criteria: z.string().min(1).max(10_000).optional().describe('For rows that have none of their own'),
      threshold: threshold.describe('0.7 when left out'),
    }),
  ])
  .meta({ id: 'EvaluationScore' });

export const evalScores = z
  .array(evalScore)
  .min(1)
  .max(EVAL_LIMITS.scores)
  .superRefine((scores, ctx) => {
    const keys = new Set<string>();
    let judges = 0;
    for (const [i, score] of scores.entries()) {
      if (keys.has(scoreKey(score)))
        ctx.addIssue({ code: 'custom', path: [i, 'kind'], message: 'expected each kind once for a part' });
      keys.add(scoreKey(score));
      judges += score.kind === 'judge' ? 1 : 0;
      if (judges > 1) ctx.addIssue({ code: 'custom', path: [i, 'kind'], message: 'expected one judge at most' });
    }
  });

export type EvalRow = z.output<typeof evalRow>;
export type EvalScore = z.output<typeof evalScore>;
export type EvalJudge = Extract<EvalScore, { kind: 'judge' }>;

/** What a score is known by within an evaluation, and between two of them. */
export const scoreKey = ({ kind, part: of }: { readonly kind: string; readonly part?: string | undefined }): string =>
  of === undefined ? kind : `${kind} of ${of}`;

const THRESHOLDS = { exact: 1, schema: 1, similarity: 0.8, judge: 0.7 } as const;

/** From which score on a row passes. */
export const thresholdOf = (score: EvalScore): number => score.threshold ?? THRESHOLDS[score.kind];
