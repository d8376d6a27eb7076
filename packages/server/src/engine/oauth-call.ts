/**
 * One question to a server of OAuth 2.0 (RFC 6749, 8628, 7009), through the outgoing door, and what its answer says. Secrets
 * and connections ask with it. It keeps nothing and judges no power: who asks did.
 *
 * OC1 No redirect is followed: what a client proves itself with goes to the address that stands beside it, and nowhere else.
 * OC2 What an answer says of itself is not repeated, but for the codes that the RFCs list: it may hold anything.
 */

import type { Problem } from '@headgate/core';
import type { Door, OutResponse } from '../egress/door.ts';

/** Who asks. */
export type Client = {
  readonly clientId: string;
  readonly clientSecret?: string | undefined;
  readonly clientAuth?: 'basic' | 'post' | undefined;
};

type Fields = Readonly<Record<string, string | undefined>>;

/** Milliseconds and texts of an answer that holds a token. */
export type TokenSaid = { readonly token: string; readonly expires: number | null; readonly refresh: string | null };
/** `code`: of the RFCs' list, where it named one. `answered`: the server did answer, or was never asked: nothing can have been renewed. */
export type NotSaid = {
  readonly why: string;
  readonly again: Problem['retry'];
  readonly code: string | null;
  readonly answered: boolean;
};

const TIMEOUT = 20_000;
const MOST_BYTES = 256 * 1024;

/** Codes that RFC 6749 (5.2), 7009 and 8628 let an answer name; anything else is not repeated. */
const SAID: ReadonlySet<string> = new Set([
  ...['invalid_request', 'invalid_client', 'invalid_grant', 'unauthorized_client', 'unsupported_grant_type'],
  ...['invalid_scope', 'temporarily_unavailable', 'server_error', 'unsupported_token_type'],
  ...['authorization_pending', 'slow_down', 'access_denied', 'expired_token'],
]);

const TOKEN = /^[\x21-\x7e]{1,16384}$/;

const formOf = (fields: Fields): string => {
  const made = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) made.set(name, value);
  return made.toString();
};

/** As application/x-www-form-urlencoded, which is how client id and secret stand in the header (RFC 6749, 2.3.1). */
const encoded = (text: string): string => new URLSearchParams({ a: text }).toString().slice(2);

/** An answer as it came: its status, and the fields of a JSON object. */
export type Came = { readonly status: number; readonly said: Readonly<Record<string, unknown>> };

/** Asks; an answer that was none (the door refused, nobody listened) is `why`. */
export const askServer = async (
  door: Pick<Door, 'request'>,
  url: string,
  { clientId, clientSecret, clientAuth = 'basic' }: Client,
  fields: Fields,
): Promise<Came | NotSaid> => {
  const inHeader = clientSecret !== undefined && clientAuth === 'basic';
  const client = inHeader ? {} : { client_id: clientId, client_secret: clientSecret };
  const basic = Buffer.from(`${encoded(clientId)}:${encoded(clientSecret ?? '')}`).toString('base64');
  const answer = await door.request({
    method: 'POST',
    url,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
      ...(inHeader ? { authorization: `Basic ${basic}` } : {}),
    },
    body: formOf({ ...fields, ...client }),
    timeout: TIMEOUT,
    maxBytes: MOST_BYTES,
    inlineBytes: MOST_BYTES,
    maxRedirects: 0,
    judge: () => null,
  });
  return answer.ok
    ? { status: answer.value.status, said: fieldsOf(answer.value) }
    : { why: answer.problem.text, again: answer.problem.retry, code: null, answered: answer.sent === 'no' };
};

const fieldsOf = ({ body }: OutResponse): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = body.kind === 'bytes' ? JSON.parse(body.bytes.toString('utf8')) : null;
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    // Read as an answer that says nothing.
    return {};
  }
};

/** Why an answer is not the one that was asked for. */
export const refusalOf = ({ status, said }: Came): NotSaid => {
  const { error } = said;
  const code = typeof error === 'string' && SAID.has(error) ? error : null;
  return {
    why: `it answered with status ${status}${code === null ? '' : `: ${code}`}`,
    again: status === 429 || status >= 500 ? 'yes' : 'no',
    code,
    answered: true,
  };
};

/** Asks for a token. */
export const askToken = async (
  door: Pick<Door, 'request'>,
  url: string,
  client: Client,
  fields: Fields,
): Promise<TokenSaid | NotSaid> => {
  const came = await askServer(door, url, client, fields);
  if ('why' in came) return came;
  const { access_token: token, token_type: type, expires_in: expires, refresh_token: refresh, error } = came.said;
  // Some say with status 200 that they give nothing.
  if (came.status < 200 || came.status > 299 || typeof error === 'string') return refusalOf(came);
  if (typeof token !== 'string' || !TOKEN.test(token))
    return { why: 'its answer holds no token', again: 'no', code: null, answered: true };
  if (type !== undefined && (typeof type !== 'string' || type.toLowerCase() !== 'bearer'))
    return { why: 'its token is of a type that is not bearer', again: 'no', code: null, answered: true };
  const seconds = Number(expires);
  return {
    token,
    expires: expires !== undefined && Number.isFinite(seconds) && seconds > 0 ? Math.round(seconds * 1000) : null,
    refresh: typeof refresh === 'string' && TOKEN.test(refresh) ? refresh : null,
  };
};
