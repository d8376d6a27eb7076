/**
 * Headers and methods: what a caller may send, what survives a redirect to another origin, and how received headers are
 * told.
 *
 * H1 Whatever decides where a message goes or where it ends (Host, lengths, transfer codings, connection handling, proxy
 *    fields) is written by the door alone: a caller who sets it is refused, not overruled (SSRF-13).
 * H2 Over a change of origin only headers on a short list of harmless ones travel. A list of credential headers would
 *    miss the next vendor's; any header that is not known to be harmless may hold a secret (SSRF-08).
 */

import { bad, good, type Result } from '@headgate/core';
import { headerProblem, methodProblem } from './problems.ts';

/** Lower-case names; one value each. */
export type Sending = ReadonlyMap<string, string>;

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const MOST_BYTES = 65_536;

const OURS = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const HARMLESS = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'content-encoding',
  'content-language',
  'content-type',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-unmodified-since',
  'pragma',
  'range',
  'user-agent',
]);

const DEFAULTS: Sending = new Map([
  ['accept', '*/*'],
  ['accept-encoding', 'gzip, br, deflate'],
  ['user-agent', 'Headgate'],
]);

const STANDARD = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'QUERY']);
const REFUSED = new Set(['CONNECT', 'TRACE', 'TRACK']);

/** A method as it is sent: standard ones upper-cased, others as written. */
export const readMethod = (written: string): Result<string> => {
  const upper = written.toUpperCase();
  if (!TOKEN.test(written) || written.length > 32 || REFUSED.has(upper)) return bad(methodProblem());
  return good(STANDARD.has(upper) ? upper : written);
};

/** Checks what the caller wants to send and adds the defaults it left out. Refuses; never repairs. */
export const readHeaders = (written: Readonly<Record<string, string>>): Result<Sending> => {
  const sending = new Map<string, string>();
  let bytes = 0;
  for (const [as, value] of Object.entries(written)) {
    const name = as.toLowerCase();
    if (!TOKEN.test(name)) return bad(headerProblem('a name is empty or holds a character that names may not have'));
    if (OURS.has(name) || name.startsWith('proxy-'))
      return bad(headerProblem(`"${name.startsWith('proxy-') ? 'proxy-…' : name}" is set by the server alone`));
    if (typeof value !== 'string' || !VALUE.test(value)) {
      return bad(
        headerProblem('a value is not text, or holds a line break or another character that values may not have'),
      );
    }
    if (sending.has(name)) return bad(headerProblem('a name comes twice, in different letter case'));
    bytes += name.length + value.length + 4;
    if (bytes > MOST_BYTES) return bad(headerProblem(`they are larger than ${MOST_BYTES} bytes`));
    sending.set(name, value.trim());
  }
  for (const [name, value] of DEFAULTS) if (!sending.has(name)) sending.set(name, value);
  return good(sending);
};

/** What may be told to another origin. */
export const withoutCredentials = (sending: Sending): Sending =>
  new Map([...sending].filter(([name]) => HARMLESS.has(name)));

/** What describes a body that is no longer sent goes with it (Fetch standard, "request-body-header name"). */
export const withoutBody = (sending: Sending): Sending =>
  new Map(
    [...sending].filter(
      ([name]) => !['content-encoding', 'content-language', 'content-location', 'content-type'].includes(name),
    ),
  );

/**
 * Received headers by lower-case name: repeated ones joined by a comma, `set-cookie` always a list. `raw` alternates
 * names and values as they came over the wire. `__proto__` is dropped: no server needs it, and copies of the record would
 * stumble over it.
 */
export const tellHeaders = (raw: readonly (string | Buffer)[]): Record<string, string | string[]> => {
  const told = new Map<string, string | string[]>();
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = String(raw[i]).toLowerCase();
    const field = raw[i + 1] ?? '';
    const value = typeof field === 'string' ? field : field.toString('latin1');
    const before = told.get(name);
    if (name === '__proto__') continue;
    if (name === 'set-cookie') told.set(name, [...(Array.isArray(before) ? before : []), value]);
    else told.set(name, before === undefined ? value : `${String(before)}, ${value}`);
  }
  return Object.fromEntries(told);
};
