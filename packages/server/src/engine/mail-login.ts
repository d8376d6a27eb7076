/**
 * How a mail server is logged in to with a secret: by user and password, or, for a connection, as its user with the token of
 * now (XOAUTH2). It judges nothing: the broker did before.
 */

import { type Problem, problem } from '@headgate/core';
import type { MailLogin } from '../egress/mail/smtp.ts';
import type { Credentials } from './credentials.ts';
import type { TokenAsk } from './tokens.ts';

export type Login = {
  readonly login: MailLogin;
  readonly again?: () => Promise<Login | { readonly problem: Problem }>;
};

/** `user` goes before the one of the secret. Problems: those of credentials.ts, `mail.user`. */
export const mailLogin = async (
  credentials: Pick<Credentials, 'forMail'>,
  ask: TokenAsk,
  origin: string,
  user: string | undefined,
): Promise<Login | { readonly problem: Problem }> => {
  const given = await credentials.forMail(ask, origin);
  if ('problem' in given) return given;
  if ('password' in given) {
    const name = user ?? given.user;
    return name === undefined ? { problem: NO_USER } : { login: { user: name, password: given.password } };
  }
  if (user === undefined) return { problem: NO_USER };
  return {
    login: { user, token: given.token },
    again: async () => {
      const next = await given.again();
      return 'problem' in next ? next : { login: { user, token: next.token } };
    },
  };
};

const NO_USER = problem('mail.user', 'The secret says who logs in by no name', {
  at: { field: 'user' },
  fix: 'Write the user of the account in `user`, or store user and password as a secret of the kind basic.',
});
