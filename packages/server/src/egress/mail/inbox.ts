/**
 * The door to mailboxes: one session of IMAP (RFC 9051, 3501) over a socket that was dialled and judged like every other
 * outgoing connection.
 *
 * IB1 TLS from the first byte, verified: a password or token is said to no server in the clear.
 * IB2 What the server sends is bounded: a line, a literal, a response, and the time that it takes. A mail that is larger is not
 *     fetched.
 * IB3 What a mail says is read by nobody here: its bytes go on as they are.
 * IB4 Problems name host and port, never an address, a subject or a password.
 */

import { isIP } from 'node:net';
import { bad, good, problem, type Problem, type Result } from '@headgate/core';
import { ImapFlow } from 'imapflow';
import type { AllowList } from '../allow.ts';
import type { Resolver } from '../door.ts';
import { systemResolver } from '../resolve.ts';
import { dialMail, type MailHost, whereOf } from './dial.ts';
import type { MailLogin } from './smtp.ts';

export type InboxAsk = {
  readonly server: MailHost;
  readonly login: MailLogin;
  readonly folder: string;
  /** False: nothing of it may be changed. */
  readonly write: boolean;
  readonly signal: AbortSignal;
};

export type Wanted = { readonly from?: string; readonly subject?: string; readonly unseen?: boolean };

/** One mail. `raw` null: it is larger than is fetched. */
export type FetchedMail = { readonly size: number; readonly raw: Buffer | null; readonly arrived: number | null };

export type InboxSession = {
  /** While it stays the same, a uid means the same mail (RFC 9051 2.3.1.1). */
  readonly validity: string;
  /** The next mail that arrives has this uid or a higher one. */
  readonly next: number;
  /** Uids above `after` of mails that are wanted, the lowest first. */
  readonly find: (after: number, wanted: Wanted) => Promise<readonly number[]>;
  /** Null: it is gone. */
  readonly fetch: (uid: number) => Promise<FetchedMail | null>;
  readonly seen: (uid: number) => Promise<void>;
  readonly move: (uid: number, folder: string) => Promise<void>;
  /** Whether the server tells of new mail by itself. */
  readonly tells: boolean;
  /** Resolves when mail may have come, when the time is over, or when it is stopped. False: the line is gone. */
  readonly wait: (ms: number) => Promise<boolean>;
  readonly close: () => void;
};

/** `login`: the server refused who we are; another token may do. */
export type Opened = Result<InboxSession> & { readonly login?: true };
export type Inbox = (ask: InboxAsk) => Promise<Opened>;

const DIALLING = 30_000;
/** Bytes of a mail that is fetched whole. */
export const LARGEST_MAIL = 8 * 1024 * 1024;
const MB = 1024 * 1024;

type Options = { readonly resolve?: Resolver | undefined; readonly authorities: readonly string[] };

/** Opens the door: it looks nothing up and dials nobody. */
export const openInbox =
  (policy: AllowList, { resolve, authorities }: Options): Inbox =>
  async ({ server, login, folder, write, signal }) => {
    const where = whereOf(server);
    const socket = await dialMail(server, policy, resolve ?? systemResolver(policy), DIALLING, signal);
    if (!socket.ok) return socket;
    const client = new ImapFlow({
      host: server.host,
      port: server.port,
      secure: true,
      logger: false,
      auth:
        'token' in login ? { user: login.user, accessToken: login.token } : { user: login.user, pass: login.password },
      clientInfo: { name: 'headgate' },
      disableAutoIdle: true,
      disableCompression: true,
      connectionTimeout: DIALLING,
      greetingTimeout: DIALLING,
      socketTimeout: 60_000,
      maxLineLength: MB,
      maxLiteralSize: LARGEST_MAIL + MB,
      maxResponseSize: LARGEST_MAIL + 2 * MB,
      tls: {
        socket: socket.value,
        host: server.host,
        servername: isIP(server.host) === 0 ? server.host : '',
        minVersion: 'TLSv1.2',
        rejectUnauthorized: true,
        ...(authorities.length === 0 ? {} : { ca: [...authorities] }),
      },
    });
    // What breaks is told by the command that it breaks.
    client.on('error', () => undefined);
    const close = (): void => {
      client.close();
      socket.value.destroy();
    };
    signal.addEventListener('abort', close, { once: true });
    try {
      await client.connect();
      const box = await client.mailboxOpen(folder, { readOnly: !write });
      return good(sessionOf(client, String(box.uidValidity), box.uidNext, signal, close));
    } catch (error) {
      close();
      const refused = Reflect.get(Object(error), 'authenticationFailed') === true;
      const why = failed(where, refused ? 'it refused the user name and password' : whyOf(error));
      return refused ? { ...bad<InboxSession>(why), login: true } : bad(why);
    }
  };

const failed = (where: string, why: string): Problem =>
  problem('mail.box', `The mailbox at ${where} cannot be read: ${why}`, { retry: 'yes' });

const whyOf = (error: unknown): string => {
  const code: unknown = Reflect.get(Object(error), 'code');
  if (Reflect.get(Object(error), 'responseStatus') === 'NO') return 'it has no such folder, or lets nobody read it';
  return typeof code === 'string' && /^[A-Za-z_]{3,40}$/.test(code)
    ? `the exchange broke (${code})`
    : 'the exchange broke';
};

const sessionOf = (
  client: ImapFlow,
  validity: string,
  next: number,
  signal: AbortSignal,
  close: () => void,
): InboxSession => {
  let news = false;
  let wake = (): void => undefined;
  client.on('exists', () => {
    news = true;
    wake();
  });
  client.on('close', () => wake());
  return {
    validity,
    next,
    tells: client.capabilities.has('IDLE'),
    find: async (after, { from, subject, unseen }) => {
      news = false;
      const found = await client.search(
        {
          uid: `${after + 1}:*`,
          ...(from === undefined ? {} : { from }),
          ...(subject === undefined ? {} : { subject }),
          ...(unseen === true ? { seen: false } : {}),
        },
        { uid: true },
      );
      // `N:*` names the last mail even where its uid is below N.
      return (found === false || found === undefined ? [] : found)
        .filter((uid) => uid > after)
        .toSorted((a, b) => a - b);
    },
    fetch: async (uid) => {
      const about = await client.fetchOne(String(uid), { uid: true, size: true, internalDate: true }, { uid: true });
      if (about === false || about === undefined) return null;
      const { size = 0, internalDate } = about;
      const arrived = internalDate === undefined ? null : new Date(internalDate).getTime();
      if (size > LARGEST_MAIL) return { size, raw: null, arrived };
      const whole = await client.fetchOne(String(uid), { uid: true, source: true }, { uid: true });
      return whole === false || whole === undefined ? null : { size, raw: whole.source ?? null, arrived };
    },
    seen: async (uid) => void (await client.messageFlagsAdd(String(uid), ['\\Seen'], { uid: true })),
    move: async (uid, folder) => {
      const move = async (): Promise<boolean> => {
        const moved = await client.messageMove(String(uid), folder, { uid: true });
        return moved !== false && moved !== undefined;
      };
      if (await move()) return;
      // A folder that is not there yet.
      await client.mailboxCreate(folder);
      if (!(await move())) throw new Error('the mail was not moved');
    },
    wait: async (ms) => {
      if (!news && client.usable && !signal.aborted) {
        const idle = client.idle();
        idle.catch(() => undefined);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
          signal.addEventListener('abort', wake, { once: true });
        });
        wake = () => undefined;
      }
      return client.usable && !signal.aborted;
    },
    close: () => {
      signal.removeEventListener('abort', close);
      void client
        .logout()
        .catch(() => undefined)
        .finally(close);
    },
  };
};
