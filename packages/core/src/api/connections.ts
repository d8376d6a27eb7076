/**
 * Connections: what this server may do at an outside service in somebody's name, by OAuth 2.0. Made here, agreed to in the
 * browser, renewed by the engine when they are used. Whoever may store secrets of a project may make connections of it.
 *
 * CX1 No answer holds a token, a code or a client's secret: they go in, or come to the engine, and never out.
 * CX2 As with a secret, the origins are declared when it is made and change with nothing but a connection made anew.
 */

import { z } from 'zod';
import { ENVIRONMENT_NAME_IS } from '../access/environment-name.ts';
import { SECRET_NAME, SECRET_NAME_IS } from '../access/secret-name.ts';
import { CONNECTION_GRANTS, connectionClient } from './connection.ts';
import { empty, media, route } from './route.ts';
import { id, problem, project, time } from './shapes.ts';
import { webOrigin } from './secrets.ts';

const tags = ['connections'] as const;
const connectionName = z.string().regex(SECRET_NAME, SECRET_NAME_IS);
const environment = z
  .string()
  .regex(/^(\*|[a-z][a-z0-9_-]{0,63})$/, `${ENVIRONMENT_NAME_IS}, or *`)
  .describe('The one environment it is for; * or absent: all of them');
const inProject = z.strictObject({ project: project.optional() });
const inEnvironment = z.strictObject({ project: project.optional(), environment: environment.optional() });
const byName = z.strictObject({ name: connectionName });

/** `new`: nobody agreed yet. `expiring`: its token ends within a day, and nothing renews it. */
export const CONNECTION_STATES = ['new', 'connected', 'expiring', 'reconnect'] as const;

const connection = z
  .strictObject({
    id,
    name: z.string(),
    environment: z.string().describe('The one it is for; * stands for all'),
    grant: z.enum(CONNECTION_GRANTS),
    state: z.enum(CONNECTION_STATES),
    problem: problem.nullable().describe('Why it has to be connected anew'),
    origins: z.array(z.string()).readonly().describe('The only origins its token is sent to'),
    authorizeUrl: z.string().nullable(),
    tokenUrl: z.string(),
    clientId: z.string(),
    scope: z.string().nullable(),
    service: z.string().nullable().describe('The service it was made for, where it came from one'),
    renewed: z.boolean().describe('A token that ends is renewed by itself'),
    expires: time.nullable().describe('When the token of now ends'),
    connected: time.nullable(),
    connectedBy: z.string().nullable(),
    created: time,
    updated: time,
  })
  .meta({ id: 'Connection' });

export const listConnections = route({
  method: 'GET',
  path: '/api/v1/connections',
  needs: 'secret.write',
  on: 'project',
  query: inProject,
  answers: {
    200: z.strictObject({
      connections: z.array(connection),
      callback: z.string().describe('The address to register with a provider as the one to go back to'),
    }),
  },
  problems: ['missing'],
  summary: 'List connections and the state they are in',
  tags,
});

export const createConnection = route({
  method: 'POST',
  path: '/api/v1/connections',
  needs: 'secret.write',
  on: 'project',
  body: z.strictObject({
    name: connectionName,
    project: project.optional(),
    environment: environment.optional(),
    client: connectionClient,
    origins: z.array(webOrigin).min(1).max(100).describe('The only origins its token may be sent to'),
    service: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,63}$/, 'the name of a service')
      .optional(),
  }),
  answers: { 201: z.strictObject({ id, name: connectionName }) },
  problems: ['missing', 'environment.unknown', 'environment.guarded', 'name.taken'],
  summary: 'Make a connection, which somebody then has to agree to',
  tags,
  audited: 'before',
  tells: ['name', 'project', 'environment', 'origins', 'service'],
});

export const getConnection = route({
  method: 'GET',
  path: '/api/v1/connections/{name}',
  needs: 'secret.write',
  on: 'project',
  params: byName,
  query: inEnvironment,
  answers: { 200: connection },
  problems: ['missing'],
  summary: 'Look at a connection and the state it is in',
  tags,
});

export const connect = route({
  method: 'POST',
  path: '/api/v1/connections/{name}/connect',
  needs: 'secret.write',
  on: 'project',
  params: byName,
  body: inEnvironment,
  answers: {
    200: z.discriminatedUnion('next', [
      z.strictObject({
        next: z.literal('browser'),
        url: z.string().describe('Where the person agrees, in the browser of the same session'),
        until: time,
      }),
      z.strictObject({
        next: z.literal('device'),
        url: z.string().describe('Where the code is typed in, on whatever device'),
        code: z.string(),
        complete: z.string().nullable().describe('The same address with the code in it, where the service gives one'),
        until: time,
      }),
      z.strictObject({ next: z.literal('done') }),
    ]),
  },
  problems: ['missing', 'environment.guarded', 'connection.browser', 'connection.failed', 'connection.busy'],
  summary: 'Begin to connect: answers where somebody agrees, or that it is done',
  tags,
  audited: 'before',
});

export const connectBack = route({
  method: 'GET',
  path: '/api/v1/connect/callback',
  needs: 'secret.write',
  on: 'any',
  query: z.strictObject({
    state: z.string().max(500).optional(),
    code: z.string().max(4000).optional(),
    iss: z.string().max(2000).optional(),
    error: z.string().max(200).optional(),
    error_description: z.string().max(2000).optional(),
    error_uri: z.string().max(2000).optional(),
    scope: z.string().max(4000).optional(),
    session_state: z.string().max(500).optional(),
    authuser: z.string().max(100).optional(),
    prompt: z.string().max(100).optional(),
    hd: z.string().max(300).optional(),
  }),
  answers: { 200: media('text/html', 'That it is connected, and that the window can be closed') },
  problems: ['connection.state', 'connection.denied', 'connection.issuer', 'connection.failed'],
  summary: 'Where a service sends the browser back to after somebody agreed',
  tags,
});

export const disconnect = route({
  method: 'POST',
  path: '/api/v1/connections/{name}/disconnect',
  needs: 'secret.write',
  on: 'project',
  params: byName,
  body: inEnvironment,
  answers: {
    200: z.strictObject({
      revoked: z.boolean().nullable().describe('Whether the service took the tokens back; null: it offers no way'),
    }),
  },
  problems: ['missing', 'environment.guarded'],
  summary: 'Give the tokens of a connection back and forget them; the connection stays, to be connected anew',
  tags,
  audited: 'after',
});

export const deleteConnection = route({
  method: 'DELETE',
  path: '/api/v1/connections/{name}',
  needs: 'secret.write',
  on: 'project',
  params: byName,
  query: inEnvironment,
  answers: { 204: empty('Deleted, its tokens given back where the service offers it') },
  problems: ['missing', 'environment.guarded'],
  summary: 'Delete a connection',
  tags,
  audited: 'after',
});
