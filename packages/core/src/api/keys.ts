/**
 * API keys: shown once, kept as a keyed hash. Those of the workspace are made by who manages keys; those of an account by
 * the person himself, and they never hold more than he does at the moment of use.
 *
 * K1 A rotation is on record before its new secret leaves: when it cannot be, the secret is lost, and nobody holds it.
 */

import { z } from 'zod';
import { budgetSchema } from '../flow/budget.ts';
import { permissions } from './flows.ts';
import { empty, route } from './route.ts';
import { byId, id, name, time } from './shapes.ts';

const tags = ['keys'] as const;

const limits = z.strictObject({
  rate: z.int().min(1).max(1_000_000).nullable().optional().describe('Requests a minute; absent: no limit'),
  burst: z.int().min(1).max(1_000_000).nullable().optional().describe('Requests at once before the rate holds'),
  parallel: z.int().min(1).max(10_000).nullable().optional().describe('Requests under way at the same time'),
});

const scope = {
  permissions,
  projects: z.array(id).min(1).max(1000).nullable().optional().describe('Only these projects; absent: all'),
  flows: z.array(id).min(1).max(1000).nullable().optional().describe('Only these flows; absent: all'),
  expires: time
    .nullable()
    .optional()
    .describe('Absent: after the days that the server sets. null: never, if it allows that'),
  limits: limits.optional(),
  budget: budgetSchema.optional().describe('What the runs it starts may use together; absent: no limit'),
};

const secret = z.strictObject({
  created: time,
  until: time.nullable().describe('Replaced, and valid until then; null: the one of now'),
});

const key = z.strictObject({
  id,
  name,
  user: z.string().nullable().describe('The account whose key it is; null: the workspace’s own'),
  by: z.string().nullable().describe('Who made it, or took it over; null: the command line, or nobody knows any more'),
  permissions: z.array(z.string()).readonly(),
  lost: z
    .array(z.string())
    .describe('Of its permissions those that it does not hold now, because who made it does not'),
  projects: z.array(id).readonly().nullable(),
  flows: z.array(id).readonly().nullable(),
  limits: z.strictObject({
    rate: z.int().nullable(),
    burst: z.int().nullable(),
    parallel: z.int().nullable(),
  }),
  budget: budgetSchema,
  secrets: z.array(secret).describe('The newest first; two while a rotation overlaps'),
  expires: time.nullable(),
  revoked: time.nullable(),
  created: time,
  used: time.nullable(),
});

const shownOnce = z.string().describe('The key itself: this answer is the only time it is shown');
const fresh = key.extend({ key: shownOnce });
const wish = z.strictObject({ name, ...scope });
const overlap = z.strictObject({
  overlap: z
    .int()
    .min(0)
    .max(7 * 86_400)
    .optional()
    .describe('Seconds that the old secret stays valid besides: 0 to 604800, by default 86400'),
});

export const createKey = route({
  method: 'POST',
  path: '/api/v1/keys',
  needs: 'key.manage',
  on: 'workspace',
  body: wish,
  answers: { 201: fresh },
  problems: ['key.beyond', 'key.expiry'],
  summary: 'Create a key that holds at most what its maker holds',
  tags,
  audited: 'before',
  makes: 'key_',
  tells: ['name', 'permissions', 'projects', 'flows', 'expires'],
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

export const rotateKey = route({
  method: 'POST',
  path: '/api/v1/keys/{id}/rotate',
  needs: 'key.manage',
  on: 'workspace',
  params: byId,
  body: overlap,
  answers: { 200: fresh },
  problems: ['missing', 'key.beyond', 'key.over'],
  summary:
    'Give a key a new secret; the old one stays valid for the overlap, unless the key lost something by who made it: who rotates it then answers for it. Id, scope and expiry stay',
  tags,
  audited: 'after',
});

export const revokeKey = route({
  method: 'DELETE',
  path: '/api/v1/keys/{id}',
  needs: 'key.manage',
  on: 'workspace',
  params: byId,
  answers: {
    204: empty('Revoked; its requests and streams end within a second, the runs that it began are cancelled'),
  },
  problems: ['missing'],
  summary: 'Revoke a key, at once and for good',
  tags,
  audited: 'after',
});

export const createOwnKey = route({
  method: 'POST',
  path: '/api/v1/me/keys',
  needs: 'key.own',
  on: 'any',
  body: wish,
  answers: { 201: fresh },
  problems: ['key.beyond', 'key.expiry', 'key.unowned'],
  summary: 'Create a key of your own: it never holds more than you do when it is used',
  tags,
  audited: 'before',
  makes: 'key_',
  tells: ['name', 'permissions', 'projects', 'flows', 'expires'],
});

export const listOwnKeys = route({
  method: 'GET',
  path: '/api/v1/me/keys',
  needs: 'key.own',
  on: 'any',
  answers: { 200: z.strictObject({ keys: z.array(key) }) },
  summary: 'List your own keys, without the keys themselves',
  tags,
});

export const rotateOwnKey = route({
  method: 'POST',
  path: '/api/v1/me/keys/{id}/rotate',
  needs: 'key.own',
  on: 'any',
  params: byId,
  body: overlap,
  answers: { 200: fresh },
  problems: ['missing', 'key.beyond', 'key.over'],
  summary: 'Give a key of your own a new secret; the old one stays valid for the overlap',
  tags,
  audited: 'after',
});

export const revokeOwnKey = route({
  method: 'DELETE',
  path: '/api/v1/me/keys/{id}',
  needs: 'key.own',
  on: 'any',
  params: byId,
  answers: {
    204: empty('Revoked; its requests and streams end within a second, the runs that it began are cancelled'),
  },
  problems: ['missing', 'key.beyond'],
  summary: 'Revoke a key of your own, at once and for good; by a key, one that holds no more than it does',
  tags,
  audited: 'after',
});
