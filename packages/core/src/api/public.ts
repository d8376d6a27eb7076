/**
 * Public flows: what anybody may run, as a visitor. A visitor holds no power: nothing that was lent `as caller` is his, he
 * reads no run, and he gets back what the flow answers and nothing else. Of a run that failed that is what its author worded
 * for callers, with a `stop`; otherwise `run.failed`.
 *
 * PU1 The graph is the published version, never anything that came with the request (API-05).
 * PU2 The input holds fields that the flow declares, and no others (API-06).
 */

import { z } from 'zod';
import { route } from './route.ts';
import { byId, json, problem, runState } from './shapes.ts';

/** Longest time a visitor waits for the end, in seconds. */
export const MAX_VISIT = 30;

export const publicForm = route({
  method: 'GET',
  path: '/api/v1/public/{id}',
  needs: 'none: a flow with the visibility public was opened to everybody by somebody entitled to share it',
  on: 'nobody',
  params: byId,
  answers: {
    200: z.strictObject({
      name: z.string(),
      description: z.string().nullable(),
      input: json.describe('The schema of its input, of the published version; null: it takes none'),
    }),
  },
  problems: ['missing', 'visits.limit'],
  summary: 'What a public flow is called and what input it takes: all that a form for it needs',
  tags: ['public'],
  crossSite: true,
});

export const visit = route({
  method: 'POST',
  path: '/api/v1/public/{id}/runs',
  needs: 'none: a flow with the visibility public was opened to everybody by somebody entitled to share it',
  on: 'nobody',
  params: byId,
  body: z.strictObject({
    input: z.record(z.string(), json).optional(),
    wait: z.number().min(0).max(MAX_VISIT).optional().describe('Seconds to wait for the end; 30 when left out'),
  }),
  answers: {
    200: z.strictObject({ state: runState, output: json, problem: problem.optional() }),
    202: z.strictObject({ state: runState }),
  },
  problems: ['missing', 'visits.limit', 'flow.busy'],
  summary: 'Run a public flow, as anybody. 200 with what it answers when it ended in time, else 202',
  tags: ['public'],
  crossSite: true,
});
