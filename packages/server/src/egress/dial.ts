/**
 * Connects to one pin: TCP to the judged address itself, then TLS for the host's name where the URL says https.
 *
 * C1 Nothing here resolves a name: the address is a literal, and a lookup, should one ever be asked for, throws.
 * C2 TLS verifies always: chain, name, validity. It is said explicitly, because Node would otherwise let an environment
 *    variable turn it off.
 */

import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext } from 'node:tls';
import type { Problem } from '@headgate/core';
import { unconnected, untrusted } from './problems.ts';
import type { Pin } from './resolve.ts';

/** A connection that did not come to be. Nothing of any request was sent. */
export class DialError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.code);
    this.problem = problem;
  }
}

export type Dialler = {
  /** Calls back once, with a connected socket or a DialError. */
  dial(done: (error: DialError | null, socket: Socket | null) => void): void;
  /** Ends a dial under way; its callback gets the error. Does nothing otherwise. */
  stop(): void;
};

/** A dialler for one pin. `ms` bounds one connection, TLS included. */
export const dialler = (pin: Pin, ms: number, secure: () => SecureContext | undefined): Dialler => {
  let stop = (): void => undefined;
  const dial: Dialler['dial'] = (done) => {
    const plain = connectTcp({
      host: pin.address,
      port: pin.port,
      family: pin.family,
      autoSelectFamily: false,
      lookup: neverLookUp,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 60_000,
    });
    let socket: Socket = plain;
    let over = false;
    const end = (problem: Problem | null): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      stop = () => undefined;
      if (problem === null) return done(null, socket);
      socket.destroy();
      plain.destroy();
      done(new DialError(problem), null);
    };
    const timer = setTimeout(() => end(unconnected(pin, `nothing answered within ${ms} ms`)), ms);
    stop = () => end(unconnected(pin, 'it was given up'));
    const fail = (error: Error): void => end(failureOf(pin, error, socket !== plain));
    // These listeners stay: an error between the callback and the next owner's listeners must not be unheard.
    plain.on('error', fail);
    plain.once('connect', () => {
      if (pin.protocol === 'http:') return end(null);
      const context = secure();
      const tls = connectTls({
        socket: plain,
        host: pin.host,
        servername: isIP(pin.host) === 0 ? pin.host : '',
        ALPNProtocols: ['http/1.1'],
        minVersion: 'TLSv1.2',
        rejectUnauthorized: true,
        ...(context === undefined ? {} : { secureContext: context }),
      });
      socket = tls;
      tls.on('error', fail);
      tls.once('secureConnect', () => end(null));
    });
  };
  return { dial, stop: () => stop() };
};

const neverLookUp = (): never => {
  throw new Error('a judged address is dialled as it is: no name may be looked up here');
};

/** What an error of a connection means, `handshaking` or before. */
export const failureOf = (pin: Pin, error: Error, handshaking: boolean): Problem => {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const trouble = TROUBLE.get(code);
  if (trouble !== undefined) return unconnected(pin, trouble);
  const distrust = DISTRUST.get(code);
  if (distrust !== undefined) return untrusted(pin, distrust);
  return handshaking
    ? untrusted(pin, 'it does not speak TLS the way this server does')
    : unconnected(pin, 'the network refused it');
};

/** Told in our own words: system messages hold the address that was dialled. */
const TROUBLE = new Map([
  ['ECONNREFUSED', 'nothing listens there'],
  ['ECONNRESET', 'it was closed at once'],
  ['EPIPE', 'it was closed at once'],
  ['ENETUNREACH', 'there is no route to it'],
  ['EHOSTUNREACH', 'there is no route to it'],
  ['EADDRNOTAVAIL', 'there is no route to it'],
  ['EAFNOSUPPORT', 'there is no route to it'],
  ['ETIMEDOUT', 'nothing answered'],
  ['EMFILE', 'this server has no free connections'],
]);

const DISTRUST = new Map([
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another name'],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['CERT_NOT_YET_VALID', 'its certificate is not valid yet'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is signed by itself'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'its certificate comes from an authority this server does not know'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'its certificate comes from an authority this server does not know'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'its certificate comes from an authority this server does not know'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'its certificate comes from an authority this server does not know'],
  ['CERT_REVOKED', 'its certificate was revoked'],
]);
