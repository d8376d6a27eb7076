/**
 * Credentials of a kind: what is stored as a secret when it is more than a text. The broker fills each into a request by
 * its kind (engine/credentials.ts); the API takes them and never gives them back.
 *
 * It knows no network: an `oauth2_…` says where a token is to be had, and others go there.
 *
 * CR1 Whatever goes into a header is text that a header may carry: no line break, nothing outside ASCII.
 * CR2 No kind puts a secret into an address.
 * CR3 What a form shows in the place of a value is never taken for a value.
 */

import { z } from 'zod';

/** What forms and answers show in the place of every value, whatever its length. */
export const PLACEHOLDER = '••••••••';

const isReal = (text: string): boolean => !text.includes('••••');
const REAL = 'the placeholder of a form, not a value: leave the secret as it is, or give its value';

const text = (most: number) => z.string().min(1).max(most).refine(isReal, REAL);
/** For a header: printable ASCII, and spaces within. */
const inHeader = text(16_384).regex(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/, 'printable ASCII without line breaks');
export const token = text(16_384).regex(/^[\x21-\x7e]+$/, 'printable ASCII without spaces');
// oxlint-disable-next-line no-control-regex -- control characters are what is refused
const printable = /^[^\u0000-\u001f\u007f]*$/;

/** Headers that say where a message goes or where it ends: the outgoing door writes them. */
const RESERVED: ReadonlySet<string> = new Set([
  ...['connection', 'content-length', 'expect', 'host', 'http2-settings', 'keep-alive', 'te', 'trailer'],
  ...['transfer-encoding', 'upgrade', 'content-type', 'accept-encoding'],
]);
const header = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/, 'the name of a header')
  .refine(
    (name) => !RESERVED.has(name.toLowerCase()) && !/^proxy-/i.test(name),
    'this header is set by the server alone',
  );

const isTokenUrl = (written: string): boolean => {
  if (!URL.canParse(written)) return false;
  const { protocol, hostname, username, password, hash } = new URL(written);
  if (username !== '' || password !== '' || hash !== '') return false;
  const here = hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
  return protocol === 'https:' || (protocol === 'http:' && here);
};
/** Of somebody else's server: https, or this machine itself. */
export const httpsAddress = z
  .string()
  .max(2000)
  .refine(isTokenUrl, 'expected an https address without user, password or fragment');
const tokenUrl = httpsAddress.describe(
  'Where a token is asked for: an https address. It alone gets the client’s secret.',
);
export const clientId = text(1000).regex(printable, 'a text without control characters');
export const clientSecret = text(10_000).regex(printable, 'a text without control characters');
export const scope = z
  .string()
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/, 'scopes, separated by spaces')
  .max(1000)
  .describe('What is asked for, separated by spaces.');

const DATABASE =
  /^(postgres|postgresql|mysql|mariadb|mongodb|mongodb\+srv|redis|rediss|mssql|sqlserver|clickhouse):\/\//;

export const clientAuth = z
  .enum(['basic', 'post'])
  .optional()
  .describe('How the client says who it is: in the header authorization (the default), or in the body.');

/** Every kind; closed. */
export const credentialSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('api_key'),
      value: inHeader.describe('The key.'),
      header: header.optional().describe('The header it is sent in, as it is. None: authorization, after Bearer.'),
    }),
    z.strictObject({
      kind: z.literal('basic'),
      user: text(1000)
        .regex(printable, 'a text without control characters')
        .refine((name) => !name.includes(':'), 'a user name holds no colon'),
      password: z.string().max(10_000).refine(isReal, REAL).regex(printable, 'a text without control characters'),
    }),
    z.strictObject({ kind: z.literal('bearer'), token: token.describe('Sent as authorization: Bearer.') }),
    z.strictObject({
      kind: z.literal('oauth2_client'),
      tokenUrl,
      clientId,
      clientSecret,
      scope: scope.optional(),
      clientAuth,
    }),
    z.strictObject({
      kind: z.literal('oauth2_refresh'),
      tokenUrl,
      clientId,
      clientSecret: clientSecret.optional(),
      clientAuth,
      refreshToken: token.describe('One that the other side replaces is stored again by itself.'),
    }),
    z.strictObject({
      kind: z.literal('database_url'),
      url: text(4000)
        .refine(
          (url) => DATABASE.test(url) && URL.canParse(url),
          'expected an address such as postgres://user:password@host/name',
        )
        .describe('With user and password. It is sent to its own host, and never over HTTP.'),
    }),
    z.strictObject({
      kind: z.literal('custom'),
      value: inHeader,
      header: z
        .strictObject({
          name: header,
          template: inHeader
            .max(1000)
            .refine(
              (of) => of.split('{value}').length === 2,
              'expected a text that holds {value} once, as Token {value}',
            )
            .optional(),
        })
        .optional()
        .describe('The header and what stands in it, as {"name": "authorization", "template": "Token {value}"}.'),
    }),
  ])
  .meta({ id: 'Credential' });

export type Credential = z.output<typeof credentialSchema>;
export type CredentialKind = Credential['kind'];

/** What the fields of each kind are called; `plain` is a secret that is one text. */
export const CREDENTIAL_FIELDS = {
  plain: ['value'],
  api_key: ['value', 'header'],
  basic: ['user', 'password'],
  bearer: ['token'],
  oauth2_client: ['tokenUrl', 'clientId', 'clientSecret', 'scope', 'clientAuth'],
  oauth2_refresh: ['tokenUrl', 'clientId', 'clientSecret', 'refreshToken', 'clientAuth'],
  database_url: ['url'],
  custom: ['value', 'header'],
} as const satisfies Record<CredentialKind | 'plain', readonly string[]>;

/** The kinds that a secret is stored as. */
export const SECRET_KINDS = Object.keys(CREDENTIAL_FIELDS) as readonly (CredentialKind | 'plain')[];

/** The kinds that are listed: a connection is made and renewed in its own way (connection.ts). */
export const LISTED_KINDS = [...SECRET_KINDS, 'connection'] as const;

/** Reads what was stored; null when it is no credential of that kind. */
export const readCredential = (kind: string, json: string): Credential | null => {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return null;
  }
  const read = credentialSchema.safeParse(value);
  return read.success && read.data.kind === kind ? read.data : null;
};
