/**
 * The few mails that accounts get, in plain text. They are handed over after the answer to whoever asked, who learns
 * nothing from it.
 *
 * LE1 An address gets few of them in an hour, whoever asks.
 */

import type { Lodge } from '../lodge.ts';
import { Windows } from '../windows.ts';
import { AUTH } from './desk.ts';

const HOUR = 3_600_000;
const MOST_AN_HOUR = 3;

export type Letters = {
  /** Counts a mail to this address; false: it had enough. */
  readonly mayWrite: (email: string) => boolean;
  readonly send: {
    readonly reset: (to: string, token: string) => void;
    readonly signUp: (to: string, token: string) => void;
    readonly there: (to: string) => void;
    readonly changed: (to: string) => void;
    readonly resetMade: (to: string) => void;
  };
};

export const letters = ({ gate }: Pick<Lodge, 'gate'>): Letters => {
  const written = new Windows(gate.clock, HOUR);
  const post = (to: string, subject: string, lines: readonly string[]): void => {
    const { mail } = gate;
    if (mail === null) return;
    mail({ to, subject, text: `${lines.join('\n')}\n` }).then(
      (sent) => {
        if (!sent.ok) gate.log.error({ code: sent.problem.code, text: sent.problem.text }, 'a mail was not sent');
      },
      (error: unknown) => gate.log.error({ err: error }, 'a mail was not sent'),
    );
  };
  const at = `${gate.publicUrl}${AUTH}`;
  const unasked = 'If you did not ask for this, do nothing: without the link nothing changes.';
  return {
    mayWrite: (email) => written.add(email.trim().toLowerCase()) <= MOST_AN_HOUR,
    send: {
      reset: (to, token) =>
        post(to, 'A new password for Headgate', [
          'A new password was asked for. This link sets it, works once, and for one hour:',
          '',
          `${at}/reset/${token}`,
          '',
          unasked,
        ]),
      signUp: (to, token) =>
        post(to, 'Your account at Headgate', [
          'An account was asked for with this address. This link makes it, works once, and for one day:',
          '',
          `${at}/signup/${token}`,
          '',
          unasked,
        ]),
      changed: (to) =>
        post(to, 'Your password at Headgate was changed', [
          'The password of your account was changed. If it was not you, ask for a new one:',
          '',
          `${at}/reset`,
          '',
          'and choose there to end passkeys and keys as well: they go on working otherwise.',
        ]),
      resetMade: (to) =>
        post(to, 'A link to a new password at Headgate', [
          'An administrator made a link to a new password for your account. If you did not ask for it, tell the owners of your',
          'workspaces: whoever uses that link only reads there until one of them says that it is you.',
        ]),
      there: (to) =>
        post(to, 'Your account at Headgate', [
          'An account was asked for with this address, which has one already. Sign in, or ask for a new password:',
          '',
          `${at}/login`,
          `${at}/reset`,
        ]),
    },
  };
};
