/**
 * Taking up an invitation, choosing the workspace that a session acts in, and deleting one that the account owns.
 *
 * AI1 Who has no account yet makes one for the invited address; who has one has to be signed in with it: a token is no proof
 *     of an account that has a password.
 * AI2 A workspace is deleted by a person who owns it, who signed in minutes ago and typed its name: by no key and no token.
 */

import { z } from 'zod';
import { byToken, page, seeOther, signedIn } from './auth.ts';
import { empty, route } from './route.ts';
import { byId, name } from './shapes.ts';

const tags = ['auth'] as const;

export const acceptPage = route({
  method: 'GET',
  path: '/api/v1/auth/invitations/{token}',
  needs: 'none:the token of the invitation is what it judges, and it changes nothing',
  on: 'nobody',
  params: byToken,
  answers: { 200: page },
  problems: ['link.unknown', 'auth.limit'],
  summary: 'The form behind an invitation',
  tags,
});

export const accept = route({
  method: 'POST',
  path: '/api/v1/auth/invitations/{token}',
  needs: 'none:the token of the invitation is what it judges, and for who has an account the session too',
  on: 'nobody',
  params: byToken,
  body: z.strictObject({ name: name.optional(), password: z.string().min(1).max(256).optional() }),
  bodyKind: 'either',
  answers: { 201: signedIn, 303: seeOther },
  problems: [
    'link.unknown',
    'auth.limit',
    'auth.busy',
    'auth.missing',
    'auth.pending',
    'password.weak',
    'signup.closed',
    'input.invalid',
  ],
  summary: 'Take up an invitation: with a new account (name and password), or signed in with the one that was invited',
  tags,
});

const workspace = z.strictObject({
  id: z.string(),
  name: z.string(),
  role: z.string().nullable(),
  chosen: z.boolean(),
  held: z.boolean().describe('An administrator made a new way in: until somebody there says it is you, you only read'),
});

export const ownWorkspaces = route({
  method: 'GET',
  path: '/api/v1/auth/workspaces',
  needs: 'self:workspaces that the own account is a member of',
  on: 'nobody',
  answers: { 200: z.strictObject({ workspaces: z.array(workspace) }) },
  summary: 'Workspaces of the account, and which one this session acts in',
  tags,
});

export const chooseWorkspace = route({
  method: 'POST',
  path: '/api/v1/auth/workspaces/{id}',
  needs: 'self:the workspace that the own session acts in',
  on: 'nobody',
  params: byId,
  answers: { 204: empty('This session acts there from now on') },
  problems: ['missing'],
  summary: 'Choose the workspace that this session acts in',
  tags,
});

export const deleteWorkspace = route({
  method: 'POST',
  path: '/api/v1/auth/workspaces/{id}/delete',
  needs: 'self:a workspace that the own account is an owner of, soon after signing in',
  on: 'nobody',
  params: byId,
  body: z.strictObject({ name: name.describe('The name of the workspace, as proof that this one is meant') }),
  answers: { 202: empty('Nobody gets in any more; what is in it is being deleted') },
  problems: [
    'missing',
    'auth.stale',
    'permission.missing',
    'account.held',
    'workspace.name',
    'workspace.first',
    'audit.down',
  ],
  summary: 'Delete a workspace with everything in it: it cannot be taken back',
  tags,
});
