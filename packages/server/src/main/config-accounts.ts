/** Settings of accounts: who may make one, and the server that mail goes through. */

import { resolve } from 'node:path';
import { bad, good, problem, type Result } from '@headgate/core';
import type { MailServer } from '../egress/mail/port.ts';
import { isEmail, type SignUpPolicy } from '../gateway/accounts/policy.ts';

const PORTS = { tls: 465, starttls: 587, none: 25 } as const;

/** `smtps://user:password@host:465`, `smtp://user:password@host:587` (STARTTLS), `smtp+plain://127.0.0.1:25`. */
export const readMail = (url: string | undefined, from: string | undefined): Result<MailServer | null> => {
  if (url === undefined) return good(null);
  const wrong = (text: string, field = 'HEADGATE_MAIL_URL'): Result<null> =>
    bad(
      problem('config.mail', text, {
        at: { field },
        fix: 'Write it as smtps://user:password@mail.example.com or smtp://user:password@mail.example.com:587 (STARTTLS).',
      }),
    );
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const security = parsed === null ? undefined : SCHEMES.get(parsed.protocol);
  if (parsed === null || security === undefined || parsed.hostname === '')
    return wrong('HEADGATE_MAIL_URL must be an smtps: or smtp: address of a mail server');
  if (security === 'none' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(parsed.hostname))
    return wrong('smtp+plain: is for a mail server on this machine alone');
  if (from === undefined || !isEmail(from))
    return wrong('HEADGATE_MAIL_FROM must be the address that mails come from', 'HEADGATE_MAIL_FROM');
  const port = parsed.port === '' ? PORTS[security] : Number(parsed.port);
  return good({
    host: parsed.hostname.replace(/^\[|\]$/g, ''),
    port,
    security,
    user: parsed.username === '' ? null : decodeURIComponent(parsed.username),
    password: parsed.password === '' ? null : decodeURIComponent(parsed.password),
    from,
  });
};

const SCHEMES: ReadonlyMap<string, MailServer['security']> = new Map([
  ['smtps:', 'tls'],
  ['smtp:', 'starttls'],
  ['smtp+plain:', 'none'],
]);

/** The provider to sign in with: issuer, client id and a file with the client's secret. */
export const readProvider = (given: {
  readonly issuer: string | undefined;
  readonly clientId: string | undefined;
  readonly secretFile: string | undefined;
  readonly title: string | undefined;
}): Result<ProviderSettings | null> => {
  const { issuer, clientId, secretFile } = given;
  if (issuer === undefined && clientId === undefined && secretFile === undefined) return good(null);
  const wrong = (text: string, field: string): Result<null> => bad(problem('config.sso', text, { at: { field } }));
  if (issuer === undefined || !isIssuer(issuer))
    return wrong(
      'HEADGATE_SSO_ISSUER must be the https address of an OpenID Connect issuer (http on this machine alone)',
      'HEADGATE_SSO_ISSUER',
    );
  if (clientId === undefined) return wrong('HEADGATE_SSO_CLIENT_ID is missing', 'HEADGATE_SSO_CLIENT_ID');
  if (secretFile === undefined)
    return wrong(
      'HEADGATE_SSO_SECRET_FILE must name the file that holds the secret of this client',
      'HEADGATE_SSO_SECRET_FILE',
    );
  return good({ issuer, clientId, secretFile: resolve(secretFile), title: given.title ?? new URL(issuer).hostname });
};

export type ProviderSettings = {
  readonly issuer: string;
  readonly clientId: string;
  readonly secretFile: string;
  readonly title: string;
};

const isIssuer = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, search, hash, username } = new URL(text);
  if (search !== '' || hash !== '' || username !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname));
};

/** `closed`, `invitation`, `approval`, or `domain:` and domains with commas. */
export const readSignUp = (text: string | undefined, mail: boolean): Result<SignUpPolicy> => {
  const at = { field: 'HEADGATE_SIGN_UP' };
  if (text === undefined || text === 'closed') return good({ kind: 'closed' });
  if (text === 'invitation') return good({ kind: 'invitation' });
  const domains = text.startsWith('domain:')
    ? text
        .slice(7)
        .split(/[\s,]+/)
        .filter((one) => one !== '')
    : null;
  const known = text === 'approval' || (domains !== null && domains.length > 0 && domains.every(isDomain));
  if (!known)
    return bad(
      problem('config.sign_up', 'HEADGATE_SIGN_UP must be closed, invitation, approval, or domain:example.com', { at }),
    );
  if (!mail)
    return bad(
      problem('config.sign_up', 'Who signs up has to prove the address by mail, and no mail is set up', {
        at,
        fix: 'Set HEADGATE_MAIL_URL and HEADGATE_MAIL_FROM, or HEADGATE_SIGN_UP to closed or invitation.',
      }),
    );
  return good(
    domains === null ? { kind: 'approval' } : { kind: 'domain', domains: domains.map((d) => d.toLowerCase()) },
  );
};

const isDomain = (text: string): boolean => /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(text);
