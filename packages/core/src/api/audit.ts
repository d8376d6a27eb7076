/** The audit trail: who did what to which object, and what was refused. */

import { z } from 'zod';
import { route } from './route.ts';
import { count, cursor, time } from './shapes.ts';

const record = z.strictObject({
  id: z.int().describe('Of this record alone; it tells no order'),
  at: time,
  actor: z.string(),
  action: z.string(),
  object: z.string(),
  decision: z.enum(['allow', 'deny']),
  reason: z.string().nullable(),
  run: z.string().nullable(),
  step: z.string().nullable(),
});

/** What is looked for; all that is given has to fit. */
const search = {
  cursor: cursor.optional(),
  limit: count(1000).optional(),
  actor: z.string().min(1).max(64).optional().describe('The id of who did it'),
  action: z
    .string()
    .regex(/^[A-Za-z]+(\.[A-Za-z_]+)*\.?$/, 'what was done, as grant.given, or all of a family, as `grant.`')
    .max(100)
    .optional()
    .describe('What was done, as `grant.given`; all of a family with its dot, as `grant.`'),
  decision: z.enum(['allow', 'deny']).optional(),
  about: z.string().min(1).max(200).optional().describe('Stands in the object, whatever its case'),
  run: z.string().min(1).max(64).optional(),
  since: time.optional(),
  until: time.optional(),
};

export const listAudit = route({
  method: 'GET',
  path: '/api/v1/audit',
  needs: 'audit.read',
  on: 'workspace',
  query: z.strictObject(search),
  answers: { 200: z.strictObject({ records: z.array(record), next: z.string().optional() }) },
  summary:
    'Read or search the audit trail of the workspace, newest first. A page may hold less than asked for and still have a `next`: a look goes through 50,000 records at most',
  tags: ['audit'],
});

export const listInstanceAudit = route({
  method: 'GET',
  path: '/api/v1/audit/instance',
  needs: 'instance.manage',
  on: 'workspace',
  query: z.strictObject(search),
  answers: { 200: z.strictObject({ records: z.array(record), next: z.string().optional() }) },
  summary: 'Read what was refused before any workspace was known (no key, or a wrong one)',
  tags: ['audit'],
});
