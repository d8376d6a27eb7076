/**
 * Workspaces, and what administrators of the instance do with them.
 *
 * WS1 An administrator of the instance makes workspaces and sees that they are there, and nothing of what is in them. To
 *     look in, he breaks the glass: for a reason, for an hour at most, on record in the workspace itself before anything
 *     is read, by a key that its people see in their list and can revoke.
 * WS2 A workspace without an owner who can sign in is given one by an administrator, never himself: nothing that he can
 *     read comes of it.
 */

import { z } from 'zod';
import { empty, route } from './route.ts';
import { byId, id, name, time } from './shapes.ts';

const tags = ['workspaces'] as const;

/** Longest time that the glass stays broken, in minutes. */
export const MAX_GLASS = 60;

const row = z.strictObject({ id, name, created: time });
export const user = z.string().regex(/^u_[A-Za-z0-9_-]{1,62}$/, 'the id of an account');

export const listWorkspaces = route({
  method: 'GET',
  path: '/api/v1/workspaces',
  needs: 'flow.read',
  on: 'any',
  answers: {
    200: z.strictObject({ workspaces: z.array(z.strictObject({ id, name, role: z.string().nullable() })) }),
  },
  summary: 'List the workspaces that the caller is a member of; for a key, its own',
  tags,
});

export const createWorkspace = route({
  method: 'POST',
  path: '/api/v1/workspaces',
  needs: 'instance.manage',
  on: 'workspace',
  body: z.strictObject({
    name,
    to: user.describe('The id of the account that becomes its owner, as `GET /api/v1/users` lists them'),
  }),
  answers: { 201: row },
  problems: ['member.unfit'],
  summary: 'Make a workspace with an owner',
  tags,
  audited: 'before',
  makes: 'w_',
  tells: ['name', 'to'],
});

export const patchWorkspace = route({
  method: 'PATCH',
  path: '/api/v1/workspace',
  needs: 'workspace.manage',
  on: 'workspace',
  body: z.strictObject({
    name: name.optional(),
    twoFactors: z.boolean().optional().describe('Whether its members have to sign in with two factors, or a passkey'),
  }),
  answers: { 200: row.extend({ twoFactors: z.boolean() }) },
  summary: 'Rename the workspace, or insist on two factors of its members',
  tags,
  audited: 'before',
  tells: ['name', 'twoFactors'],
});

export const listAllWorkspaces = route({
  method: 'GET',
  path: '/api/v1/instance/workspaces',
  needs: 'instance.manage',
  on: 'workspace',
  answers: { 200: z.strictObject({ workspaces: z.array(row) }) },
  summary: 'List all workspaces of the instance, and nothing of what is in them',
  tags,
});

export const appointOwner = route({
  method: 'POST',
  path: '/api/v1/instance/workspaces/{id}/owner',
  needs: 'instance.manage',
  on: 'workspace',
  params: byId,
  body: z.strictObject({ to: user.describe('The account that becomes its owner; not the one that asks') }),
  answers: { 204: empty('It has an owner') },
  problems: ['missing', 'workspace.owned', 'member.unfit'],
  summary: 'Give a workspace an owner when none of those it has is left, on record there; nothing in it is read',
  tags,
  audited: 'after',
});

export const breakGlass = route({
  method: 'POST',
  path: '/api/v1/instance/break-glass',
  needs: 'instance.manage',
  on: 'workspace',
  body: z.strictObject({
    into: id.describe('The workspace'),
    reason: z.string().trim().min(10).max(300).describe('Kept in the audit trail of that workspace'),
    minutes: z.int().min(1).max(MAX_GLASS),
  }),
  answers: {
    201: z.strictObject({
      id,
      key: z.string().describe('A key that reads that workspace until it expires: shown this once'),
      expires: time,
    }),
  },
  problems: ['missing'],
  summary: 'Look into a workspace as an administrator of the instance: for a reason, for a time, and on record there',
  tags,
  audited: 'before',
});
