/** Values by key, in named stores of projects: what they hold is sealed at rest, but for numbers. */

import { z } from 'zod';
import { keyEntry, keyName, keysName } from '../table/key.ts';
import { KEY_LIMITS } from '../table/limits.ts';
import { DURATION } from '../flow/duration.ts';
import { empty, route } from './route.ts';
import { count, json, project } from './shapes.ts';

const tags = ['kv'] as const;

const where = { project: project.optional(), store: keysName.optional() };
const ofKey = z.strictObject({ ...where, name: keyName.describe('The key') });
const ttl = z.string().regex(DURATION, 'a duration such as 90s or 7d').describe('How long it lasts');
const after = z.string().regex(/^[A-Za-z0-9_-]{1,3000}$/, 'the `next` of the page before');

export const listStores = route({
  method: 'GET',
  path: '/api/v1/kv/stores',
  needs: 'table.read',
  on: 'project',
  query: z.strictObject({ project: project.optional() }),
  answers: { 200: z.strictObject({ stores: z.array(z.string()) }) },
  problems: ['missing'],
  summary: 'List the key-value stores that hold something',
  tags,
});

export const listKeyValues = route({
  method: 'GET',
  path: '/api/v1/kv',
  needs: 'table.read',
  on: 'project',
  query: z.strictObject({
    ...where,
    prefix: z.string().max(KEY_LIMITS.key).optional().describe('Only keys that begin with this'),
    cursor: after.optional(),
    limit: count(KEY_LIMITS.page).optional(),
  }),
  answers: { 200: z.strictObject({ keys: z.array(keyEntry), next: after.optional() }) },
  problems: ['missing'],
  summary: 'List keys in their order, without what is kept under them',
  tags,
});

export const getKeyValue = route({
  method: 'GET',
  path: '/api/v1/kv/value',
  needs: 'table.read',
  on: 'project',
  query: ofKey,
  answers: { 200: keyEntry.extend({ value: json }) },
  problems: ['missing'],
  summary: 'Read what is kept under a key',
  tags,
});

export const setKeyValue = route({
  method: 'PUT',
  path: '/api/v1/kv/value',
  needs: 'table.write',
  on: 'project',
  query: ofKey,
  body: z.strictObject({
    value: json,
    ttl: ttl.optional(),
    only: z.literal('new').optional().describe('Nothing may be under the key'),
  }),
  answers: { 200: keyEntry },
  problems: ['missing', 'kv.taken', 'kv.many', 'kv.value', 'quota.bytes', 'disk.full'],
  summary: 'Keep a value under a key, for good or for a time',
  tags,
  audited: 'after',
  tells: ['store', 'name'],
});

export const incrementKeyValue = route({
  method: 'POST',
  path: '/api/v1/kv/increment',
  needs: 'table.write',
  on: 'project',
  query: ofKey,
  body: z.strictObject({ amount: z.number().optional().describe('Absent: 1'), ttl: ttl.optional() }),
  answers: { 200: keyEntry.extend({ value: z.number() }) },
  problems: ['missing', 'kv.number', 'kv.many', 'quota.bytes', 'disk.full'],
  summary: 'Add to the number under a key, which begins at 0',
  tags,
  audited: 'after',
  tells: ['store', 'name'],
});

export const deleteKeyValue = route({
  method: 'DELETE',
  path: '/api/v1/kv/value',
  needs: 'table.write',
  on: 'project',
  query: ofKey,
  answers: { 204: empty('Deleted') },
  problems: ['missing'],
  summary: 'Delete what is kept under a key',
  tags,
  audited: 'after',
  tells: ['store', 'name'],
});
