/**
 * Evaluations: a version of a flow run over the rows of a dataset, each answer scored, and two of them held against each other.
 *
 * EA1 An evaluation is of one flow, and is read by who may read the runs of that flow: what its rows came to is what runs gave.
 * EA2 Its runs are the caller's: it needs what running the flow needs, and a judge is a flow that the caller may run too.
 * EA3 A dataset is named by who may read it: the rows of an evaluation are shown to all who read the runs of its flow.
 */

import { z } from 'zod';
import { EVAL_AT_ONCE, EVAL_LIMITS, evalRow, evalRows, evalScore, evalScores } from '../evals/dataset.ts';
import { EVALUATION_STATES } from '../run/evaluations-port.ts';
import { empty, route } from './route.ts';
import { byId, count, cursor, id, name, problem, project, time } from './shapes.ts';

const tags = ['evaluations'] as const;
const inProject = z.strictObject({ project: project.optional() });
const byEvaluation = z.strictObject({ id, evaluation: id });

const dataset = z
  .strictObject({
    id,
    name: z.string(),
    size: z.int().describe('How many rows it has'),
    version: z.int().describe('Raised by every write'),
    by: z.string(),
    created: time,
    updated: time,
  })
  .meta({ id: 'Dataset' });
const whole = dataset.extend({ rows: z.array(evalRow).readonly() });

const evaluation = z
  .strictObject({
    id,
    flow: id,
    version: z.int().nullable().describe('null: the draft of then'),
    environment: z.string(),
    dataset: z.strictObject({ id, name: z.string(), version: z.int() }).describe('As it was when this began'),
    scores: z.array(evalScore).readonly(),
    atOnce: z.int(),
    state: z
      .enum(EVALUATION_STATES)
      .describe('`incomplete`: it ended before its last row, and `problem` says why; what was done is kept'),
    problem: problem.nullable(),
    sum: z.strictObject({
      rows: z.int(),
      done: z.int(),
      passed: z.int().describe('Rows that came up to the threshold of every score that looked at them'),
      failed: z.int(),
      means: z.array(z.number().nullable()).readonly().describe('Of each score, in their order'),
    }),
    by: z.string(),
    created: time,
    ended: time.nullable(),
  })
  .meta({ id: 'Evaluation' });

const rowOf = evalRow
  .extend({
    state: z.enum(['waiting', 'running', 'done']),
    run: id.nullable(),
    judge: id.nullable().describe('The run that judged it'),
    passed: z
      .boolean()
      .nullable()
      .describe('null: not yet, or no score looks at it: none applies, or its run waits for a person'),
    scores: z
      .array(
        z.strictObject({
          score: z.number().nullable().describe('null: it does not look at this row'),
          pass: z.boolean().nullable(),
          why: z.string().nullable(),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'EvaluationResult' });

const side = z.strictObject({ passed: z.boolean().nullable(), mean: z.number().nullable() }).nullable();

export const listDatasets = route({
  method: 'GET',
  path: '/api/v1/datasets',
  needs: 'flow.read',
  on: 'project',
  query: inProject,
  answers: { 200: z.strictObject({ datasets: z.array(dataset) }) },
  problems: ['missing'],
  summary: 'List the datasets of a project',
  tags,
});

export const createDataset = route({
  method: 'POST',
  path: '/api/v1/datasets',
  needs: 'flow.write',
  on: 'project',
  body: z.strictObject({ project: project.optional(), name, rows: evalRows }),
  answers: { 201: dataset },
  problems: ['missing', 'dataset.taken', 'dataset.many', 'dataset.size', 'quota.bytes', 'disk.full'],
  summary: 'Make a dataset: rows of what goes into a flow, and what is expected of it',
  tags,
  audited: 'after',
  makes: 'ds_',
  tells: ['project', 'name'],
});

export const getDataset = route({
  method: 'GET',
  path: '/api/v1/datasets/{id}',
  needs: 'flow.read',
  on: 'project',
  params: byId,
  query: inProject,
  answers: { 200: whole },
  problems: ['missing'],
  summary: 'Read a dataset with its rows',
  tags,
});

export const putDataset = route({
  method: 'PUT',
  path: '/api/v1/datasets/{id}',
  needs: 'flow.write',
  on: 'project',
  params: byId,
  query: inProject,
  body: z.strictObject({
    name,
    rows: evalRows,
    version: z.int().min(1).optional().describe('The one that it must have; absent: whichever it has'),
  }),
  answers: { 200: dataset },
  problems: ['missing', 'dataset.taken', 'dataset.stale', 'dataset.size', 'quota.bytes', 'disk.full'],
  summary: 'Write a dataset anew; evaluations keep the rows that they ran',
  tags,
  audited: 'after',
  tells: ['name'],
});

export const deleteDataset = route({
  method: 'DELETE',
  path: '/api/v1/datasets/{id}',
  needs: 'flow.write',
  on: 'project',
  params: byId,
  query: inProject,
  answers: { 204: empty('Deleted') },
  problems: ['missing'],
  summary: 'Delete a dataset; evaluations keep the rows that they ran',
  tags,
  audited: 'after',
});

export const listEvaluations = route({
  method: 'GET',
  path: '/api/v1/flows/{id}/evaluations',
  needs: 'run.read',
  on: 'flow',
  params: byId,
  query: z.strictObject({ cursor: cursor.optional(), limit: count(EVAL_LIMITS.kept).optional() }),
  answers: { 200: z.strictObject({ evaluations: z.array(evaluation), next: cursor.optional() }) },
  problems: ['missing'],
  summary: 'List the evaluations of a flow, the latest first',
  tags,
});

export const beginEvaluation = route({
  method: 'POST',
  path: '/api/v1/flows/{id}/evaluations',
  needs: 'run',
  on: 'flow',
  params: byId,
  body: z
    .strictObject({
      dataset: id.describe('A dataset of the project that the flow is in; naming it needs `flow.read` there'),
      scores: evalScores,
      version: z.int().min(1).optional().describe('Absent: the latest one'),
      draft: z.literal(true).optional().describe('The draft as it is now; needs flow.write too'),
      environment: z.string().min(1).max(64).optional(),
      atOnce: z
        .int()
        .min(1)
        .max(EVAL_LIMITS.atOnce)
        .optional()
        .describe(`Rows that are run at the same time; ${EVAL_AT_ONCE} when left out`),
    })
    .refine((body) => body.version === undefined || body.draft === undefined, {
      path: ['draft'],
      message: 'expected either `version` or `draft`, got both',
    }),
  answers: { 201: evaluation },
  problems: [
    'missing',
    'permission.missing',
    'evaluation.many',
    'evaluation.judge',
    'flow.unpublished',
    'flow.disabled',
    'environment.unknown',
    'environment.guarded',
    'grant.missing',
    'quota.bytes',
    'disk.full',
  ],
  summary: 'Run a version of a flow over a dataset, and score what it gives. It goes on by itself, over a restart too',
  tags,
  audited: 'after',
  makes: 'ev_',
  tells: ['dataset'],
});

export const getEvaluation = route({
  method: 'GET',
  path: '/api/v1/flows/{id}/evaluations/{evaluation}',
  needs: 'run.read',
  on: 'flow',
  params: byEvaluation,
  query: z.strictObject({
    without: z
      .string()
      .max(2_000)
      .regex(/^\d{1,6}(-\d{1,6})?(,\d{1,6}(-\d{1,6})?)*$/, 'places as 0-41,43')
      .optional()
      .describe('Rows that are left out, by their places from 0 on: those that are known to be done'),
  }),
  answers: { 200: evaluation.extend({ rows: z.array(rowOf).readonly() }) },
  problems: ['missing'],
  summary: 'Look at an evaluation: each row with its run, its scores and why',
  tags,
});

export const compareEvaluations = route({
  method: 'GET',
  path: '/api/v1/flows/{id}/evaluations/{evaluation}/comparison',
  needs: 'run.read',
  on: 'flow',
  params: byEvaluation,
  query: z.strictObject({ with: id.describe('The evaluation of the same flow that was before') }),
  answers: {
    200: z.strictObject({
      scores: z.array(z.string()).readonly().describe('Those that both have, which are compared'),
      rows: z
        .array(
          z.strictObject({
            name: z.string(),
            verdict: z
              .enum(['better', 'worse', 'same', 'changed', 'new', 'gone', 'open'])
              .describe('`changed`: its input or what is expected is another one; `open`: not done in one of them'),
            before: side,
            after: side,
          }),
        )
        .readonly(),
    }),
  },
  problems: ['missing'],
  summary: 'Hold an evaluation against an earlier one, row by row',
  tags,
});

export const stopEvaluation = route({
  method: 'POST',
  path: '/api/v1/flows/{id}/evaluations/{evaluation}/stop',
  needs: 'run.cancel',
  on: 'flow',
  params: byEvaluation,
  answers: { 200: evaluation },
  problems: ['missing', 'evaluation.over'],
  summary: 'Stop an evaluation: its runs are cancelled, and what was done is kept',
  tags,
  audited: 'after',
});

export const deleteEvaluation = route({
  method: 'DELETE',
  path: '/api/v1/flows/{id}/evaluations/{evaluation}',
  needs: 'flow.write',
  on: 'flow',
  params: byEvaluation,
  answers: { 204: empty('Deleted') },
  problems: ['missing', 'evaluation.open'],
  summary: 'Delete an evaluation that is over; its runs stay',
  tags,
  audited: 'after',
});
