/**
 * Web apps that were not served by this server and drive it all the same: their origins are named in a setting, none by
 * default. A page there holds an engine token and sends it in a header.
 *
 * EW1 Only the API is open to them, and never with a cookie: no answer lets a browser use one, and a request that brings one
 *     is refused (GUI-07, GUI-08).
 * EW2 An origin is named whole, scheme and port included; there is no pattern, and `null` is no origin.
 */

import type { IncomingMessage } from 'node:http';

type Fields = Readonly<Record<string, string>>;

export type Elsewhere = {
  /** What an answer to a page of a known origin carries; null: no such page asks. */
  readonly fields: (request: IncomingMessage) => Fields | null;
  /** What a browser is told that asks before it calls; null: no such page asks. */
  readonly before: (request: IncomingMessage) => Fields | null;
  /** May a page of that origin send this? With a credential in a header, and with no cookie. */
  readonly lets: (request: IncomingMessage) => boolean;
};

/** Long enough to work with, short enough for a setting that is changed to hold soon: seconds. */
const REMEMBERED = '600';

export const elsewhere = (origins: readonly string[]): Elsewhere => {
  const known = new Set(origins);
  const originOf = ({ headers: { origin }, url }: IncomingMessage): string | null =>
    known.size > 0 && origin !== undefined && known.has(origin) && url?.startsWith('/api/') === true ? origin : null;
  const fieldsFor = (origin: string): Fields => ({ 'access-control-allow-origin': origin, vary: 'Origin' });
  return {
    fields: (request) => {
      const origin = originOf(request);
      return origin === null ? null : { ...fieldsFor(origin), 'access-control-expose-headers': 'retry-after' };
    },
    before: (request) => {
      const origin = originOf(request);
      if (origin === null || request.method !== 'OPTIONS') return null;
      if (request.headers['access-control-request-method'] === undefined) return null;
      const near = request.headers['access-control-request-private-network'] === 'true';
      return {
        ...fieldsFor(origin),
        'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
        'access-control-allow-headers': 'authorization, content-type, last-event-id',
        'access-control-max-age': REMEMBERED,
        // The page came from the internet, and this server may stand at home.
        ...(near ? { 'access-control-allow-private-network': 'true' } : {}),
      };
    },
    lets: (request) =>
      originOf(request) !== null && request.headers.authorization !== undefined && request.headers.cookie === undefined,
  };
};
