/** Accounts of the instance, for who manages it: who there is, and their standing. No door of a workspace leads here. */

import { z } from 'zod';
import { account } from './auth.ts';
import { route } from './route.ts';
import { byId, count, cursor, time } from './shapes.ts';

const tags = ['users'] as const;

export const listUsers = route({
  method: 'GET',
  path: '/api/v1/users',
  needs: 'instance.manage',
  on: 'workspace',
  query: z.strictObject({
    cursor: cursor.optional(),
    limit: count(200).optional(),
    email: z.string().max(254).optional().describe('The account at this mail address alone'),
  }),
  answers: { 200: z.strictObject({ users: z.array(account), next: z.string().nullable() }) },
  summary: 'Accounts of the instance',
  tags,
});

export const patchUser = route({
  method: 'PATCH',
  path: '/api/v1/users/{id}',
  needs: 'instance.manage',
  on: 'workspace',
  params: byId,
  body: z.strictObject({
    state: z.enum(['active', 'suspended']).optional().describe('`active` also approves an account that waits'),
    administrator: z.boolean().optional(),
  }),
  answers: { 200: account },
  problems: ['missing', 'user.last'],
  summary: 'Approve, suspend, or let somebody manage the instance; ends every session of the account',
  tags,
  audited: 'before',
  tells: ['state', 'administrator'],
});

export const resetUser = route({
  method: 'POST',
  path: '/api/v1/users/{id}/reset',
  needs: 'instance.manage',
  on: 'workspace',
  params: byId,
  answers: { 201: z.strictObject({ link: z.string(), expires: time }) },
  problems: ['missing'],
  summary: 'A link to a new password, to hand over where no mail is set up',
  tags,
  audited: 'before',
});
