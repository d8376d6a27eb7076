/**
 * Environments of a project and the values in them. Values are no secrets: who reads the flows of the project reads them.
 *
 * EV1 Values are set over the revision they were made from, never over what somebody else set meanwhile.
 */

import { z } from 'zod';
import { ENVIRONMENT_NAME, ENVIRONMENT_NAME_IS, VALUE_NAME, VALUE_NAME_IS } from '../access/environment-name.ts';
import { empty, route } from './route.ts';
import { id, json, name } from './shapes.ts';

const tags = ['environments'] as const;

export const environmentName = z.string().regex(ENVIRONMENT_NAME, ENVIRONMENT_NAME_IS);
export const values = z
  .record(z.string().regex(VALUE_NAME, VALUE_NAME_IS), json)
  .refine((vars) => Object.keys(vars).length <= 1_000, 'expected at most 1000 values')
  .refine((vars) => JSON.stringify(vars).length <= 262_144, 'expected at most 256 KiB of values');

const approval = z
  .boolean()
  .describe('A promotion to it waits for somebody else, and nothing runs in it but what was promoted');
const row = z.strictObject({
  name: environmentName,
  title: z.string(),
  approval,
  revision: z.int().describe('Of its values'),
  values: z.array(z.string()).describe('The names of its values'),
});
const byProject = z.strictObject({ project: id });
const byName = z.strictObject({ project: id, environment: environmentName });

export const listEnvironments = route({
  method: 'GET',
  path: '/api/v1/projects/{project}/environments',
  needs: 'flow.read',
  on: 'project',
  params: byProject,
  answers: { 200: z.strictObject({ environments: z.array(row) }) },
  problems: ['missing'],
  summary: 'List the environments of a project, `default` first',
  tags,
});

export const createEnvironment = route({
  method: 'POST',
  path: '/api/v1/projects/{project}/environments',
  needs: 'environment.manage',
  on: 'project',
  params: byProject,
  body: z.strictObject({ name: environmentName, title: name.optional(), approval: approval.optional() }),
  answers: { 201: row },
  problems: ['missing', 'name.taken'],
  summary: 'Make an environment',
  tags,
  audited: 'before',
  tells: ['name', 'approval'],
});

export const getEnvironment = route({
  method: 'GET',
  path: '/api/v1/projects/{project}/environments/{environment}',
  needs: 'flow.read',
  on: 'project',
  params: byName,
  answers: { 200: row },
  problems: ['missing'],
  summary: 'Read an environment',
  tags,
});

export const patchEnvironment = route({
  method: 'PATCH',
  path: '/api/v1/projects/{project}/environments/{environment}',
  needs: 'environment.manage',
  on: 'project',
  params: byName,
  body: z.strictObject({
    title: name.optional(),
    approval: approval.optional().describe('Switching it off needs the permission project.manage too'),
  }),
  answers: { 200: row },
  problems: ['missing', 'environment.used', 'permission.missing'],
  summary: 'Give an environment another title, or say whether promotions to it are approved',
  tags,
  audited: 'before',
  tells: ['title', 'approval'],
});

export const deleteEnvironment = route({
  method: 'DELETE',
  path: '/api/v1/projects/{project}/environments/{environment}',
  needs: 'environment.manage',
  on: 'project',
  params: byName,
  answers: { 204: empty('Deleted, with its values and what was lent in it alone') },
  problems: ['missing', 'environment.used'],
  summary: 'Delete an environment without secrets of its own in which nothing was promoted; `default` stays',
  tags,
  audited: 'before',
});

export const getVars = route({
  method: 'GET',
  path: '/api/v1/projects/{project}/environments/{environment}/vars',
  needs: 'flow.read',
  on: 'project',
  params: byName,
  answers: { 200: z.strictObject({ revision: z.int(), vars: values }) },
  problems: ['missing'],
  summary: 'Read the values of an environment, as expressions see them under `vars`',
  tags,
});

export const putVars = route({
  method: 'PUT',
  path: '/api/v1/projects/{project}/environments/{environment}/vars',
  needs: 'environment.manage',
  on: 'project',
  params: byName,
  body: z.strictObject({ revision: z.int().min(0).describe('The one these values were made from'), vars: values }),
  answers: { 200: z.strictObject({ revision: z.int() }) },
  problems: ['missing', 'environment.conflict', 'environment.guarded'],
  summary: 'Set all values of an environment. Runs that began before keep the ones they began with',
  tags,
  audited: 'before',
});
