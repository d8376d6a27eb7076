/**
 * Pages that show a public chat: of this server, or of a website that the trigger names. Browsers ask before such a page may
 * call, and read of the answers whether it may have them.
 *
 * CO1 Only the addresses of that one chat are opened to such a page, by its whole origin, and never with a cookie: no answer
 *     lets a browser use one (GUI-07, GUI-08).
 */

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { ChatPort } from '@headgate/core';
import { TICKET_HEADER } from '@headgate/core/api';

type Fields = Readonly<Record<string, string>>;

const PATH = /^\/api\/v1\/public\/([A-Za-z0-9_-]{1,64})\/chat(?:[/?]|$)/;
const ORIGIN = /^https?:\/\/[a-z0-9.-]{1,200}(:\d{1,5})?$/;

/** Where a request comes from: an origin, null for a page of this server; undefined: it does not say. */
export const pageOf = ({ origin, host, ...headers }: IncomingHttpHeaders): string | null | undefined => {
  if (origin === undefined) return headers['sec-fetch-site'] === 'same-origin' ? null : undefined;
  if (!ORIGIN.test(origin)) return undefined;
  return new URL(origin).host === host ? null : origin;
};

export type ChatOrigins = {
  /** Is it about a public chat, from a page elsewhere? */
  readonly concerns: (request: IncomingMessage) => boolean;
  /** What the answer carries; null: this page may not have it. */
  readonly fields: (request: IncomingMessage) => Promise<Fields | null>;
};

export const chatOrigins = (chat: Pick<ChatPort, 'opens'>): ChatOrigins => ({
  concerns: ({ url = '', headers }) =>
    headers.origin !== undefined && url.startsWith('/api/v1/public/') && PATH.test(url),

  fields: async (request) => {
    const flow = PATH.exec(request.url ?? '')?.[1];
    const origin = pageOf(request.headers);
    if (flow === undefined || origin === undefined || origin === null) return null;
    if (!(await chat.opens(flow, origin))) return null;
    const fields = { 'access-control-allow-origin': origin, vary: 'Origin' };
    if (request.method !== 'OPTIONS') return { ...fields, 'access-control-expose-headers': 'retry-after' };
    return {
      ...fields,
      'access-control-allow-methods': 'GET, POST, PUT, DELETE',
      'access-control-allow-headers': `content-type, last-event-id, ${TICKET_HEADER}`,
      'access-control-max-age': '600',
    };
  },
});
