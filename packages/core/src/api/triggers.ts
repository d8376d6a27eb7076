/** How the triggers of a flow fare: when each looks, what it last started, since when it fails and why. */

import { z } from 'zod';
import { route } from './route.ts';
import { byId, id, problem, time } from './shapes.ts';

const lastRun = z.strictObject({ id, state: z.string(), created: time });

const health = z.strictObject({
  trigger: z.string(),
  kind: z.string(),
  environment: z.string(),
  live: z.boolean().describe('False: the flow or the trigger is switched off, or nothing is published'),
  looked: time
    .nullable()
    .describe('When it last asked or looked, however that went; null: not since the server started'),
  next: time
    .nullable()
    .describe('When it asks, looks or comes due next; null: now, never again, or when somebody calls'),
  last: lastRun
    .nullable()
    .describe('The latest run it started, of the latest of the flow; null: none, or none that you may see'),
  failing: z
    .strictObject({ since: time, times: z.int(), problem })
    .nullable()
    .describe('Since when it fails, how often in a row, and why'),
});

export const listTriggers = route({
  method: 'GET',
  path: '/api/v1/flows/{id}/triggers',
  needs: 'flow.read',
  on: 'flow',
  params: byId,
  answers: { 200: z.strictObject({ triggers: z.array(health).readonly() }) },
  problems: ['missing'],
  summary: 'List the triggers of the version that runs, with how each fares',
  tags: ['flows'],
});

/** Of a flow in a list. */
export const glance = {
  triggers: z
    .array(z.strictObject({ id: z.string(), kind: z.string() }))
    .readonly()
    .describe('Triggers of the draft'),
  failing: z.boolean().describe('A trigger fails'),
  last: lastRun.nullable().describe('The latest run; null: none, or you may not read runs'),
} as const;
