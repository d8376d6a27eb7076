/**
 * The OAuth 2.1 authorization server: how a third-party application, an MCP client above all, gets a token that a person
 * gave it. Everything lies under /api/, so it works without the web app and behind a proxy that forwards /api alone.
 *
 * OA1 Code flow with PKCE (S256) only; public clients only: a client has no secret, and a code is worth nothing without
 *     the verifier.
 * OA2 A redirect goes to an address that the client registered, character for character; before client and address are
 *     known to be right, nobody is redirected (GUI-10).
 * OA3 A token is for one resource of this server (RFC 8707), and never holds more than the person does when it is used.
 */

import { z } from 'zod';
import { empty, media, route } from './route.ts';
import { byId, id, name, time } from './shapes.ts';

const tags = ['oauth'] as const;

const text = z.string().max(2_000);
/** What an authorization request may carry. The last ones are known to other servers, and mean nothing here. */
const request = {
  response_type: text.optional(),
  client_id: text.optional(),
  redirect_uri: text.optional(),
  scope: text.optional(),
  state: text.optional(),
  code_challenge: text.optional(),
  code_challenge_method: text.optional(),
  resource: text.optional(),
  prompt: text.optional(),
  nonce: text.optional(),
  login_hint: text.optional(),
  ui_locales: text.optional(),
  audience: text.optional(),
  access_type: text.optional(),
  response_mode: text.optional(),
};

const wrong = z.strictObject({ error: z.string(), error_description: z.string() });

const serverMetadata = z.strictObject({
  issuer: z.string(),
  authorization_endpoint: z.string(),
  token_endpoint: z.string(),
  revocation_endpoint: z.string(),
  introspection_endpoint: z.string(),
  scopes_supported: z.array(z.string()).readonly(),
  response_types_supported: z.array(z.string()),
  response_modes_supported: z.array(z.string()),
  grant_types_supported: z.array(z.string()),
  token_endpoint_auth_methods_supported: z.array(z.string()),
  revocation_endpoint_auth_methods_supported: z.array(z.string()),
  code_challenge_methods_supported: z.array(z.string()),
  authorization_response_iss_parameter_supported: z.boolean(),
  client_id_metadata_document_supported: z.boolean(),
});

const resourceMetadata = z.strictObject({
  resource: z.string(),
  authorization_servers: z.array(z.string()),
  scopes_supported: z.array(z.string()).readonly(),
  bearer_methods_supported: z.array(z.string()),
  resource_name: z.string(),
});

const metadata = (path: `/${string}`, what: 'server' | 'resource') =>
  route({
    method: 'GET',
    path,
    needs: 'none:what a client has to know before it can ask',
    on: 'nobody',
    answers: { 200: what === 'server' ? serverMetadata : resourceMetadata },
    summary:
      what === 'server'
        ? 'What this authorization server offers (RFC 8414)'
        : 'Which server gives tokens for the MCP endpoint (RFC 9728)',
    tags,
  });

export const oauthServer = metadata('/api/v1/oauth/.well-known/oauth-authorization-server', 'server');
export const oauthServerInserted = metadata('/.well-known/oauth-authorization-server/api/v1/oauth', 'server');
export const oauthResource = metadata('/api/v1/oauth/.well-known/oauth-protected-resource', 'resource');
export const oauthResourceInserted = metadata(
  '/.well-known/oauth-protected-resource/api/v1/mcp/streamable',
  'resource',
);

export const authorize = route({
  method: 'GET',
  path: '/api/v1/oauth/authorize',
  needs: 'none:the session of who looks at it is what it judges',
  on: 'nobody',
  query: z.strictObject(request),
  answers: {
    200: media('text/html', 'The page on which a person consents, or is asked to sign in'),
    303: empty('Back to the client with an error'),
  },
  problems: ['oauth.client', 'oauth.redirect'],
  summary: 'Ask a person whether an application may have a token',
  tags,
});

export const consent = route({
  method: 'POST',
  path: '/api/v1/oauth/authorize',
  needs: 'none:the session of who answers it is what it judges',
  on: 'nobody',
  body: z.strictObject({ ticket: z.string().max(100), decision: z.enum(['allow', 'deny']) }),
  bodyKind: 'form',
  answers: { 303: empty('Back to the client, with a code or a refusal') },
  problems: ['oauth.ticket', 'auth.missing'],
  summary: 'Answer the page of consent',
  tags,
});

export const oauthToken = route({
  method: 'POST',
  path: '/api/v1/oauth/token',
  needs: 'none:the code or the refresh token in it is what it judges',
  on: 'nobody',
  body: z.strictObject({
    grant_type: text.optional(),
    code: text.optional(),
    redirect_uri: text.optional(),
    client_id: text.optional(),
    code_verifier: text.optional(),
    refresh_token: text.optional(),
    resource: text.optional(),
    scope: text.optional(),
    audience: text.optional(),
  }),
  bodyKind: 'form',
  answers: {
    200: z.strictObject({
      access_token: z.string(),
      token_type: z.literal('Bearer'),
      expires_in: z.int(),
      refresh_token: z.string(),
      scope: z.string(),
    }),
    400: wrong,
  },
  problems: ['auth.limit'],
  summary: 'Exchange a code, or a refresh token, for tokens; a refresh token works once',
  tags,
});

export const oauthRevoke = route({
  method: 'POST',
  path: '/api/v1/oauth/revoke',
  needs: 'none:the token in it is what it judges',
  on: 'nobody',
  body: z.strictObject({
    token: text,
    token_type_hint: text.optional(),
    client_id: text.optional(),
  }),
  bodyKind: 'form',
  answers: { 200: empty('It is good no more, if it ever was') },
  summary: 'End a token and all that came of the same consent (RFC 7009)',
  tags,
});

export const oauthIntrospect = route({
  method: 'POST',
  path: '/api/v1/oauth/introspect',
  needs: 'token.manage',
  on: 'workspace',
  body: z.strictObject({ token: text, token_type_hint: text.optional() }),
  bodyKind: 'form',
  answers: {
    200: z.strictObject({
      active: z.boolean(),
      scope: z.string().optional(),
      client_id: z.string().optional(),
      sub: z.string().optional(),
      exp: z.int().optional(),
      iat: z.int().optional(),
      aud: z.string().optional(),
      iss: z.string().optional(),
      token_type: z.string().optional(),
    }),
  },
  summary: 'What a token of this workspace stands for (RFC 7662)',
  tags,
});

const client = z.strictObject({
  id,
  name,
  redirects: z.array(z.string()).readonly(),
  by: z.string(),
  created: time,
});

export const createClient = route({
  method: 'POST',
  path: '/api/v1/oauth/clients',
  needs: 'token.manage',
  on: 'workspace',
  body: z.strictObject({ name, redirects: z.array(z.string().min(1).max(500)).min(1).max(20) }),
  answers: { 201: client },
  problems: ['oauth.redirect'],
  summary:
    'Register an application, with the addresses it may be sent back to. It gets no secret: it proves itself by PKCE',
  tags,
  audited: 'before',
  makes: 'c_',
  tells: ['name'],
});

export const listClients = route({
  method: 'GET',
  path: '/api/v1/oauth/clients',
  needs: 'token.manage',
  on: 'workspace',
  answers: { 200: z.strictObject({ clients: z.array(client) }) },
  summary: 'List the registered applications',
  tags,
});

export const deleteClient = route({
  method: 'DELETE',
  path: '/api/v1/oauth/clients/{id}',
  needs: 'token.manage',
  on: 'workspace',
  params: byId,
  answers: { 204: empty('Gone, with every token that it was given') },
  problems: ['missing'],
  summary: 'Remove an application and end all its tokens',
  tags,
  audited: 'after',
});

const consented = z.strictObject({
  id,
  client: z.string(),
  name: z.string(),
  permissions: z.array(z.string()).readonly(),
  resource: z.string(),
  created: time,
  revoked: time.nullable(),
});

export const listConsents = route({
  method: 'GET',
  path: '/api/v1/me/consents',
  needs: 'key.own',
  on: 'any',
  answers: { 200: z.strictObject({ consents: z.array(consented) }) },
  summary: 'List what you let applications do',
  tags,
});

export const endConsent = route({
  method: 'DELETE',
  path: '/api/v1/me/consents/{id}',
  needs: 'key.own',
  on: 'any',
  params: byId,
  answers: { 204: empty('Ended; the tokens of the application are good no more') },
  problems: ['missing'],
  summary: 'Take back what you let an application do',
  tags,
  audited: 'after',
});

/** What the page of consent shows. */
export type ConsentView = {
  /** Where the form posts to. */
  readonly action: string;
  readonly ticket: string;
  readonly client: string;
  /** Where the client says it lives; null for a registered one. */
  readonly home: string | null;
  /** The host that the person is sent back to. */
  readonly redirectHost: string;
  readonly workspace: string;
  readonly sentences: readonly string[];
  /** What was asked for and the person does not hold. */
  readonly without: readonly string[];
};
