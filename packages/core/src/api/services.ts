/**
 * Services that flows can call: those that come with the server, and those that a workspace described itself. What is
 * given out is what forms and tools are made of; recordings stay with the manifest.
 */

import { z } from 'zod';
import { empty, route } from './route.ts';
import { json } from './shapes.ts';

const tags = ['services'] as const;

const auth = z.enum(['none', 'bearer', 'header', 'basic', 'path', 'aws4', 'oauth2']).describe('How it knows who calls');

const listed = z
  .strictObject({
    name: z.string().describe('As flows name it'),
    title: z.string(),
    summary: z.string(),
    auth,
    own: z.boolean().describe('Described by the workspace itself'),
    operations: z.array(z.strictObject({ id: z.string(), title: z.string(), method: z.string() })).readonly(),
    triggers: z
      .array(z.strictObject({ id: z.string(), title: z.string(), kind: z.enum(['poll', 'webhook']) }))
      .readonly(),
  })
  .meta({ id: 'ServiceListed' });

const whole = z
  .strictObject({
    name: z.string(),
    title: z.string(),
    summary: z.string(),
    docs: z.string().nullable().describe('Where the service documents itself'),
    auth,
    own: z.boolean(),
    secret: z.string().nullable().describe('How a person gets what it asks for'),
    origin: z.string().nullable().describe('The origin a secret is stored for; null: it depends on the input'),
    connect: z
      .strictObject({ authorizeUrl: z.string(), tokenUrl: z.string(), scopes: json, extra: json })
      .nullable()
      .describe('What a connection needs'),
    operations: z
      .array(
        z.strictObject({
          id: z.string(),
          title: z.string(),
          summary: z.string(),
          method: z.string(),
          path: z.string(),
          pages: z.boolean().describe('Does it answer in pages, `{items, more}`?'),
          repeatable: z.boolean().describe('May it be done twice without harm?'),
          input: json.describe('Closed JSON Schema of what it takes'),
        }),
      )
      .readonly(),
    triggers: z
      .array(
        z.strictObject({
          id: z.string(),
          title: z.string(),
          summary: z.string(),
          kind: z.enum(['poll', 'webhook']),
          input: json.describe('Closed JSON Schema of what it takes; null for a webhook'),
          preset: z.string().nullable().describe('How a webhook is signed'),
          events: z
            .array(z.strictObject({ name: z.string(), text: z.string() }))
            .readonly()
            .nullable()
            .describe('Kinds of events that a webhook is known for'),
          setUp: z.string().nullable().describe('Where a person gives the service the address of a webhook'),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'Service' });

const byName = z.strictObject({ service: z.string().max(60).describe('The name of a service') });

export const listServices = route({
  method: 'GET',
  path: '/api/v1/services',
  needs: 'flow.read',
  on: 'any',
  answers: { 200: z.strictObject({ services: z.array(listed).readonly() }) },
  summary: 'List the services that flows can call',
  tags,
});

export const getService = route({
  method: 'GET',
  path: '/api/v1/services/{service}',
  needs: 'flow.read',
  on: 'any',
  params: byName,
  answers: { 200: whole },
  problems: ['missing'],
  summary: 'Give what a service can do, with the schema of what each of its operations takes',
  tags,
});

export const putService = route({
  method: 'PUT',
  path: '/api/v1/services',
  needs: 'flow.write',
  on: 'workspace',
  body: z.strictObject({ manifest: json.describe('By /api/v1/schemas/service.json') }),
  answers: { 200: z.strictObject({ name: z.string(), operations: z.int() }) },
  problems: ['service.taken', 'service.full'],
  summary:
    'Describe a service for the workspace, over the one of the same name; flows that use it do so at their next step',
  tags,
  audited: 'after',
});

export const deleteService = route({
  method: 'DELETE',
  path: '/api/v1/services/{service}',
  needs: 'flow.write',
  on: 'workspace',
  params: byName,
  answers: { 204: empty('Deleted') },
  problems: ['missing', 'service.used', 'requests.limit'],
  summary: 'Delete a service that the workspace described, once no flow uses it; `problems` names those that do',
  tags,
  audited: 'after',
});
