/**
 * Quotas of workspaces, and what was used of them.
 *
 * LI1 A quota is set by who manages the instance, and read by everybody in the workspace: nobody raises his own.
 */

import { z } from 'zod';
import { quotaSchema } from '../flow/budget.ts';
import { route } from './route.ts';
import { byId, id, name, time } from './shapes.ts';

const tags = ['limits'] as const;

const amount = z.number();
const amounts = z.strictObject({
  runs: amount.describe('Runs that began'),
  tokens: amount.describe('Tokens used'),
  money: amount.describe('Money spent, in millionths of the currency of the instance'),
  resets: time.describe('When the next one begins'),
});

const usage = {
  quota: quotaSchema.describe('What is not named has no limit'),
  day: amounts.describe('Since midnight, UTC'),
  month: amounts.describe('Since the first of the month, UTC'),
  concurrent: amount.describe('Runs that are not over'),
  bytes: amount.describe('Bytes of journals and files of its runs, and of files of its projects'),
  currency: z.string().describe('What money is counted in: the ISO 4217 code that the instance names'),
  updated: time.nullable().describe('null: nobody ever set a quota'),
  by: z.string().nullable(),
};

const shown = z.strictObject(usage);

export const getUsage = route({
  method: 'GET',
  path: '/api/v1/workspaces/{id}/usage',
  needs: 'flow.read',
  on: 'any',
  params: byId,
  answers: { 200: shown },
  problems: ['missing'],
  summary: 'What the runs of the own workspace used, and what they may',
  tags,
});

export const listUsage = route({
  method: 'GET',
  path: '/api/v1/instance/usage',
  needs: 'instance.manage',
  on: 'workspace',
  answers: { 200: z.strictObject({ workspaces: z.array(z.strictObject({ id, name, ...usage })) }) },
  summary: 'What each workspace used, and what it may',
  tags,
});

export const setQuota = route({
  method: 'PUT',
  path: '/api/v1/workspaces/{id}/quota',
  needs: 'instance.manage',
  on: 'workspace',
  params: byId,
  body: quotaSchema,
  answers: { 200: shown },
  problems: ['missing'],
  summary: 'Say what a workspace may use, in the place of what was said before; counts within a second, for new starts',
  tags,
  audited: 'before',
});
