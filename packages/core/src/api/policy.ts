/** The policy of a workspace: what of all powers its steps may use at all. */

import { z } from 'zod';
import { route } from './route.ts';
import { byId, time } from './shapes.ts';

const tags = ['policy'] as const;

const powers = z.array(z.string().min(1).max(500)).max(1_000).readonly();

const policy = {
  only: powers.optional().describe('Nothing but these powers; absent: everything that is not denied'),
  denied: powers.describe('Not these, whoever lent them and whatever `only` lists'),
};

const shown = z.strictObject({
  ...policy,
  updated: time.nullable().describe('null: nobody ever set one, and everything may be lent'),
  by: z.string().nullable(),
});

export const getPolicy = route({
  method: 'GET',
  path: '/api/v1/workspace/policy',
  needs: 'grant.give',
  on: 'any',
  answers: { 200: shown },
  summary: 'What steps of the workspace may use at all',
  tags,
});

export const setPolicy = route({
  method: 'PUT',
  path: '/api/v1/workspace/policy',
  needs: 'workspace.manage',
  on: 'workspace',
  body: z.strictObject(policy),
  answers: { 200: shown },
  summary: 'Say what steps of the workspace may use; counts at every use within a second, for runs under way too',
  tags,
  audited: 'before',
});

export const getBounds = route({
  method: 'GET',
  path: '/api/v1/workspaces/{id}/bounds',
  needs: 'flow.read',
  on: 'any',
  params: byId,
  answers: { 200: shown },
  problems: ['missing'],
  summary: 'What the instance lets steps of the own workspace use, whatever its policy says',
  tags,
});

export const setBounds = route({
  method: 'PUT',
  path: '/api/v1/workspaces/{id}/bounds',
  needs: 'instance.manage',
  on: 'workspace',
  params: byId,
  body: z.strictObject(policy),
  answers: { 200: shown },
  problems: ['missing'],
  summary: 'Say what steps of a workspace may use at all, whatever its people say; counts as its policy does',
  tags,
  audited: 'before',
});
