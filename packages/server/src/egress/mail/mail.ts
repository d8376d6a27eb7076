/**
 * The door for mail: one letter, one connection to the server that the administrator named, through the same steps as every
 * other outgoing connection: the name is resolved once, its addresses are judged, and one of those is dialled.
 *
 * ML1 The administrator's naming a mail server opens that host and port to mail, and nothing to flows. Addresses that nobody
 *     may choose by a name (link-local, metadata) stay closed.
 * ML2 With `tls` and `starttls` nothing but the greeting is said in the clear, and the certificate has to be for the host:
 *     a server that does not offer STARTTLS gets neither password nor letter.
 * ML3 Addresses and subjects with line breaks are refused before anything is dialled: nobody adds a recipient.
 * ML4 Problems name host and port, never an address, a subject or a password.
 */

import type { Socket } from 'node:net';
import { bad, good, problem, type Problem, type Result } from '@headgate/core';
import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { parseAllow } from '../allow.ts';
import { dialler } from '../dial.ts';
import type { Resolver } from '../door.ts';
import { pinsOf, systemResolver } from '../resolve.ts';
import { readTarget } from '../target.ts';
import type { Mail, MailServer, SendMail } from './port.ts';

export type MailOptions = {
  /** Answers names instead of the name servers. */
  readonly resolve?: Resolver;
  /** Certificates (PEM) of authorities trusted besides those Node trusts. */
  readonly authorities?: readonly string[];
};

/** For the whole of one letter, in milliseconds. */
const PATIENCE = 30_000;

/** Sends letters through this server. Opening it looks nothing up and dials nobody. */
export const openMail = (server: MailServer, options: MailOptions = {}): SendMail => {
  const where = `${server.host.includes(':') ? `[${server.host}]` : server.host}:${server.port}`;
  const failed = (why: string): Problem =>
    problem('mail.failed', `The mail server ${where} did not take the letter: ${why}`, { retry: 'yes' });

  const dial = async (): Promise<Result<Socket>> => {
    const allowed = parseAllow(where);
    const target = readTarget(`http://${where}/`);
    if (!allowed.ok) return allowed;
    if (!target.ok) return target;
    const pins = await pinsOf(target.value, allowed.value, options.resolve ?? systemResolver(allowed.value));
    if (!pins.ok) return pins;
    let last: Problem = failed('it has no address');
    for (const pin of pins.value) {
      const connected = await new Promise<Result<Socket>>((resolve) =>
        dialler(pin, PATIENCE, () => undefined).dial((error, socket) =>
          resolve(socket === null ? bad(error?.problem ?? failed('nothing answered')) : good(socket)),
        ),
      );
      if (connected.ok) return connected;
      last = connected.problem;
    }
    return bad(last);
  };

  return async (mail) => {
    if ([mail.to, mail.subject].some((text) => ['\r', '\n', '\0'].some((sign) => text.includes(sign))))
      return bad(problem('mail.wrong', 'An address or a subject holds a line break'));
    const letter = await compose(server, mail);
    const socket = await dial();
    if (!socket.ok) return socket;
    const authorities = options.authorities ?? [];
    const connection = new SMTPConnection({
      host: server.host,
      port: server.port,
      connection: socket.value,
      secure: server.security === 'tls',
      requireTLS: server.security === 'starttls',
      ignoreTLS: server.security === 'none',
      name: 'headgate',
      tls: {
        servername: server.host,
        minVersion: 'TLSv1.2',
        rejectUnauthorized: true,
        ...(authorities.length === 0 ? {} : { ca: [...authorities] }),
      },
      connectionTimeout: PATIENCE,
      greetingTimeout: PATIENCE,
      socketTimeout: PATIENCE,
    });
    try {
      const sent = await exchange(connection, server, mail.to, letter);
      return sent === null ? good(null) : bad(failed(sent));
    } finally {
      connection.close();
      socket.value.destroy();
    }
  };
};

const compose = (server: MailServer, { to, subject, text }: Mail): Promise<Buffer> =>
  new MailComposer({
    from: { name: 'Headgate', address: server.from },
    to: { name: '', address: to },
    subject,
    text,
    headers: { 'auto-submitted': 'auto-generated' },
  })
    .compile()
    .build();

/** Greeting, TLS, password, letter. Null when the server took it; else why not, in our words. */
const exchange = (connection: SMTPConnection, server: MailServer, to: string, letter: Buffer): Promise<string | null> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => resolve('it took too long'), PATIENCE);
    const end = (why: string | null): void => {
      clearTimeout(timer);
      resolve(why);
    };
    const send = (): void =>
      connection.send({ from: server.from, to: [to] }, letter, (error) => end(reasonOf(error ?? null)));
    connection.on('error', (error: Error) => end(reasonOf(error) ?? 'the connection broke'));
    connection.on('end', () => end('the connection ended early'));
    connection.connect((error) => {
      if (error !== undefined && error !== null) return end(reasonOf(error));
      if (server.user === null) return send();
      connection.login({ user: server.user, pass: server.password ?? '' }, (refused) =>
        refused === undefined || refused === null ? send() : end(reasonOf(refused)),
      );
    });
  });

/** What the server said, as its number alone: its words may hold addresses. */
const reasonOf = (error: Error | null): string | null => {
  if (error === null) return null;
  const code: unknown = Reflect.get(error, 'code');
  const said: unknown = Reflect.get(error, 'responseCode');
  const kind = typeof code === 'string' ? (KINDS.get(code) ?? 'it refused') : 'it refused';
  return typeof said === 'number' ? `${kind} (${said})` : kind;
};

const KINDS: ReadonlyMap<string, string> = new Map([
  ['EAUTH', 'it refused the user name and password'],
  ['ETLS', 'TLS with it could not be begun'],
  ['ESOCKET', 'TLS with it could not be begun, or the connection broke'],
  ['ETIMEDOUT', 'it took too long'],
  ['ECONNECTION', 'the connection broke'],
  ['EENVELOPE', 'it refused the sender or the recipient'],
  ['EMESSAGE', 'it refused the letter'],
]);
