/** What a `net: SMTP …` need lends a step: sending letters. Each is judged, recipient by recipient, when it is sent. */

import type { Problem } from '../problem.ts';
import type { Refused } from './files.ts';

/** `name` is what a reader sees before the address. */
export type MailAddress = { readonly address: string; readonly name?: string };

/** Where a letter is handed in. `secret`: user and password, or a connection whose token logs `user` in. */
export type MailServerAt = {
  readonly host: string;
  readonly port: number;
  /** `tls`: from the first byte; `starttls`: before anything else is said; `none`: in the clear, and without a secret. */
  readonly security: 'tls' | 'starttls' | 'none';
  readonly user?: string;
  readonly secret?: string;
};

/** A file that goes with a letter. */
export type LetterPart = {
  readonly name: string;
  readonly type: string;
  readonly read: () => AsyncIterable<Uint8Array>;
};

export type Letter = {
  /** Null: the mail server of the instance, which sends as its own address. */
  readonly server: MailServerAt | null;
  readonly from: MailAddress | null;
  readonly to: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  readonly bcc: readonly MailAddress[];
  readonly replyTo: readonly MailAddress[];
  readonly subject: string;
  readonly text?: string;
  readonly html?: string;
  readonly parts: readonly LetterPart[];
};

/** `id` is the header message-id: the same for every attempt of a step. `rejected`: whom the server did not take. */
export type Mailed = {
  readonly id: string;
  readonly accepted: readonly string[];
  readonly rejected: readonly string[];
};

export type Mail = { send(letter: Letter): Promise<Mailed | Refused> };

/** For steps and tests that were lent none. */
export const noMail = (problem: Problem): Mail => ({ send: () => Promise.resolve({ problem, sent: 'no' }) });
