/**
 * Hosts as powers name them: an exact host, `*.example.com` (its sub-domains, not itself), or `*`.
 *
 * HO1 One spelling: what the WHATWG URL parser makes of a host (lower case, IDN to ASCII, every number form of an IPv4
 *     address to dotted decimal), without one trailing dot, IPv6 in brackets. Egress spells hosts the same way.
 * HO2 A pattern never names addresses: `*.0.0.1` is refused, and no name pattern but `*` covers an address.
 */

const LABEL = /^[a-z0-9_-]{1,63}$/;
const NAME = /^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/;
const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/;
/** What a URL parser would read as the end of the host, or as something before it. */
const NOT_HOST = /[/?#@\\%*\s]/;

/** The one spelling of an exact host, or undefined if no such host can exist. */
export const normaliseHost = (written: string): string | undefined => {
  if (written === '' || written.length > 1024 || NOT_HOST.test(written)) return undefined;
  const bare = written.startsWith('[') || !/:.*:/.test(written) ? written : `[${written}]`;
  if (!bare.startsWith('[') && bare.includes(':')) return undefined;
  const address = `http://${bare}/`;
  if (!URL.canParse(address)) return undefined;
  const { hostname, port, pathname } = new URL(address);
  if (port !== '' || pathname !== '/') return undefined;
  if (hostname.startsWith('[')) return hostname;
  const host = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname;
  return host.length <= 253 && host.split('.').every((label) => LABEL.test(label)) ? host : undefined;
};

export const isAddress = (host: string): boolean => host.startsWith('[') || IPV4.test(host);

/** The one spelling of a host or pattern, or undefined. */
export const normalisePattern = (written: string): string | undefined => {
  if (written === '*') return '*';
  if (!written.startsWith('*.')) return normaliseHost(written);
  const rest = normaliseHost(written.slice(2));
  return rest === undefined || isAddress(rest) || rest.length > 251 ? undefined : `*.${rest}`;
};

/** Does every host that `inner` stands for lie in `outer`? Both in the one spelling; IPv6 may come without brackets. */
export const hostCovers = (outer: string, inner: string): boolean => {
  const host = bracketed(inner);
  if (outer === '*' || bracketed(outer) === host) return true;
  if (!outer.startsWith('*.') || isAddress(host) || host === '*') return false;
  const suffix = outer.slice(1);
  // Whatever is no host or pattern in the one spelling lies in nothing but `*`, however it ends.
  if (!NAME.test(host)) return false;
  return host.length > suffix.length && host.endsWith(suffix) && (host.startsWith('*.') || !host.startsWith('.'));
};

const bracketed = (host: string): string => (host.includes(':') && !host.startsWith('[') ? `[${host}]` : host);
