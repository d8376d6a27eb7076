/**
 * From the text of a URL to where it points: scheme, host and port, normalised once and used for everything after
 * (authority check, name resolution, Host header, TLS name), so that no two readers can disagree about the host.
 *
 * T1 The WHATWG URL parser is the only reader: lower case, IDN to ASCII, every number form of an IPv4 address to dotted
 *    decimal. What it refuses is refused here.
 * T2 One trailing dot is dropped; a host name is then made of non-empty labels of letters, digits, `-` and `_`.
 * T3 http and https only, no user name or password, no fragment.
 */

import { isIP } from 'node:net';
import { bad, good, type Result } from '@headgate/core';
import { namelessProblem, schemeProblem, urlProblem } from './problems.ts';

/**
 * `host`: lower-case ASCII without trailing dot, IPv6 without brackets. `name`: the host if it is one, null for an
 * address. `port`: always a number. `url` is normalised, without fragment.
 */
export type Target = {
  readonly url: URL;
  readonly protocol: 'http:' | 'https:';
  readonly host: string;
  readonly name: string | null;
  readonly port: number;
};

/** Longer URLs are refused: no server takes them, and they would be parsed again at each hop. */
const LONGEST = 65_536;

/** Reads a URL; `base` is the URL that redirected here. */
export const readTarget = (text: string, base?: URL): Result<Target> => {
  const url = text.length > LONGEST ? null : URL.parse(text, base?.href);
  if (url === null) return bad(urlProblem('it is not an absolute URL with a host that can be read'));
  const { protocol } = url;
  if (protocol !== 'http:' && protocol !== 'https:') return bad(schemeProblem());
  if (url.username !== '' || url.password !== '') return bad(urlProblem('it carries a user name or password'));
  const literal = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
  const name = isIP(literal) === 0 ? normaliseName(literal) : null;
  if (isIP(literal) === 0 && name === null) return bad(namelessProblem());
  if (name !== null) url.hostname = name;
  url.hash = '';
  const port = url.port === '' ? (protocol === 'https:' ? 443 : 80) : Number(url.port);
  return good({ url, protocol, host: name ?? literal, name, port });
};

/** A host name as `Target.host` spells it, or null if no such name can exist (RFC 1035 lengths). Keeps addresses as they are. */
export const normaliseName = (written: string): string | null => {
  const parsed = /[/?#@\\:]/.test(written) ? undefined : URL.parse(`http://${written}`)?.hostname;
  const name = parsed?.endsWith('.') ? parsed.slice(0, -1) : parsed;
  if (name === undefined || name.length > 253) return null;
  return name.split('.').every((label) => /^[a-z0-9_-]{1,63}$/.test(label)) ? name : null;
};

/** Names that mean this machine by definition (RFC 6761): answered here, never asked of a name server. */
export const isLocalhost = (name: string): boolean => name === 'localhost' || name.endsWith('.localhost');
