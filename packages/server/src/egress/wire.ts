/**
 * Raw connections, for databases and brokers of messages: the same way out as an HTTP call takes. The name is resolved once,
 * every address of the answer is judged, and one of those very addresses is dialled; what is spoken over it is said by the
 * drivers of databases/, which get a stream and never a host.
 *
 * WI1 What is not encrypted goes to no public address: only to what a server admin opened (HEADGATE_EGRESS_ALLOW).
 * WI2 TLS verifies always: chain, name, validity.
 * WI3 The ports on which a protocol usually listens are open to that protocol; any other closed one takes an admin's word.
 * WI4 Texts of Problems name host and port, never what was said.
 */

import { isIP, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { bad, good, type Problem, type Result } from '@headgate/core';
import { judgeAddress } from './address.ts';
import type { AllowList } from './allow.ts';
import { dialler, failureOf } from './dial.ts';
import { cancelled, unconnected, unencrypted } from './problems.ts';
import type { Resolver } from './door.ts';
import { type Pin, pinsOf } from './resolve.ts';
import { readTarget } from './target.ts';

export type WireAsk = {
  /** As a power names it: IPv6 in brackets. */
  readonly host: string;
  readonly port: number;
  /** Ports on which what is spoken usually listens (WI3). */
  readonly usual: ReadonlySet<number>;
  /** It will not be encrypted (WI1). */
  readonly plain: boolean;
  /** Milliseconds for connecting, TLS included. */
  readonly timeout: number;
  readonly signal?: AbortSignal;
};

export type Wire = {
  readonly socket: Socket;
  /** Begins TLS on the same connection, for the host's name. The socket is gone when it does not come to be. */
  readonly secure: () => Promise<Result<Socket>>;
  /** What TLS of a driver that begins it itself has to be set to. */
  readonly tls: { readonly servername: string; readonly ca?: string[] };
  /** Another connection to the very address of this one, to stop what is under way there. */
  readonly again: () => Promise<Result<Wire>>;
};

/** Connects. Problems: those of every outgoing call (`egress.…`). */
export type Connect = (ask: WireAsk) => Promise<Result<Wire>>;

/** How raw connections are made for what `policy` allows. */
export const wires = (policy: AllowList, resolve: Resolver, authorities: readonly string[]): Connect => {
  let context: SecureContext | undefined;
  const ca = authorities.length === 0 ? undefined : [...getCACertificates(), ...authorities];
  const contextOf = (): SecureContext | undefined =>
    ca === undefined ? undefined : (context ??= createSecureContext({ ca }));

  const dial = async (pin: Pin, ask: WireAsk): Promise<Result<Wire>> => {
    const made = dialler(pin, ask.timeout, contextOf);
    const stop = (): void => made.stop();
    ask.signal?.addEventListener('abort', stop, { once: true });
    const socket = await new Promise<Result<Socket>>((resolved) =>
      made.dial((error, it) =>
        resolved(it === null ? bad(error?.problem ?? unconnected(pin, 'nothing answered')) : good(it)),
      ),
    );
    ask.signal?.removeEventListener('abort', stop);
    if (!socket.ok) return socket;
    return good({
      socket: socket.value,
      secure: () => secured(socket.value, pin, ask.timeout, contextOf()),
      tls: { servername: isIP(pin.host) === 0 ? pin.host : '', ...(ca === undefined ? {} : { ca }) },
      again: () => dial(pin, { ...ask, timeout: 5_000 }),
    });
  };

  return async (ask) => {
    const target = readTarget(`http://${ask.host}:${ask.port}/`);
    if (!target.ok) return target;
    const pins = await pinsOf(target.value, policy, resolve, ask.usual);
    if (!pins.ok) return pins;
    let last: Problem = unconnected(target.value, 'it has no address');
    for (const pin of pins.value) {
      if (ask.signal?.aborted === true) return bad(cancelled());
      if (ask.plain && judgeAddress(pin.address).open) return bad(unencrypted(pin));
      const wire = await dial(pin, ask);
      if (wire.ok) return wire;
      last = wire.problem;
    }
    return bad(last);
  };
};

const secured = (plain: Socket, pin: Pin, ms: number, context: SecureContext | undefined): Promise<Result<Socket>> =>
  new Promise((resolve) => {
    const tls = connectTls({
      socket: plain,
      host: pin.host,
      servername: isIP(pin.host) === 0 ? pin.host : '',
      minVersion: 'TLSv1.2',
      rejectUnauthorized: true,
      ...(context === undefined ? {} : { secureContext: context }),
    });
    const end = (problem: Problem | null): void => {
      clearTimeout(timer);
      if (problem === null) return resolve(good(tls));
      tls.destroy();
      plain.destroy();
      resolve(bad(problem));
    };
    const timer = setTimeout(() => end(unconnected(pin, `TLS was not there within ${ms} ms`)), ms);
    tls.on('error', (error) => end(failureOf(pin, error, true)));
    tls.once('close', () => end(unconnected(pin, 'it was closed at once')));
    tls.once('secureConnect', () => end(null));
  });
