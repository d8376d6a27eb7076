/**
 * What a `net: SMTP …` need lends a step: letters, through the broker and the door for them. It opens no connection itself.
 *
 * EM1 A letter is judged recipient by recipient, with its sender: one that was not lent is sent to nobody at all.
 * EM2 User, password or token are opened after the decision, go to the mail server they are meant for alone
 *     (`smtp://host:port`), and reach neither the step nor the journal.
 * EM3 The header message-id follows from run, step and item: a letter that was sent twice is recognised by it.
 * EM4 The instance lends its own mail server only where its administrator says so, and only as its own sender.
 * EM5 A letter whose power is taken back is broken off (broker.ts B4).
 */

import { createHash } from 'node:crypto';
import { INSTANCE_MAIL, type Letter, type Mail, type Power, type Problem, problem, type Refused } from '@headgate/core';
import type { Door } from '../egress/door.ts';
import type { MailServer } from '../egress/mail/port.ts';
import type { PostServer } from '../egress/mail/post.ts';
import type { Broker } from './broker.ts';
import type { Credentials } from './credentials.ts';
import type { Live } from './live.ts';
import { type Login, mailLogin } from './mail-login.ts';
import type { TokenAsk } from './tokens.ts';

type Deps = {
  readonly broker: Broker;
  readonly door: Pick<Door, 'post'>;
  readonly credentials: Credentials;
  /** The mail server of the instance, where it is lent to flows. */
  readonly instanceMail: MailServer | null;
  readonly now: () => number;
};

/** People of one letter. */
const MOST_PEOPLE = 100;

/** The `mail` object of one step instance; `key` names it over all its attempts. */
export const mailFor = (
  deps: Deps,
  live: Live,
  step: string,
  narrow: readonly Power[] | undefined,
  signal: AbortSignal,
  key: string,
): Mail => ({
  send: async (letter) => {
    const people = [...letter.to, ...letter.cc, ...letter.bcc];
    if (people.length === 0 || people.length > MOST_PEOPLE) return refused(PEOPLE);
    const at = await serverOf(deps, letter);
    if ('problem' in at) return refused(at.problem);
    const { server, from } = at;
    const id = messageId(key, from.address);
    const { host, port } = letter.server ?? { host: INSTANCE_MAIL, port: 0 };
    const to = [...new Set(people.map(({ address }) => address))];
    const powers: Power[] = to.map((address) => ({
      ...{ power: 'net', method: 'SMTP', host, port, from: from.address, to: address },
    }));
    const { secret } = letter.server ?? {};
    const origin = `smtp://${host}:${port}`;
    if (secret !== undefined) powers.push({ power: 'secret', name: secret, origin });
    const done = await deps.broker.effect(live, step, narrow, powers, async (_again, stopped) => {
      const { workspace, project, flow, environment, principal, id: run } = live.base;
      const ask: TokenAsk = { workspace, project, flow, environment, principal, run, step, name: secret ?? '' };
      const login = await loginOf(deps, ask, letter, origin);
      if (login !== null && 'problem' in login) return refused(login.problem);
      const post = deps.door.post;
      if (post === undefined) return refused(NO_DOOR);
      const given = { server, letter: { ...letter, from }, id, date: deps.now() };
      const both = AbortSignal.any([signal, stopped]);
      const posted = await post({ ...given, login: login?.login ?? null, signal: both });
      if (posted.ok) {
        const { rejected } = posted;
        return { id, accepted: to.filter((one) => !rejected.includes(one)), rejected };
      }
      // Who we are was refused before anything was said: a token that another one may take the place of.
      const next = posted.login ? await login?.again?.() : undefined;
      if (next === undefined) return { problem: posted.problem, sent: posted.sent };
      if ('problem' in next) return refused(next.problem);
      const second = await post({ ...given, login: next.login, signal: both });
      if (!second.ok) return { problem: second.problem, sent: second.sent };
      return { id, accepted: to.filter((one) => !second.rejected.includes(one)), rejected: second.rejected };
    });
    return done.ok ? done.value : { problem: done.problem, sent: done.sent };
  },
});

const refused = (of: Problem): Refused => ({ problem: of, sent: 'no' });

const serverOf = async (
  { instanceMail }: Deps,
  { server, from }: Letter,
): Promise<{ server: PostServer; from: NonNullable<Letter['from']> } | { problem: Problem }> => {
  if (server !== null) return from === null ? { problem: SENDER } : { server, from };
  if (instanceMail === null) return { problem: NO_INSTANCE };
  const { host, port, security, from: own } = instanceMail;
  return { server: { host, port, security, trusted: true }, from: { address: own, name: from?.name ?? 'Headgate' } };
};

const loginOf = async (
  { instanceMail, credentials }: Deps,
  ask: TokenAsk,
  { server }: Letter,
  origin: string,
): Promise<Login | { readonly problem: Problem } | null> => {
  if (server === null) {
    const { user = null, password } = instanceMail ?? {};
    return user === null ? null : { login: { user, password: password ?? '' } };
  }
  return server.secret === undefined ? null : mailLogin(credentials, ask, origin, server.user);
};

const messageId = (key: string, from: string): string => {
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 40);
  return `<${hash}@${from.slice(from.lastIndexOf('@') + 1)}>`;
};

const PEOPLE = problem('mail.people', `A letter goes to at least one and at most ${MOST_PEOPLE} people`, {
  at: { field: 'to' },
  fix: 'Send one letter to each of them: let the step run once for each item.',
});
const SENDER = problem('mail.sender', 'A letter through a mail server of its own needs an address it comes from', {
  at: { field: 'from' },
  fix: 'Write the address of the account, e.g. bot@example.com.',
});
const NO_INSTANCE = problem('mail.instance', 'This server lends its own mail server to no flow', {
  at: { field: 'host' },
  fix: 'Name a mail server in `host`, or ask the administrator to set HEADGATE_MAIL_FLOWS=true.',
});
const NO_DOOR = problem('mail.door', 'No letter leaves here: what the outside answers was recorded');
