/** Runs: start, list, read, follow, cancel, run again, settle a doubt. */

import { z } from 'zod';
import { media, route } from './route.ts';
import { byId, count, cursor, event, id, json, problem, run, runRow, runState, time } from './shapes.ts';

const tags = ['runs'] as const;
const stepId = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, 'the id of a step');
const accepted = z.strictObject({ id, state: runState });

/** Longest time an answer may wait for a run's end, in seconds. */
export const MAX_WAIT = 60;

export const startRun = route({
  method: 'POST',
  path: '/api/v1/flows/{id}/runs',
  needs: 'run',
  on: 'flow',
  params: byId,
  body: z
    .strictObject({
      input: json.optional(),
      wait: z.number().min(0).max(MAX_WAIT).optional().describe('Seconds to wait for the end; 0 answers at once'),
      version: z.int().min(1).optional(),
      draft: z.literal(true).optional(),
      revision: z
        .int()
        .min(1)
        .optional()
        .describe('Draft runs: the revision that is meant; one saved since is not run'),
      environment: z.string().min(1).max(64).optional().describe('An environment of its project; absent: `default`'),
      idempotencyKey: z.string().min(1).max(200).optional(),
      pins: z.record(stepId, json).optional().describe('Values that stand in for the results of steps'),
      breakpoints: z
        .array(stepId)
        .max(1000)
        .optional()
        .describe('Draft runs: steps before which the run holds, until `POST /runs/{id}/continue` lets them begin'),
      to: stepId.optional().describe('Draft runs: only this step, and what it needs'),
      from: stepId.optional().describe('Draft runs: this step and what depends on it, and what they need'),
      reuse: id.optional().describe('With `to` or `from`: an earlier run whose results stand in where they still hold'),
      tools: stepId
        .optional()
        .describe(
          'Draft runs: not the draft, but a run that lists the tools of the MCP server that this step `mcp.call` names, with the powers lent to the step; its output is that of `mcp.tools`',
        ),
    })
    .refine(
      ({ tools, draft, input, pins, to, from, breakpoints }) =>
        tools === undefined ||
        (draft === true && [input, pins, to, from, breakpoints].every((other) => other === undefined)),
      { path: ['tools'], message: 'expected `draft: true` beside `tools`, and no input, pins, part or breakpoints' },
    )
    .refine((body) => (body.to === undefined && body.from === undefined) || body.draft === true, {
      path: ['draft'],
      message: 'expected `draft: true` beside `to` and `from`: a published version runs as a whole',
    })
    .refine((body) => body.revision === undefined || body.draft === true, {
      path: ['draft'],
      message: 'expected `draft: true` beside `revision`: a version has none',
    })
    .refine((body) => body.breakpoints === undefined || body.draft === true, {
      path: ['draft'],
      message: 'expected `draft: true` beside `breakpoints`: a published version is not held',
    })
    .refine((body) => body.to === undefined || body.from === undefined, {
      path: ['from'],
      message: 'expected at most one of `from` and `to`, got both',
    })
    .refine((body) => body.reuse === undefined || body.to !== undefined || body.from !== undefined, {
      path: ['reuse'],
      message: 'expected `to` or `from` beside `reuse`',
    })
    .refine((body) => body.version === undefined || body.draft === undefined, {
      path: ['draft'],
      message: 'expected either `version` or `draft`, got both',
    }),
  answers: {
    200: z.strictObject({ id, state: runState, output: json, problem: problem.optional() }),
    202: accepted,
  },
  problems: [
    'missing',
    'flow.unpublished',
    'flow.unpromoted',
    'flow.disabled',
    'flow.conflict',
    'environment.unknown',
    'environment.guarded',
    'grant.missing',
    'requests.limit',
  ],
  summary:
    'Run a flow. 200 when it finished in time (a failed run too), else 202. Draft runs and pins need `flow.write` too',
  tags,
});

export const listRuns = route({
  method: 'GET',
  path: '/api/v1/runs',
  needs: 'run.read',
  on: 'any',
  query: z.strictObject({
    flow: id.optional(),
    state: runState.optional(),
    trigger: z.string().min(1).max(64).optional().describe('The id of a trigger, or a kind: `webhook@1`'),
    environment: z.string().min(1).max(64).optional(),
    from: time.optional().describe('Created then or later'),
    to: time.optional().describe('Created before then'),
    rerunOf: id.optional().describe('Only runs that run this one again'),
    cursor: cursor.optional(),
    limit: count(200).optional(),
  }),
  answers: { 200: z.strictObject({ runs: z.array(runRow), next: z.string().optional() }) },
  summary:
    'List runs, newest first. A page may be shorter than asked for, and empty, while `next` says that there is more to look through',
  tags,
});

export const listFailures = route({
  method: 'GET',
  path: '/api/v1/failures',
  needs: 'run.read',
  on: 'any',
  query: z.strictObject({ flow: id.optional(), from: time.optional().describe('Created then or later') }),
  answers: {
    200: z.strictObject({
      failures: z.array(
        z.strictObject({
          flow: id,
          flowName: z.string().nullable(),
          step: z.string().nullable(),
          code: z.string(),
          count: z.int(),
          first: time.describe('When the first of those counted ended'),
          last: time,
          run: id.describe('The last of them'),
        }),
      ),
      more: z.boolean().describe('There are older failed runs that were not counted'),
    }),
  },
  problems: ['requests.limit'],
  summary: 'Failed runs by flow, step and code, the latest first; the last 10,000 are counted',
  tags,
});

export const getRun = route({
  method: 'GET',
  path: '/api/v1/runs/{id}',
  needs: 'run.read',
  on: 'run',
  params: byId,
  query: z.strictObject({
    large: z
      .literal('apart')
      .optional()
      .describe(
        'An output of more than 256 kB is left out: `apart` says so, with its size and the address of its pages',
      ),
  }),
  answers: { 200: run },
  problems: ['missing'],
  summary: 'Read one run; with `large=apart`, a large output only by its address',
  tags,
});

const seq = z
  .string()
  .regex(/^[0-9]{1,12}$/, 'the seq of an event')
  .transform(Number);

export const getJournal = route({
  method: 'GET',
  path: '/api/v1/runs/{id}/journal',
  needs: 'run.read',
  on: 'run',
  params: byId,
  query: z.strictObject({ after: seq.optional(), limit: count(1000).optional() }),
  answers: {
    200: z.strictObject({ events: z.array(event), next: z.int().optional().describe('Pass it as `after` to go on') }),
  },
  problems: ['missing'],
  summary: 'Read the journal of a run, in pages',
  tags,
});

export const followRun = route({
  method: 'GET',
  path: '/api/v1/runs/{id}/events',
  needs: 'run.read',
  on: 'run',
  params: byId,
  query: z.strictObject({
    after: seq.optional(),
    ticket: z
      .string()
      .max(64)
      .optional()
      .describe('In place of a header with a credential: a ticket of `POST /api/v1/tickets` for this very run'),
  }),
  answers: {
    200: media(
      'text/event-stream',
      'Server-sent events: id = seq, event = type, data = the event. Closes after the end',
    ),
    204: media('', 'The run is over and the client has seen all of it'),
  },
  problems: ['missing', 'streams.limit'],
  summary: 'Follow a run as it happens; resumes by Last-Event-ID',
  tags,
});

export const cancelRun = route({
  method: 'POST',
  path: '/api/v1/runs/{id}/cancel',
  needs: 'run.cancel',
  on: 'run',
  params: byId,
  body: z.strictObject({ reason: z.string().max(500).optional() }),
  answers: { 200: accepted },
  problems: ['missing', 'run.over'],
  summary: 'Cancel a run that is not over',
  tags,
  audited: 'after',
});

export const continueRun = route({
  method: 'POST',
  path: '/api/v1/runs/{id}/continue',
  needs: 'run',
  on: 'run',
  params: byId,
  body: z
    .strictObject({
      step: stepId.optional().describe('One of the held steps; absent: all of them'),
      item: z.array(z.int().min(0)).max(16).optional().describe('With `step`: one item of the block it is in'),
      mode: z
        .enum(['continue', 'step'])
        .describe('`continue`: on to the next breakpoint. `step`: this step, and what comes up next is held'),
      input: json
        .optional()
        .describe('What the step is given in place of what it was about to be given; only by who started the run'),
    })
    .refine((body) => body.item === undefined || body.step !== undefined, {
      path: ['step'],
      message: 'expected `step` beside `item`',
    }),
  answers: { 200: accepted },
  problems: ['missing', 'run.over', 'run.not_held', 'run.held_many', 'permission.missing'],
  summary: 'Let steps begin that a draft run holds at breakpoints. Needs `flow.write` too',
  tags,
  audited: 'before',
});

export const rerunRun = route({
  method: 'POST',
  path: '/api/v1/runs/{id}/rerun',
  needs: 'run',
  on: 'run',
  params: byId,
  body: z
    .strictObject({
      failed: z.literal(true).optional().describe('Only what failed or never ran'),
      from: stepId.optional().describe('This step and what depends on it'),
      to: stepId.optional().describe('Up to and with this step'),
      input: json.optional(),
      version: z.int().min(1).optional(),
    })
    .refine((body) => [body.failed, body.from, body.to].filter((mode) => mode !== undefined).length <= 1, {
      path: ['from'],
      message: 'expected at most one of `failed`, `from` and `to`, got more',
    }),
  answers: { 202: accepted },
  problems: ['missing'],
  summary: 'Run again: everything, or only what failed, or from or up to a step',
  tags,
});

export const resolveRun = route({
  method: 'POST',
  path: '/api/v1/runs/{id}/resolve',
  needs: 'run.cancel',
  on: 'run',
  params: byId,
  body: z.strictObject({ choice: z.enum(['repeat', 'skip', 'fail']) }),
  answers: { 200: accepted },
  problems: ['missing', 'run.not_in_doubt'],
  summary: 'Settle a run in doubt: repeat the step, take null as its result, or let the run fail',
  tags,
  audited: 'before',
});
