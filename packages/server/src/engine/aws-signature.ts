/**
 * AWS Signature Version 4, as S3 and what is compatible with it ask for: in headers, or in the address of a link. By “Create a
 * signed AWS API request” and “Authenticating Requests (AWS Signature Version 4)” of the documentation of AWS.
 *
 * It opens no secret and sends nothing. Where it is used (net.ts), what is signed was judged before.
 */

import { createHash, createHmac } from 'node:crypto';

export type AwsKey = { readonly id: string; readonly secret: string };
export type AwsPlace = { readonly region: string; readonly service: string };

export type Signed = AwsPlace & {
  readonly method: string;
  /** Path and query are signed as they stand here, and have to be sent so. */
  readonly url: URL;
  readonly key: AwsKey;
  /** Milliseconds since the epoch. */
  readonly at: number;
};

const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

const ALGORITHM = 'AWS4-HMAC-SHA256';

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** `20150830T123600Z` */
const stampOf = (at: number): string => new Date(at).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');

const scopeOf = ({ region, service }: AwsPlace, stamp: string): string =>
  `${stamp.slice(0, 8)}/${region}/${service}/aws4_request`;

const byName = ([a, x]: readonly [string, string], [b, y]: readonly [string, string]): number =>
  a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1;

const queryOf = (query: URLSearchParams): string =>
  [...query]
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .toSorted(byName)
    .map(([name, value]) => `${name}=${value}`)
    .join('&');

const signatureOf = (of: Signed, query: string, headers: ReadonlyMap<string, string>, payload: string): string => {
  const { method, url, key, at, region, service } = of;
  const stamp = stampOf(at);
  const names = [...headers.keys()];
  const canonical = [
    method,
    url.pathname,
    query,
    ...names.map((name) => `${name}:${(headers.get(name) ?? '').trim().replaceAll(/ +/g, ' ')}`),
    '',
    names.join(';'),
    payload,
  ].join('\n');
  const toSign = [ALGORITHM, stamp, scopeOf(of, stamp), sha256(canonical)].join('\n');
  const day = hmac(`AWS4${key.secret}`, stamp.slice(0, 8));
  return hmac(hmac(hmac(hmac(day, region), service), 'aws4_request'), toSign).toString('hex');
};

const sorted = (headers: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(headers)
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .toSorted(byName),
  );

/**
 * The headers that sign a request with these `headers` and this body: those to be added. `hashed`: the hash of the body is
 * sent along, as S3 asks for.
 */
export const signHeaders = (
  of: Signed,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array,
  hashed = true,
): Readonly<Record<string, string>> => {
  const stamp = stampOf(of.at);
  const payload = sha256(body);
  const added = { 'x-amz-date': stamp, ...(hashed ? { 'x-amz-content-sha256': payload } : {}) };
  const all = sorted({ ...headers, ...added, host: of.url.host });
  const signature = signatureOf(of, queryOf(of.url.searchParams), all, payload);
  const names = [...all.keys()].join(';');
  return {
    ...added,
    authorization: `${ALGORITHM} Credential=${of.key.id}/${scopeOf(of, stamp)}, SignedHeaders=${names}, Signature=${signature}`,
  };
};

/** The address that whoever has it may call as it is, for so many seconds. */
export const signLink = (of: Signed, seconds: number): string => {
  const { url, key, at } = of;
  const stamp = stampOf(at);
  const query = new URLSearchParams(url.searchParams);
  query.set('X-Amz-Algorithm', ALGORITHM);
  query.set('X-Amz-Credential', `${key.id}/${scopeOf(of, stamp)}`);
  query.set('X-Amz-Date', stamp);
  query.set('X-Amz-Expires', String(seconds));
  query.set('X-Amz-SignedHeaders', 'host');
  const written = queryOf(query);
  const signature = signatureOf(of, written, new Map([['host', url.host]]), 'UNSIGNED-PAYLOAD');
  return `${url.origin}${url.pathname}?${written}&X-Amz-Signature=${signature}`;
};
