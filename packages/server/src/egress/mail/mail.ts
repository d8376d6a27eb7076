/**
 * The door for mail of the house itself: one letter, one connection to the server that the administrator named, through the
 * same steps as every other outgoing connection (dial.ts, smtp.ts).
 *
 * ML1 The administrator's naming a mail server opens that host and port to mail, and nothing to flows. Addresses that nobody
 *     may choose by a name (link-local, metadata) stay closed.
 * ML3 Addresses and subjects with line breaks are refused before anything is dialled: nobody adds a recipient.
 * ML4 Problems name host and port, never an address, a subject or a password.
 */

import { bad, good, problem, type Problem } from '@headgate/core';
import MailComposer from 'nodemailer/lib/mail-composer';
import { parseAllow } from '../allow.ts';
import type { Resolver } from '../door.ts';
import { systemResolver } from '../resolve.ts';
import { dialMail, whereOf } from './dial.ts';
import type { Mail, MailServer, SendMail } from './port.ts';
import { hand } from './smtp.ts';

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
  const where = whereOf(server);
  const failed = (why: string): Problem =>
    problem('mail.failed', `The mail server ${where} did not take the letter: ${why}`, { retry: 'yes' });

  return async (mail) => {
    if ([mail.to, mail.subject].some((text) => ['\r', '\n', '\0'].some((sign) => text.includes(sign))))
      return bad(problem('mail.wrong', 'An address or a subject holds a line break'));
    const letter = await compose(server, mail);
    const allowed = parseAllow(where);
    if (!allowed.ok) return allowed;
    const resolve = options.resolve ?? systemResolver(allowed.value);
    const socket = await dialMail(server, allowed.value, resolve, PATIENCE);
    if (!socket.ok) return socket;
    const handed = await hand(socket.value, {
      server,
      login: server.user === null ? null : { user: server.user, password: server.password ?? '' },
      from: server.from,
      to: [mail.to],
      letter,
      authorities: options.authorities ?? [],
      patience: PATIENCE,
      ...(mail.before === undefined ? {} : { before: mail.before }),
    });
    if (handed.ok) return good(null);
    return bad(
      handed.sent === 'maybe' ? { ...failed(handed.why), code: 'mail.doubt', retry: 'no' } : failed(handed.why),
    );
  };
};

const compose = (server: MailServer, { to, subject, text, id }: Mail): Promise<Buffer> =>
  new MailComposer({
    from: { name: 'Headgate', address: server.from },
    to: { name: '', address: to },
    subject,
    text,
    ...(id === undefined ? {} : { messageId: `<${id}@${server.from.split('@').at(-1) ?? 'headgate'}>` }),
    headers: { 'auto-submitted': 'auto-generated' },
  })
    .compile()
    .build();
