/**
 * The door for letters of flows: to whatever mail server a step was lent, judged by the same list as every other call.
 *
 * PO1 Whether a step may is judged before this is called, recipient by recipient (engine/mail.ts).
 * PO2 A password or token goes to nobody in the clear.
 * PO3 A letter is composed as it is sent: files go through in pieces. No part of it names a path or an address that would be
 *     fetched: the composer may read neither.
 */

import { Readable } from 'node:stream';
import { type Letter, problem, type Problem } from '@headgate/core';
import MailComposer from 'nodemailer/lib/mail-composer';
import { type AllowList, parseAllow } from '../allow.ts';
import type { Resolver } from '../door.ts';
import { systemResolver } from '../resolve.ts';
import { dialMail, whereOf } from './dial.ts';
import type { MailServer } from './port.ts';
import { hand, type MailLogin } from './smtp.ts';

/** `trusted`: the administrator named this server, which opens its address (mail.ts ML1). */
export type PostServer = Pick<MailServer, 'host' | 'port' | 'security'> & { readonly trusted?: true };

export type PostAsk = {
  readonly server: PostServer;
  readonly login: MailLogin | null;
  readonly letter: Omit<Letter, 'server' | 'from'> & { readonly from: NonNullable<Letter['from']> };
  /** The header message-id, in its angle brackets. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly date: number;
  readonly signal: AbortSignal;
};

export type Posted =
  | { readonly ok: true; readonly rejected: readonly string[] }
  | {
      readonly ok: false;
      readonly problem: Problem;
      readonly sent: 'no' | 'maybe';
      /** The server refused who we are: another token may do. */
      readonly login: boolean;
    };

export type Post = (ask: PostAsk) => Promise<Posted>;

type Options = { readonly resolve?: Resolver | undefined; readonly authorities: readonly string[] };

/** For the whole of one letter, its files included, in milliseconds. */
const PATIENCE = 120_000;
const DIALLING = 30_000;

/** Opens the door: it looks nothing up and dials nobody. */
export const openPost = (policy: AllowList, { resolve, authorities }: Options): Post => {
  const no = (of: Problem): Posted => ({ ok: false, problem: of, sent: 'no', login: false });
  return async ({ server, login, letter, id, date, signal }) => {
    if (login !== null && server.security === 'none') return no(inTheClear);
    const where = whereOf(server);
    const allowed = server.trusted === true ? parseAllow(where) : { ok: true as const, value: policy };
    if (!allowed.ok) return no(allowed.problem);
    const socket = await dialMail(server, allowed.value, resolve ?? systemResolver(allowed.value), DIALLING, signal);
    if (!socket.ok) return no(socket.problem);
    const all = [...letter.to, ...letter.cc, ...letter.bcc].map(({ address }) => address);
    const handed = await hand(socket.value, {
      server,
      login,
      from: letter.from.address,
      to: [...new Set(all)],
      letter: compose(letter, id, date),
      authorities,
      patience: PATIENCE,
      signal,
    });
    if (handed.ok) return handed;
    const { why, sent, number } = handed;
    const later = sent === 'no' && (number === null || number < 500);
    const text = `The mail server ${where} did not take the letter: ${why}`;
    return {
      ok: false,
      problem: problem(sent === 'no' ? 'mail.failed' : 'mail.doubt', text, {
        ...(sent === 'no' ? {} : { fix: 'Look whether it arrived before it is sent again.' }),
        retry: later ? 'yes' : 'no',
      }),
      sent,
      login: handed.login,
    };
  };
};

const compose = (letter: PostAsk['letter'], messageId: string, date: number): Readable => {
  const { from, to, cc, replyTo, subject, text, html, parts } = letter;
  const people = (all: Letter['to']) => all.map(({ address, name = '' }) => ({ address, name }));
  return new MailComposer({
    from: { address: from.address, name: from.name ?? '' },
    to: people(to),
    cc: people(cc),
    replyTo: people(replyTo),
    subject,
    messageId,
    date: new Date(date),
    ...(text === undefined ? {} : { text }),
    ...(html === undefined ? {} : { html }),
    attachments: parts.map(({ name, type, read }) => ({
      filename: name,
      contentType: type,
      content: Readable.from(read(), { objectMode: false }),
    })),
    headers: { 'auto-submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .createReadStream();
};

const inTheClear: Problem = problem('mail.clear', 'A password or token is sent to no mail server in the clear', {
  at: { field: 'security' },
  fix: 'Use tls or starttls, or leave the secret out.',
});
