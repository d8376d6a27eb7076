/**
 * Secrets: write-only. A value goes in and never comes out, nor its length, nor a hash of it; flows use it by name
 * through the broker.
 *
 * SE1 The origins change only together with the value: who could change them alone could have it sent to himself.
 */

import { z } from 'zod';
import { isOrigin } from '../access/scopes/secret.ts';
import { SECRET_NAME, SECRET_NAME_IS } from '../access/secret-name.ts';
import { isSecretOrigin } from '../access/secret-origin.ts';
import { credentialSchema, LISTED_KINDS, PLACEHOLDER } from './credential.ts';
import { ENVIRONMENT_NAME_IS } from '../access/environment-name.ts';
import { empty, route } from './route.ts';
import { id, project, time } from './shapes.ts';

const tags = ['secrets'] as const;
const secretName = z.string().regex(SECRET_NAME, SECRET_NAME_IS);
/** Where tokens of the web are sent, and passwords of mail servers. */
export const webOrigin = z
  .string()
  .max(300)
  .refine(
    isSecretOrigin,
    'expected an origin such as https://api.example.com, or a mail server such as smtp://smtp.example.com:587',
  );
const secretOrigin = z
  .string()
  .max(300)
  .refine(
    (text) => isSecretOrigin(text) || isOrigin(text),
    'expected an origin such as https://api.example.com, smtp://smtp.example.com:587 or postgres://db.example.com:5432',
  );
const kind = z.enum(LISTED_KINDS);
const environment = z
  .string()
  .regex(/^(\*|[a-z][a-z0-9_-]{0,63})$/, `${ENVIRONMENT_NAME_IS}, or *`)
  .describe(
    'The one environment it is for; * or absent: all of them. One of the environment itself comes before one of all',
  );
const inProject = z.strictObject({ project: project.optional() });
const inEnvironment = z.strictObject({ project: project.optional(), environment: environment.optional() });

export const putSecret = route({
  method: 'PUT',
  path: '/api/v1/secrets',
  needs: 'secret.write',
  on: 'project',
  body: z
    .strictObject({
      name: secretName,
      project: project.optional(),
      environment: environment.optional(),
      value: z
        .string()
        .min(1)
        .max(65_536)
        .refine((text) => text !== PLACEHOLDER, 'the placeholder of a form, not a value')
        .optional()
        .describe(
          'A plain text. Sent as the header authorization, after Bearer unless it begins with Bearer, Basic or Token',
        ),
      credential: credentialSchema.optional().describe('Instead of a value: a credential of a kind'),
      origins: z
        .array(secretOrigin)
        .max(100)
        .optional()
        .describe('The only origins it may be sent to; none: it is sent nowhere'),
    })
    .refine((body) => (body.value === undefined) !== (body.credential === undefined), {
      error: 'expected either a value or a credential',
      path: ['value'],
    }),
  answers: {
    200: z.strictObject({
      id,
      name: secretName,
      version: z.int(),
      note: z.string().optional().describe('What its owner should know, e.g. that a value is too short to be hidden'),
    }),
  },
  problems: ['missing', 'environment.unknown'],
  summary: 'Store a secret, or the next version of it',
  tags,
  audited: 'before',
  tells: ['name', 'project', 'environment', 'origins'],
});

const row = {
  id,
  name: z.string(),
  kind,
  environment: z.string().describe('The one it is for; * stands for all'),
  origins: z.array(z.string()).readonly(),
  version: z.int(),
  created: time,
  updated: time,
};

export const listSecrets = route({
  method: 'GET',
  path: '/api/v1/secrets',
  needs: 'secret.write',
  on: 'project',
  query: inProject,
  answers: { 200: z.strictObject({ secrets: z.array(z.strictObject(row)) }) },
  problems: ['missing'],
  summary: 'List secrets without their values',
  tags,
});

export const getSecret = route({
  method: 'GET',
  path: '/api/v1/secrets/{name}',
  needs: 'secret.write',
  on: 'project',
  params: z.strictObject({ name: secretName }),
  query: inEnvironment,
  answers: {
    200: z.strictObject({
      ...row,
      form: z.record(z.string(), z.literal(PLACEHOLDER)).describe('The fields of its kind, each with a placeholder'),
    }),
  },
  problems: ['missing'],
  summary: 'Look at a secret without its value',
  tags,
});

export const deleteSecret = route({
  method: 'DELETE',
  path: '/api/v1/secrets/{name}',
  needs: 'secret.write',
  on: 'project',
  params: z.strictObject({ name: secretName }),
  query: inEnvironment,
  answers: { 204: empty('Deleted') },
  problems: ['missing'],
  summary: 'Delete a secret',
  tags,
  audited: 'after',
});

export const secretUses = route({
  method: 'GET',
  path: '/api/v1/secrets/{name}/uses',
  needs: 'secret.write',
  on: 'project',
  params: z.strictObject({ name: secretName }),
  query: inProject,
  answers: {
    200: z.strictObject({
      uses: z
        .array(
          z.strictObject({
            flow: id,
            flowName: z.string(),
            step: z.string().describe('Or the trigger whose signature is checked with it'),
            draft: z.boolean().describe('The draft names it'),
            version: z.int().nullable().describe('The latest version, where that names it'),
          }),
        )
        .describe('Of flows that the caller sees'),
      grants: z
        .array(
          z.strictObject({
            flow: id,
            flowName: z.string(),
            step: z.string(),
            power: z.string(),
            environment: z.string(),
            used: time.nullable().describe('When a run last used it; null: not since `since`'),
          }),
        )
        .describe('Who may use it'),
      since: time.nullable().describe('How far back the trail was looked through; null: nothing was ever used'),
      more: z.boolean().describe('There are flows that were not looked at'),
    }),
  },
  problems: ['missing', 'requests.limit'],
  summary: 'Which flows and steps name a secret, what was lent of it, and when it was last used',
  tags,
});
