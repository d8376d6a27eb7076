/** API keys: shown once, kept as a keyed hash. */

import { z } from 'zod';
import { permissions } from './flows.ts';
import { empty, route } from './route.ts';
import { byId, id, name, time } from './shapes.ts';

const tags = ['keys'] as const;

const scope = {
  permissions,
  projects: z.array(id).min(1).max(1000).nullable().optional().describe('Only these projects; absent: all'),
  flows: z.array(id).min(1).max(1000).nullable().optional().describe('Only these flows; absent: all'),
  expires: time.nullable().optional(),
};

const key = z.strictObject({
  id,
  name,
  permissions: z.array(z.string()).readonly(),
  projects: z.array(id).readonly().nullable(),
  flows: z.array(id).readonly().nullable(),
  expires: time.nullable(),
  revoked: time.nullable(),
  created: time,
  used: time.nullable(),
});

export const createKey = route({
  method: 'POST',
  path: '/api/v1/keys',
  needs: 'key.manage',
  on: 'workspace',
  body: z.strictObject({ name, ...scope }),
  answers: {
    201: key.extend({ key: z.string().describe('The key itself: this answer is the only time it is shown') }),
  },
  problems: ['key.beyond'],
  summary: 'Create a key that holds at most what its maker holds',
  tags,
  audited: 'before',
});

export const listKeys = route({
  method: 'GET',
  path: '/api/v1/keys',
  needs: 'key.manage',
  on: 'workspace',
  answers: { 200: z.strictObject({ keys: z.array(key) }) },
  summary: 'List keys, without the keys themselves',
  tags,
});

export const revokeKey = route({
  method: 'DELETE',
  path: '/api/v1/keys/{id}',
  needs: 'key.manage',
  on: 'workspace',
  params: byId,
  answers: { 204: empty('Revoked; requests and streams of the key end within a second') },
  problems: ['missing'],
  summary: 'Revoke a key, at once and for good',
  tags,
  audited: 'after',
});
