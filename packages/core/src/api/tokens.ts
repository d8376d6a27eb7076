/**
 * Engine tokens: JWTs signed with EdDSA, bound to one engine, that last for a day at most. Their public keys are open.
 *
 * T1 A token never holds more than who made it does at the moment of use (AZ-10).
 * T2 It lends no powers and makes no other credential.
 */

import { z } from 'zod';
import { TOKEN_PERMISSIONS } from '../access/token.ts';
import { empty, route } from './route.ts';
import { byId, id, name, time } from './shapes.ts';

const tags = ['tokens'] as const;

const DAY = 86_400;

const token = z.strictObject({
  id: id.describe('The `jti` of the token'),
  family: id.describe('The id of the token that it was first refreshed from, or its own'),
  name,
  maker: z.string(),
  subject: z.string(),
  permissions: z.array(z.string()).readonly(),
  projects: z.array(id).readonly().nullable(),
  flows: z.array(id).readonly().nullable(),
  issued: time,
  expires: time,
  renewable: time.describe('Until when it may be refreshed'),
  renewed: time.nullable(),
  revoked: time.nullable(),
});

const fresh = token.extend({
  token: z.string().describe('The token itself: this answer is the only time it is shown'),
});

export const createToken = route({
  method: 'POST',
  path: '/api/v1/tokens',
  needs: 'token.manage',
  on: 'workspace',
  body: z.strictObject({
    name,
    permissions: z.array(z.enum(TOKEN_PERMISSIONS)).min(1).max(TOKEN_PERMISSIONS.length),
    projects: z.array(id).min(1).max(50).nullable().optional().describe('Only these projects; absent: all'),
    flows: z.array(id).min(1).max(50).nullable().optional().describe('Only these flows; absent: all'),
    lifetime: z.int().min(60).max(DAY).optional().describe('Seconds, 60 to 86400; by default 3600'),
    renewable: z
      .int()
      .min(0)
      .max(30 * DAY)
      .optional()
      .describe('Seconds for which it may be refreshed again and again, at most 2592000; by default 0: not at all'),
  }),
  answers: { 201: fresh },
  problems: ['token.beyond'],
  summary: 'Make an engine token that holds at most what its maker holds, for a day at most',
  tags,
  audited: 'before',
  makes: 't_',
  tells: ['name', 'permissions', 'projects', 'flows'],
});

export const listTokens = route({
  method: 'GET',
  path: '/api/v1/tokens',
  needs: 'token.manage',
  on: 'workspace',
  answers: { 200: z.strictObject({ engine: z.string(), tokens: z.array(token) }) },
  summary: 'List engine tokens, without the tokens themselves; those that ran out, for a week',
  tags,
});

export const refreshToken = route({
  method: 'POST',
  path: '/api/v1/tokens/refresh',
  needs: 'none:the token that comes with it is what it judges',
  on: 'nobody',
  body: z.strictObject({}),
  answers: { 200: fresh },
  problems: ['auth.missing', 'auth.invalid', 'auth.limit', 'token.final'],
  summary:
    'Exchange a valid engine token for its successor; the old one ends within a minute, and coming with it again ends both',
  tags,
});

export const revokeToken = route({
  method: 'DELETE',
  path: '/api/v1/tokens/{id}',
  needs: 'token.manage',
  on: 'workspace',
  params: byId,
  answers: { 204: empty('Ended, with all that it was refreshed from and to, within a second') },
  problems: ['missing'],
  summary: 'Revoke an engine token and its whole family',
  tags,
  audited: 'after',
});

export const revokeTokens = route({
  method: 'DELETE',
  path: '/api/v1/tokens',
  needs: 'token.manage',
  on: 'workspace',
  query: z
    .strictObject({
      subject: z.string().min(1).max(64).optional().describe('An account or a key'),
      all: z.literal('true').optional(),
    })
    .refine(({ subject, all }) => (subject === undefined) !== (all === undefined), 'one of `subject` and `all`'),
  answers: { 200: z.strictObject({ revoked: z.int() }) },
  summary: 'Revoke the engine tokens of one subject (an account or a key), or all of the workspace',
  tags,
  audited: 'after',
});

export const rotateTokenKeys = route({
  method: 'POST',
  path: '/api/v1/tokens/rotate-keys',
  needs: 'instance.manage',
  on: 'workspace',
  body: z.strictObject({
    end: z
      .boolean()
      .optional()
      .describe('End all tokens of the old keys at once, of every workspace, instead of letting them run out'),
  }),
  answers: { 200: z.strictObject({ kid: z.string() }) },
  summary: 'Sign engine tokens with a new key from now on; those of the old one hold until they run out',
  tags,
  audited: 'before',
});

const jwk = z.strictObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string(),
  kid: z.string(),
  alg: z.literal('EdDSA'),
  use: z.literal('sig'),
});

export const tokenKeys = route({
  method: 'GET',
  path: '/api/v1/auth/jwks',
  needs: 'none:public keys are public',
  on: 'nobody',
  answers: { 200: z.strictObject({ keys: z.array(jwk) }) },
  summary: 'The public keys of engine tokens, as a JSON Web Key Set (RFC 7517); old ones until their tokens ran out',
  tags,
});
