/**
 * Pages of other sites may change nothing here (GUI-07). The browser says where a request comes from; programs that are
 * no browsers send neither header and are judged by their key alone.
 */

import type { IncomingHttpHeaders } from 'node:http';
import type { Contract } from '@headgate/core/api';

const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** False when a page of another origin tries to change something through this route. `host`: is this a name of ours? */
export const isOwnPage = (
  contract: Contract,
  method: string,
  headers: IncomingHttpHeaders,
  host: (host: string) => boolean,
): boolean => {
  if (READING.has(method) || contract.crossSite) return true;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  const { origin } = headers;
  // Our pages send no referrer, and so browsers post their forms with the origin `null`; that it is ours, `site` says, which no page can set.
  if (origin === undefined || (origin === 'null' && site === 'same-origin')) return true;
  return URL.canParse(origin) && host(new URL(origin).host);
};

/**
 * Does a request that changes something say where it comes from? Browsers always do; whoever sends a cookie and hides it
 * is turned away. (That what it says is ours, `isOwnPage` has seen to.)
 */
export const provesOrigin = (method: string, headers: IncomingHttpHeaders): boolean =>
  READING.has(method) || headers['sec-fetch-site'] !== undefined || headers.origin !== undefined;
