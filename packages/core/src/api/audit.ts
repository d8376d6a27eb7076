/** The audit trail: who did what to which object, and what was refused. */

import { z } from 'zod';
import { route } from './route.ts';
import { count, cursor, time } from './shapes.ts';

const record = z.strictObject({
  id: z.int(),
  at: time,
  actor: z.string(),
  action: z.string(),
  object: z.string(),
  decision: z.enum(['allow', 'deny']),
  reason: z.string().nullable(),
  run: z.string().nullable(),
  step: z.string().nullable(),
});

export const listAudit = route({
  method: 'GET',
  path: '/api/v1/audit',
  needs: 'audit.read',
  on: 'workspace',
  query: z.strictObject({ cursor: cursor.optional(), limit: count(1000).optional() }),
  answers: { 200: z.strictObject({ records: z.array(record), next: z.string().optional() }) },
  summary: 'Read the audit trail of the workspace, newest first',
  tags: ['audit'],
});

export const listInstanceAudit = route({
  method: 'GET',
  path: '/api/v1/audit/instance',
  needs: 'instance.manage',
  on: 'workspace',
  query: z.strictObject({ cursor: cursor.optional(), limit: count(1000).optional() }),
  answers: { 200: z.strictObject({ records: z.array(record), next: z.string().optional() }) },
  summary: 'Read what was refused before any workspace was known (no key, or a wrong one)',
  tags: ['audit'],
});
