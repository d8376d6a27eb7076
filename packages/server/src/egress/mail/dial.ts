/**
 * A socket to a mail server, through the steps of every other outgoing connection: the name is resolved once, all its
 * addresses are judged, and one of those very addresses is dialled.
 *
 * MD1 Nothing is said here: TLS, or asking for it, is up to who gets the socket.
 */

import type { Socket } from 'node:net';
import { bad, good, type Problem, problem, type Result } from '@headgate/core';
import type { AllowList } from '../allow.ts';
import { dialler } from '../dial.ts';
import type { Resolver } from '../door.ts';
import { pinsOf } from '../resolve.ts';
import { readTarget } from '../target.ts';

export type MailHost = { readonly host: string; readonly port: number };

/** Of submission and relay (SMTP) and of mailboxes (IMAP). */
const PORTS: ReadonlySet<number> = new Set([25, 465, 587, 2525, 143, 993]);

/** `host:port`, with brackets round an IPv6 address. */
export const whereOf = ({ host, port }: MailHost): string =>
  `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;

/** Problems: those of resolving, judging and dialling. `ms` bounds one connection. */
export const dialMail = async (
  at: MailHost,
  allowed: AllowList,
  resolve: Resolver,
  ms: number,
  signal?: AbortSignal,
): Promise<Result<Socket>> => {
  const target = readTarget(`http://${whereOf(at)}/`);
  if (!target.ok) return target;
  const pins = await pinsOf(target.value, allowed, resolve, PORTS);
  if (!pins.ok) return pins;
  let last: Problem = problem('egress.connect', `${whereOf(at)} has no address`, { retry: 'yes' });
  for (const pin of pins.value) {
    if (signal?.aborted === true) break;
    const one = dialler(pin, ms, () => undefined);
    const stop = (): void => one.stop();
    signal?.addEventListener('abort', stop, { once: true });
    const connected = await new Promise<Result<Socket>>((done) =>
      one.dial((error, socket) => done(socket === null ? bad(error?.problem ?? last) : good(socket))),
    );
    signal?.removeEventListener('abort', stop);
    if (connected.ok) return connected;
    last = connected.problem;
  }
  return bad(last);
};
