/**
 * Members of a workspace, and invitations into it.
 *
 * MB1 Nobody gives, changes or takes away a role that holds more than he holds himself, nor that of somebody who holds more.
 * MB2 A workspace keeps an owner.
 */

import { z } from 'zod';
import { roleName } from './projects.ts';
import { empty, route } from './route.ts';
import { byId, id, time } from './shapes.ts';
import { user } from './workspaces.ts';

const tags = ['members'] as const;
const byUser = z.strictObject({ user });
const role = roleName.nullable().describe('In the whole workspace; null: only what projects and groups give');

export const listMembers = route({
  method: 'GET',
  path: '/api/v1/members',
  needs: 'flow.read',
  on: 'workspace',
  answers: {
    200: z.strictObject({
      members: z.array(
        z.strictObject({
          user,
          name: z.string(),
          email: z.string(),
          role: z.string().nullable(),
          created: time,
          by: z.string(),
        }),
      ),
    }),
  },
  summary: 'List the members of the workspace',
  tags,
});

export const putMember = route({
  method: 'PUT',
  path: '/api/v1/members/{user}',
  needs: 'member.manage',
  on: 'workspace',
  params: byUser,
  body: z.strictObject({ role }),
  answers: { 204: empty('Changed: it holds within a second, for what is under way too') },
  problems: ['missing', 'role.unknown', 'role.beyond', 'member.last_owner'],
  summary: 'Change the role of a member',
  tags,
  audited: 'before',
  tells: ['role'],
});

export const deleteMember = route({
  method: 'DELETE',
  path: '/api/v1/members/{user}',
  needs: 'member.manage',
  on: 'workspace',
  params: byUser,
  query: z.strictObject({ successor: user.optional().describe('Who gets the flows; absent: they are switched off') }),
  answers: {
    200: z.strictObject({
      keys: z.int().describe('Keys of the account that were revoked'),
      workspaceKeys: z
        .int()
        .describe('Keys of the workspace that the member made: they hold nothing until they are rotated'),
      flows: z.int().describe('Flows that changed hands, or were switched off'),
      runs: z.int().describe('Runs that were cancelled'),
    }),
  },
  problems: ['missing', 'role.beyond', 'member.last_owner', 'member.unfit'],
  summary: 'End a membership: keys and powers lent are gone at once, what was started is cancelled, flows change hands',
  tags,
  audited: 'after',
});

const invitation = z.strictObject({
  id,
  email: z.string(),
  role: z.string().nullable(),
  projects: z.array(z.strictObject({ project: id, role: z.string() })).readonly(),
  by: z.string(),
  created: time,
  expires: time,
  accepted: time.nullable(),
  revoked: time.nullable(),
});

export const invite = route({
  method: 'POST',
  path: '/api/v1/invitations',
  needs: 'member.manage',
  on: 'workspace',
  body: z.strictObject({
    email: z.email().max(254),
    role: role.optional(),
    projects: z
      .array(z.strictObject({ project: id, role: roleName }))
      .max(100)
      .optional(),
    days: z.int().min(1).max(30).optional().describe('How long it can be taken up; 7 when left out'),
  }),
  answers: {
    201: invitation.extend({
      token: z.string().describe('What the invited person takes it up with: shown this once'),
      link: z.string().describe('The page where it is taken up, with the token in it. No mail is sent: hand it over'),
      account: z
        .enum(['active', 'pending'])
        .nullable()
        .describe(
          'How an account begins that it makes; null: sign-up is closed to that address, so who has no account cannot take it up',
        ),
    }),
  },
  problems: ['missing', 'role.unknown', 'role.beyond'],
  summary: 'Invite somebody by mail address, with a role in the workspace or in projects',
  tags,
  audited: 'before',
  makes: 'i_',
  tells: ['email', 'role', 'projects'],
});

export const listInvitations = route({
  method: 'GET',
  path: '/api/v1/invitations',
  needs: 'member.manage',
  on: 'workspace',
  answers: { 200: z.strictObject({ invitations: z.array(invitation) }) },
  summary: 'List invitations, newest first',
  tags,
});

export const revokeInvitation = route({
  method: 'DELETE',
  path: '/api/v1/invitations/{id}',
  needs: 'member.manage',
  on: 'workspace',
  params: byId,
  answers: { 204: empty('It cannot be taken up any more') },
  problems: ['missing'],
  summary: 'Take an invitation back',
  tags,
  audited: 'after',
});
