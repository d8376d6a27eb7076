/**
 * Providers of models that a workspace set up, and the models they give. A key goes in as a secret and is named here; no
 * answer holds one.
 *
 * MO1 Who sets up a provider names a secret that he may store himself, and its address is the kind's own wherever there is one.
 * MO2 A provider that names a secret is changed and removed only by who may store that secret: otherwise what is asked of it, and
 *     what it answers, would be somebody else's.
 */

import { z } from 'zod';
import { ADAPTERS, modelSpec, PROVIDER_NAME, PROVIDER_NAME_IS } from '../model/provider.ts';
import { providerSetup } from '../model/setup.ts';
import { empty, route } from './route.ts';
import { time } from './shapes.ts';

const tags = ['models'] as const;
const byProvider = z.strictObject({ provider: z.string().regex(PROVIDER_NAME, PROVIDER_NAME_IS) });

const kind = z
  .strictObject({
    name: z.string(),
    title: z.string(),
    summary: z.string(),
    docs: z.string().nullable().describe('Where it says how a key is had'),
    adapter: z.enum(ADAPTERS),
    baseUrl: z.string().nullable().describe('Where it is asked; null: whoever sets it up says it'),
    example: z.string().nullable(),
    key: z.boolean().describe('It asks for a key'),
    priced: z.string().nullable().describe('Of when the prices are'),
    models: z.array(modelSpec).readonly(),
  })
  .meta({ id: 'ModelProviderKind' });

const provider = z
  .strictObject({
    name: z.string().describe('What names of its models begin with'),
    ...providerSetup.shape,
    address: z.string().describe('Where it is asked'),
    by: z.string(),
    updated: time,
  })
  .meta({ id: 'ModelProvider' });

const listed = z
  .strictObject({
    ...modelSpec.shape,
    name: z.string().describe('As steps name it'),
    provider: z.string(),
    first: z.boolean().describe('The one of its provider that is offered first'),
  })
  .meta({ id: 'Model' });

export const listModels = route({
  method: 'GET',
  path: '/api/v1/models',
  needs: 'flow.read',
  on: 'any',
  answers: { 200: z.strictObject({ models: z.array(listed) }) },
  summary: 'List the models that steps can ask, with what they take and cost',
  tags,
});

export const listModelKinds = route({
  method: 'GET',
  path: '/api/v1/model-kinds',
  needs: 'flow.read',
  on: 'any',
  answers: { 200: z.strictObject({ kinds: z.array(kind) }) },
  summary: 'List the kinds of providers of models that can be set up',
  tags,
});

export const listModelProviders = route({
  method: 'GET',
  path: '/api/v1/model-providers',
  needs: 'model.manage',
  on: 'workspace',
  answers: { 200: z.strictObject({ providers: z.array(provider) }) },
  summary: 'List the providers of models that are set up',
  tags,
});

export const putModelProvider = route({
  method: 'PUT',
  path: '/api/v1/model-providers',
  needs: 'model.manage',
  on: 'workspace',
  body: z.strictObject({
    name: z.string().regex(PROVIDER_NAME, PROVIDER_NAME_IS).describe('What names of its models begin with'),
    ...providerSetup.shape,
  }),
  answers: { 200: provider },
  problems: ['model.full'],
  summary: 'Set up a provider of models, or change how it is set up; it counts from the next question on',
  tags,
  audited: 'before',
  tells: ['name', 'kind', 'baseUrl', 'secret', 'models'],
});

export const deleteModelProvider = route({
  method: 'DELETE',
  path: '/api/v1/model-providers/{provider}',
  needs: 'model.manage',
  on: 'workspace',
  params: byProvider,
  answers: { 204: empty('Removed') },
  problems: ['missing'],
  summary: 'Remove a provider of models; steps that name its models fail from then on',
  tags,
  audited: 'after',
});

export const testModelProvider = route({
  method: 'POST',
  path: '/api/v1/model-providers/{provider}/test',
  needs: 'model.manage',
  on: 'workspace',
  params: byProvider,
  answers: {
    200: z.strictObject({
      ok: z.boolean(),
      problem: z.strictObject({ code: z.string(), text: z.string(), fix: z.string().nullable() }).nullable(),
      models: z.array(z.string()).describe('Names of models that it says it has, a thousand at most'),
    }),
  },
  problems: ['missing'],
  summary: 'Ask a provider for its models, which costs nothing: is it there, and does it take the key?',
  tags,
  audited: 'before',
});
