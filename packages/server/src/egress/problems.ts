/**
 * Every Problem the door can answer with, in one place, so that what their texts give away can be read at a glance:
 * host and port at most, and for a name that resolves to a closed address the kind of that address, never the address.
 */

import { problem, type Problem } from '@headgate/core';

type Peer = { readonly host: string; readonly port: number };

/** `host:port`, with brackets round an IPv6 address. */
export const peerOf = ({ host, port }: Peer): string => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);

const asks = (peer: Peer): string =>
  `If this is meant, a server admin adds ${peerOf(peer)} to HEADGATE_EGRESS_ALLOW and restarts the server`;

export const urlProblem = (why: string): Problem =>
  problem('egress.url', `The URL cannot be called: ${why}`, {
    at: { field: 'url' },
    fix: 'Write it as https://host/path; credentials go in a header or a secret',
  });

export const schemeProblem = (): Problem =>
  problem('egress.scheme', 'Only http and https URLs can be called', {
    at: { field: 'url' },
    fix: 'Use a URL that starts with https:// or http://',
  });

export const namelessProblem = (): Problem =>
  problem('egress.name', 'The host of the URL is not a name that can exist', {
    at: { field: 'url' },
    fix: 'A host name is made of labels of 1 to 63 letters, digits, "-" or "_", with dots between',
  });

export const methodProblem = (): Problem =>
  problem('egress.method', 'The method is not one that can be sent', {
    at: { field: 'method' },
    fix: 'Use a method such as GET or POST; CONNECT, TRACE and TRACK are refused',
  });

/** `why` names no header that the caller wrote, except those on the list of refused names. */
export const headerProblem = (why: string): Problem =>
  problem('egress.header', `The headers cannot be sent: ${why}`, { at: { field: 'headers' } });

export const closedAddress = (peer: Peer, named: boolean, why: string): Problem =>
  problem(
    'egress.denied',
    `${peerOf(peer)} is not reachable from here: ${named ? 'the name leads to' : 'it is'} ${why}`,
    {
      fix:
        named && !(why === 'a loopback address' || why === 'a private address')
          ? 'A name cannot open such an address; a server admin can add the address itself, with the port, to HEADGATE_EGRESS_ALLOW'
          : asks(peer),
    },
  );

export const closedPort = (peer: Peer): Problem =>
  problem(
    'egress.denied',
    `${peerOf(peer)} is not reachable from here: port ${peer.port} belongs to a service that is not called this way`,
    {
      fix: asks(peer),
    },
  );

export const unresolved = (peer: Peer, again: boolean): Problem =>
  problem(
    'egress.name',
    again ? `No name server answered for ${peer.host}` : `${peer.host} does not resolve to an address`,
    {
      retry: again ? 'yes' : 'no',
      fix: again
        ? 'Try again later; a server admin can check the name servers of the machine'
        : 'Check the spelling of the host',
    },
  );

export const unconnected = (peer: Peer, why: string): Problem =>
  problem('egress.connect', `No connection to ${peerOf(peer)}: ${why}`, { retry: 'yes' });

export const untrusted = (peer: Peer, why: string): Problem =>
  problem('egress.tls', `No trusted connection to ${peerOf(peer)}: ${why}`, {
    fix: 'The server has to show a valid certificate for this name; a private authority is made known to the server process by its admin',
  });

export const unencrypted = (peer: Peer): Problem =>
  problem('egress.tls', `${peerOf(peer)} is a public address, and nothing is said to it that is not encrypted`, {
    at: { field: 'tls' },
    fix: 'Leave `tls` out, and let the server have a certificate for its name.',
  });

export const timedOut = (peer: Peer | null, ms: number): Problem =>
  problem('egress.timeout', `${peer === null ? 'The request' : peerOf(peer)} did not complete within ${ms} ms`, {
    retry: 'yes',
  });

/** The call's time was over before its turn came. */
export const noPlace = (ms: number): Problem =>
  problem('egress.busy', `As many calls as may be are under way, and none of them ended within ${ms} ms`, {
    retry: 'yes',
    fix: 'Give the calls of this flow a shorter timeout, or run fewer of them at a time (`concurrency`)',
  });

export const crowded = (): Problem =>
  problem('egress.busy', 'Too many calls of this flow wait for their turn already', {
    retry: 'yes',
    fix: 'Run fewer at a time (`concurrency`), or try again later',
  });

export const tooLarge = (peer: Peer, what: 'body' | 'headers', bytes: number): Problem =>
  problem(
    'egress.too_large',
    `The ${what} of the answer from ${peerOf(peer)} ${what === 'body' ? 'is' : 'are'} larger than ${bytes} bytes`,
  );

export const tooManyRedirects = (peer: Peer, most: number): Problem =>
  problem('egress.redirects', `${peerOf(peer)} redirects once more after ${most} redirects`);

export const badRedirect = (peer: Peer, why: string): Problem =>
  problem('egress.redirects', `${peerOf(peer)} redirects to something that cannot be followed: ${why}`);

export const broken = (peer: Peer, why: string): Problem =>
  problem('egress.broken', `The exchange with ${peerOf(peer)} broke: ${why}`, { retry: 'yes' });

export const cancelled = (): Problem => problem('egress.cancelled', 'The request was cancelled');

export const stopping = (): Problem =>
  problem('egress.closed', 'The server is stopping and calls nobody any more', { retry: 'yes' });
