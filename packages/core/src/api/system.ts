/** Health, metrics, and the description of the API itself. */

import { z } from 'zod';
import { media, route } from './route.ts';
import { json, time } from './shapes.ts';

const tags = ['system'] as const;

export const health = route({
  method: 'GET',
  path: '/health',
  needs: 'none:load balancers and supervisors ask it, and it says nothing but that the process answers',
  on: 'nobody',
  answers: { 200: z.strictObject({ status: z.literal('ok') }) },
  summary: 'Does the process answer?',
  tags,
});

export const ready = route({
  method: 'GET',
  path: '/health/ready',
  needs: 'none:load balancers ask it, and it names only which part is not ready',
  on: 'nobody',
  answers: {
    200: z.strictObject({ status: z.literal('ready') }),
    503: z.strictObject({ status: z.literal('waiting'), missing: z.array(z.string()).readonly() }),
  },
  summary: 'Can it take work? 503 lists what is missing',
  tags,
});

export const metrics = route({
  method: 'GET',
  path: '/metrics',
  needs: 'metrics.read',
  on: 'workspace',
  answers: { 200: media('text/plain', 'Prometheus text format') },
  summary: 'Figures of this process, and runs of the workspace by state',
  tags,
});

export const openapi = route({
  method: 'GET',
  path: '/api/v1/openapi.json',
  needs: 'none:it describes the doors and opens none; the same text is in the source',
  on: 'nobody',
  answers: { 200: json },
  summary: 'This API as an OpenAPI 3.1 document',
  tags,
});

export const schema = route({
  method: 'GET',
  path: '/api/v1/schemas/{name}',
  needs: 'none:it describes files, so that editors can check them; the same text is in the source',
  on: 'nobody',
  params: z.strictObject({ name: z.string().regex(/^[a-z]+\.json$/, 'a schema name such as flow.json') }),
  answers: { 200: json },
  problems: ['missing'],
  summary: 'A JSON Schema: flow.json, run.json, event.json or problem.json',
  tags,
});

export const doctor = route({
  method: 'GET',
  path: '/api/v1/instance/doctor',
  needs: 'instance.manage',
  on: 'workspace',
  answers: {
    200: z.strictObject({
      at: time.describe('When it was looked; a look is kept for a minute'),
      version: z.string(),
      findings: z.array(
        z.strictObject({
          what: z.string(),
          state: z.enum(['ok', 'look', 'wrong']),
          text: z.string(),
          next: z.string().optional().describe('What to do'),
        }),
      ),
    }),
  },
  problems: ['missing'],
  summary: 'What `headgate doctor` finds: the folder, the key, the database, the journal, the disk, the jail',
  tags,
});
