/**
 * A connection: what is sealed of a client of OAuth 2.0 towards an outside service, and of the tokens it holds there. It is
 * a secret of a kind of its own: picked by name where secrets are picked, lent by the same power, sent to its own origins
 * alone. Only the engine opens it, asks for tokens and writes the next version (engine/connections).
 *
 * CN1 Where tokens are asked for, and for which client, is sealed with them: who can write in the database alone cannot have
 *     a refresh token or a client's secret sent elsewhere.
 * CN2 The address that a browser is sent to holds nothing but what is said here: what the protocol itself puts there cannot
 *     be named as a parameter of one's own.
 */

import { z } from 'zod';
import { problem, type Problem } from '../problem.ts';
import { clientAuth, clientId, clientSecret, httpsAddress, scope, token } from './credential.ts';

/** `code`: a person says yes in the browser; `device`: on another device; `client`: the client is its own account. */
export const CONNECTION_GRANTS = ['code', 'device', 'client'] as const;
export type ConnectionGrant = (typeof CONNECTION_GRANTS)[number];

/** What the protocol puts into the address of consent itself. */
const RESERVED: ReadonlySet<string> = new Set([
  ...['client_id', 'client_secret', 'redirect_uri', 'response_type', 'response_mode', 'scope', 'state', 'nonce', 'iss'],
  ...['code', 'code_challenge', 'code_challenge_method', 'code_verifier', 'request', 'request_uri'],
]);

const parameters = z
  .record(
    z
      .string()
      .regex(/^[a-z][a-z0-9_.-]{0,63}$/, 'the name of a parameter')
      .refine((name) => !RESERVED.has(name), 'this parameter is set by the server alone'),
    z.string().max(500),
  )
  .refine((all) => Object.keys(all).length <= 20, 'at most 20 parameters')
  .describe('What the provider wants besides in the address of consent, as {"access_type": "offline"}.');

/** What a connection is made of, apart from where it may be sent. */
const client = {
  grant: z.enum(CONNECTION_GRANTS),
  authorizeUrl: httpsAddress.optional().describe('Where a person says yes: an https address. For the grant `code`.'),
  tokenUrl: httpsAddress.describe('Where tokens are asked for: an https address. It alone gets the client’s secret.'),
  deviceUrl: httpsAddress.optional().describe('Where a code for another device is asked for. For the grant `device`.'),
  revokeUrl: httpsAddress
    .optional()
    .describe('Where tokens are given back when the connection ends, if the service offers it.'),
  issuer: httpsAddress
    .optional()
    .describe('What the provider calls itself: an answer that names another one is refused (RFC 9207).'),
  clientId,
  clientSecret: clientSecret.optional(),
  clientAuth,
  scope: scope.optional(),
  parameters: parameters.optional(),
};

const complete = (of: {
  readonly grant: ConnectionGrant;
  readonly authorizeUrl?: string | undefined;
  readonly deviceUrl?: string | undefined;
  readonly clientSecret?: string | undefined;
}): boolean =>
  of.grant === 'code'
    ? of.authorizeUrl !== undefined
    : of.grant === 'device'
      ? of.deviceUrl !== undefined
      : of.clientSecret !== undefined;
const COMPLETE = 'code needs authorizeUrl, device needs deviceUrl, client needs clientSecret';

/** What is given when a connection is made. */
export const connectionClient = z
  .strictObject(client)
  .refine(complete, { error: COMPLETE, path: ['grant'] })
  .meta({ id: 'ConnectionClient' });

const connectionSchema = z.strictObject({
  kind: z.literal('connection'),
  ...client,
  access: token.optional(),
  refresh: token.optional(),
  /** Milliseconds since the epoch; absent: the answer did not say, and it holds until it is refused. */
  ends: z.int().optional(),
  /** How long the access token holds, in milliseconds. */
  span: z.int().optional(),
  /** Access tokens before this one, which runs may still hold: hidden like it. */
  past: z.array(token).max(8).optional(),
  /** Why nothing is asked for any more until somebody connects anew. */
  refused: z.string().max(100).optional(),
});

/** A connection as it is sealed. */
export type Connection = z.output<typeof connectionSchema>;

/** Reads what was stored; null when it is no connection. */
export const readConnection = (json: string): Connection | null => {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return null;
  }
  const read = connectionSchema.safeParse(value);
  return read.success ? read.data : null;
};

/** Why a connection does not hold any more, by what is kept of it; texts for people. */
const REASONS: Readonly<Record<string, string>> = {
  invalid_grant: 'the service took it back, or its time is over',
  invalid_client: 'the service does not know the client any more, or its secret changed',
  lost: 'the service renewed it, and this server stopped before the answer was kept; what is left is spent',
  expired: 'its token ended, and the service gave nothing to renew it with',
  refused: 'the service refused its token, and gave nothing to renew it with',
};

/** That somebody has to connect it anew. `why`: what is kept of it. */
export const reconnectNeeded = (name: string, why: string): Problem =>
  problem(
    'connection.reconnect',
    `The connection ${name} does not hold any more: ${REASONS[why] ?? `the service refused to renew it (${why})`}`,
    { fix: 'Connect it anew: Trust, Connections, Reconnect; or headgate connection connect NAME.' },
  );
