/**
 * Addresses of e-mail as powers and letters name them: `ada@example.com`, and as a pattern `*@example.com` or
 * `*@*.example.com`.
 *
 * MA1 ASCII alone (RFC 5321's dot-string, without the signs of source routes), in lower case: addresses are compared, and
 *     signs beyond ASCII look like others or fold into them. No quotes, no comments, no line break: nothing that ends an
 *     address within an address.
 */

import { hostCovers, isAddress, normaliseHost, normalisePattern } from './host.ts';

const LOCAL = /^[a-z0-9#$&'+/=?^_`{|}~-]+(\.[a-z0-9#$&'+/=?^_`{|}~-]+)*$/;

/** The one spelling of an address, or undefined where it is none. */
export const normaliseMail = (written: string): string | undefined => {
  const text = written.toLowerCase();
  const at = text.lastIndexOf('@');
  const [local, domain] = [text.slice(0, at), normaliseHost(text.slice(at + 1))];
  if (at < 1 || text.length > 254 || local.length > 64 || !LOCAL.test(local)) return undefined;
  return domain === undefined || isAddress(domain) || domain !== text.slice(at + 1) ? undefined : `${local}@${domain}`;
};

/** The one spelling of an address or pattern, or undefined. */
export const normaliseMailPattern = (written: string): string | undefined => {
  if (!written.startsWith('*@')) return normaliseMail(written);
  const domain = normalisePattern(written.slice(2).toLowerCase());
  return domain === undefined || domain === '*' || isAddress(domain) ? undefined : `*@${domain}`;
};

/** Does every address that `inner` stands for lie in `outer`? Both in the one spelling. */
export const mailCovers = (outer: string, inner: string): boolean => {
  if (outer === inner) return true;
  if (!outer.startsWith('*@')) return false;
  return hostCovers(outer.slice(2), inner.slice(inner.lastIndexOf('@') + 1));
};
