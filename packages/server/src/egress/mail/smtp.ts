/**
 * One letter over one socket that is connected already: greeting, TLS, who we are, the letter (RFC 5321, 3207, 4954).
 *
 * SM1 With `tls` and `starttls` nothing but the greeting is said in the clear, and the certificate has to be for the host:
 *     a server that does not offer STARTTLS gets neither password nor letter.
 * SM2 What the server says is told as its number alone: its words may hold addresses.
 * SM3 `sent` is `no` unless the letter may have been taken: what a server refuses by its number, it has not.
 */

import { isIP, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { MailHost } from './dial.ts';

/** How a server is logged in to: by password, or by a token of OAuth 2.0 (XOAUTH2). */
export type MailLogin =
  | { readonly user: string; readonly password: string }
  | { readonly user: string; readonly token: string };

export type Handing = {
  readonly server: MailHost & { readonly security: 'tls' | 'starttls' | 'none' };
  readonly login: MailLogin | null;
  readonly from: string;
  readonly to: readonly string[];
  readonly letter: Buffer | Readable;
  /** Certificates (PEM) of authorities trusted besides those Node trusts. */
  readonly authorities: readonly string[];
  /** For the whole of it, in milliseconds. */
  readonly patience: number;
  readonly signal?: AbortSignal;
  /** Asked when the server is ready to take the letter, before any of it is said. False: it is not handed over. */
  readonly before?: () => Promise<boolean>;
};

/** `why`: in our words. `number`: what the server answered. `login`: it refused who we are. */
export type Handed =
  | { readonly ok: true; readonly rejected: readonly string[] }
  | {
      readonly ok: false;
      readonly why: string;
      readonly sent: 'no' | 'maybe';
      readonly login: boolean;
      readonly number: number | null;
    };

/** Hands the letter over, and ends the connection. */
export const hand = async (socket: Socket, o: Handing): Promise<Handed> => {
  const { server, authorities, patience } = o;
  const connection = new SMTPConnection({
    host: server.host,
    port: server.port,
    connection: socket,
    secure: server.security === 'tls',
    requireTLS: server.security === 'starttls',
    ignoreTLS: server.security === 'none',
    name: 'headgate',
    tls: {
      // An address has no name to be asked for; its certificate is judged by it all the same.
      host: server.host,
      servername: isIP(server.host) === 0 ? server.host : '',
      minVersion: 'TLSv1.2',
      rejectUnauthorized: true,
      ...(authorities.length === 0 ? {} : { ca: [...authorities] }),
    },
    connectionTimeout: patience,
    greetingTimeout: patience,
    socketTimeout: patience,
    customAuth: {
      XOAUTH2: ({ auth, sendCommand, resolve, reject }) => {
        const text = `user=${auth.user ?? ''}\u0001auth=Bearer ${auth.pass ?? ''}\u0001\u0001`;
        void sendCommand(`AUTH XOAUTH2 ${Buffer.from(text, 'utf8').toString('base64')}`).then(async ({ status }) => {
          // A refusal comes as a challenge, which is answered with nothing to hear its number.
          const said = status === 334 ? (await sendCommand('')).status : status;
          if (said === 235) return resolve();
          return reject(Object.assign(new Error('refused'), { code: 'EAUTH', responseCode: said }));
        }, reject);
      },
    },
  });
  try {
    return await exchange(connection, o);
  } finally {
    connection.close();
    socket.destroy();
  }
};

const exchange = (connection: SMTPConnection, o: Handing): Promise<Handed> =>
  new Promise((resolve) => {
    let sent: 'no' | 'maybe' = 'no';
    const end = (how: Handed): void => {
      clearTimeout(timer);
      o.signal?.removeEventListener('abort', stopped);
      resolve(how);
    };
    const fail = (why: string, login = false, number: number | null = null): void =>
      end({ ok: false, why, sent: number === null ? sent : 'no', login, number });
    const refused = (error: Error): void => {
      const { kind, code, number } = reasonOf(error);
      fail(number === null ? kind : `${kind} (${number})`, code === 'EAUTH', number);
    };
    const timer = setTimeout(() => fail('it took too long'), o.patience);
    const stopped = (): void => fail('it was stopped');
    o.signal?.addEventListener('abort', stopped, { once: true });
    if (o.signal?.aborted === true) return stopped();
    const send = (): void => {
      const { before } = o;
      if (before === undefined) return say();
      before().then(
        (wanted) => (wanted ? say() : fail('it was not to leave any more')),
        () => fail('it was not to leave now'),
      );
    };
    const say = (): void => {
      connection.send({ from: o.from, to: [...o.to] }, o.letter, (error, info) =>
        error !== undefined && error !== null ? refused(error) : end({ ok: true, rejected: info?.rejected ?? [] }),
      );
      sent = 'maybe';
    };
    connection.on('error', refused);
    connection.on('end', () => fail('the connection ended early'));
    connection.connect((error) => {
      if (error !== undefined && error !== null) return refused(error);
      const { login } = o;
      if (login === null) return send();
      const auth =
        'token' in login
          ? { user: login.user, pass: login.token, method: 'XOAUTH2' }
          : { user: login.user, pass: login.password };
      connection.login(auth, (no) => (no === undefined || no === null ? send() : refused(no)));
    });
  });

const reasonOf = (error: Error): { kind: string; code: string; number: number | null } => {
  const code: unknown = Reflect.get(error, 'code');
  const said: unknown = Reflect.get(error, 'responseCode');
  return {
    kind: typeof code === 'string' ? (KINDS.get(code) ?? 'it refused') : 'it refused',
    code: typeof code === 'string' ? code : '',
    number: typeof said === 'number' && said >= 400 ? said : null,
  };
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
