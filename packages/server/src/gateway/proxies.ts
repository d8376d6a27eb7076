/**
 * Where a call comes from. The address of the connection, unless that is a proxy the administrator named: then what the
 * proxy says in `x-forwarded-for`, read from the right as far as named proxies go.
 *
 * PX1 A header that anybody may send is believed from named proxies alone, and of no other kind: neither `forwarded` nor a
 *     forwarded host or scheme is ever read (TUN-04).
 */

import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';

type Trusts = (address: string, hop: number) => boolean;

export type Proxies = {
  readonly addressOf: (request: IncomingMessage) => string | undefined;
  /** For the framework; null: nobody is believed. */
  readonly trusted: Trusts | null;
};

export const proxies = (named: readonly string[]): Proxies => {
  if (named.length === 0) return { addressOf: (request) => request.socket.remoteAddress, trusted: null };
  const trusts = proxyAddr.compile([...named]);
  return { addressOf: (request) => proxyAddr(request, trusts), trusted: trusts };
};
