/** Mail as who sends it sees it: plain text to one address. */

import type { Result } from '@headgate/core';

/** `id`: of the letter itself, so that whoever looks recognises it (RFC 5322, 3.6.4). */
export type Mail = {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly id?: string;
  /** Asked when the server is ready to take the letter, before any of it is said. False: it does not leave. */
  readonly before?: () => Promise<boolean>;
};

/** Hands a mail to the server that was set up. Problems: `mail.failed`, `mail.doubt` (it may have arrived), `mail.wrong`, and those of dialling. */
export type SendMail = (mail: Mail) => Promise<Result<null>>;

export type MailServer = {
  readonly host: string;
  readonly port: number;
  /** `tls`: from the first byte. `starttls`: asked for before anything else is said. `none`: plain, for this machine alone. */
  readonly security: 'tls' | 'starttls' | 'none';
  readonly user: string | null;
  readonly password: string | null;
  /** The address that mails come from. */
  readonly from: string;
};
