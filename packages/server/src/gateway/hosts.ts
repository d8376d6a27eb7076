/**
 * Which names this server answers for. A page of a foreign name that resolves to this machine (DNS rebinding) is turned
 * away here, before anything else is looked at.
 *
 * Only the Host header counts; a forwarded host or scheme is never read (TUN-04).
 */

import type { IncomingMessage } from 'node:http';
import { isAmbiguous } from './once.ts';

const MOST_KNOWN = 64;

/** `name`, `name:port`, `[v6]` or `[v6]:port`, lower case, without a dot at the end of the name. */
const split = (host: string): { name: string; port: string } | undefined => {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?$/.exec(host.toLowerCase());
  if (match?.[1] === undefined) return undefined;
  return { name: match[1].replace(/\.$/, ''), port: match[2] ?? '' };
};

export type HostCheck = {
  /** Judges the Host header of a request, and whether its headers leave no doubt. */
  readonly of: (request: IncomingMessage) => 'ok' | 'unknown' | 'ambiguous';
  /** Is this a name (and port) of ours? */
  readonly ours: (host: string) => boolean;
};

/** Builds the check from the allowed values: `name` goes with any port, `name:port` with that one alone. */
export const hostCheck = (allowed: readonly string[]): HostCheck => {
  const names = new Set<string>();
  const exact = new Set<string>();
  for (const host of allowed) {
    const parts = split(host);
    if (parts === undefined) throw new Error(`not a host name: ${host}`);
    if (parts.port === '') names.add(parts.name);
    else exact.add(`${parts.name}:${parts.port}`);
  }
  /** Spellings that passed before, so that the common case is one look-up. */
  const known = new Set<string>();
  const ours = (host: string): boolean => {
    if (known.has(host)) return true;
    const parts = split(host);
    if (parts === undefined) return false;
    const ports = parts.port === '' ? ['80', '443'] : [parts.port];
    if (!names.has(parts.name) && !ports.some((port) => exact.has(`${parts.name}:${port}`))) return false;
    if (known.size < MOST_KNOWN) known.add(host);
    return true;
  };
  return {
    ours,
    of: ({ headers: { host }, rawHeaders }) => {
      if (host === undefined) return 'unknown';
      if (isAmbiguous(rawHeaders)) return 'ambiguous';
      return ours(host) ? 'ok' : 'unknown';
    },
  };
};
