/**
 * Open connections, kept for a few seconds for the next request to the same place.
 *
 * K1 A line belongs to one pin (scheme, host, judged address, port) for its whole life: should it have to connect again,
 *    it dials that address. A later answer of a name server cannot move it, and a request never gets a line of another pin.
 * K2 A line carries one request at a time and goes back only after a complete answer; anything else kills it.
 * K3 A connection that may have been logged in as somebody (NTLM, Negotiate) does not go back: see exchange.ts.
 *
 * How many lines are in use is bounded where calls begin (places.ts), by who calls and not by where to alone, so that one
 * tenant's slow calls do not hold up another's.
 */

import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import type { Client } from 'undici';
import { type Dialler, dialler } from './dial.ts';
import type { Pin } from './resolve.ts';

export type Line = {
  readonly client: Client;
  /** Whether a connection was made since the line was taken. */
  dialled: boolean;
  /** After a complete answer: back to the idle lines of its pin. */
  release(): void;
  /** Closes the connection and fails what is on it. After `release` it does nothing. */
  kill(): void;
};

export type Lines = {
  /** An idle line of this pin, or a new one that connects within `ms` when it is first used. */
  take(pin: Pin, ms: number): Promise<Line>;
  /** Whether an idle line of this pin is there. */
  has(pin: Pin): boolean;
  /** How many lines are open and idle. */
  idle(): number;
  close(): Promise<void>;
};

type Kept = Line & { idle: boolean; ended: Promise<void> | null; end(): Promise<void> };

/** What a request ends with whose line was closed under it. */
export class LineCut extends Error {
  readonly code = 'LINE_CUT';
}

const IDLE_MS = 4000;
const IDLE_MOST = 256;
const HEADER_BYTES = 32_768;

/** The most bytes the headers of an answer may have. */
export const mostHeaderBytes = HEADER_BYTES;

/** `authorities`: certificates (PEM) trusted besides those Node trusts. `dialled` is told of each connection made; `most` are kept idle. */
export const openLines = (authorities: readonly string[], dialled: () => void, most = IDLE_MOST): Lines => {
  const idle = new Map<string, Kept[]>();
  const all = new Set<Kept>();
  let idleCount = 0;
  let closed = false;
  let context: SecureContext | undefined;
  // Reading all certificates takes a while: once, and only when somebody added to those Node reads by itself.
  const secure = (): SecureContext | undefined => {
    if (authorities.length > 0)
      context ??= createSecureContext({ ca: [...getCACertificates('default'), ...authorities] });
    return context;
  };

  const forget = (key: string, line: Kept): void => {
    const rest = (idle.get(key) ?? []).filter((other) => other !== line);
    if (rest.length > 0) idle.set(key, rest);
    else idle.delete(key);
    line.idle = false;
    idleCount -= 1;
  };

  const make = async (pin: Pin, key: string, ms: number): Promise<Kept> => {
    // undici is 28 MB in memory: loaded by the first request, not by a server that calls nobody.
    const undici = await import('undici');
    const dial: Dialler = dialler(pin, ms, secure);
    const client = new undici.Client(originOf(pin), {
      connect: (_options, callback) =>
        dial.dial((error, socket) => {
          if (socket === null) return callback(error ?? new Error('a dial ends in a socket or an error'), null);
          line.dialled = true;
          dialled();
          callback(null, socket);
        }),
      allowH2: false,
      useMilo: false,
      pipelining: 1,
      keepAliveTimeout: IDLE_MS,
      keepAliveMaxTimeout: IDLE_MS,
      maxHeaderSize: HEADER_BYTES,
      // One clock runs over the whole call (stop.ts); these would be two more.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    const line: Kept = {
      client,
      dialled: false,
      idle: false,
      ended: null,
      end: () => {
        line.ended ??= client.destroy(new LineCut()).then(() => {
          all.delete(line);
        });
        dial.stop();
        return line.ended;
      },
      release: () => {
        if (line.ended !== null || line.idle) return;
        if (closed || client.destroyed || idleCount >= Math.min(most, IDLE_MOST)) return void line.end();
        line.idle = true;
        idleCount += 1;
        idle.set(key, [...(idle.get(key) ?? []), line]);
      },
      kill: () => {
        if (!line.idle) void line.end();
      },
    };
    all.add(line);
    client.on('disconnect', () => {
      if (!line.idle) return;
      forget(key, line);
      void line.end();
    });
    // undici tells here what went wrong inside itself. The line is not to be trusted any further.
    const events: NodeJS.EventEmitter = client;
    events.on('error', () => void line.end());
    return line;
  };

  return {
    has: (pin) => idle.has(keyOf(pin)),
    idle: () => idleCount,
    take: async (pin, ms) => {
      const key = keyOf(pin);
      const line = idle.get(key)?.at(-1);
      if (line === undefined) return make(pin, key, ms);
      forget(key, line);
      line.dialled = false;
      return line;
    },
    close: async () => {
      closed = true;
      await Promise.all([...all].map((line) => line.end()));
    },
  };
};

const originOf = ({ protocol, host, port }: Pin): string =>
  `${protocol}//${host.includes(':') ? `[${host}]` : host}:${port}`;

const keyOf = (pin: Pin): string => `${pin.protocol}//${pin.host}|${pin.address}|${pin.port}`;
