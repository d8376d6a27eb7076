/**
 * What somebody who is signed in does with the own account: sessions, password, codes, passkeys. The session that came is
 * the identity; no key and no token reaches these doors.
 *
 * AO1 What one signs in with is changed only by who proves the password again, or signed in minutes ago; the change ends
 *     every session and begins a new one here (TOK-09).
 */

import { z } from 'zod';
import { account, clear } from './auth.ts';
import { empty, media, route } from './route.ts';
import { byId, json, name, time } from './shapes.ts';

const tags = ['auth'] as const;
const password = z.string().min(1).max(256);
const anew = empty('Done. Every session of the account has ended; a new one came with this answer');

const session = z
  .strictObject({
    id: z.string(),
    current: z.boolean(),
    how: z.string().describe('`password`, `password+code`, `passkey`, `link`, or `sso:` and the provider'),
    agent: z.string().nullable().describe('What the browser called itself'),
    network: z.string().describe('The address it was begun from'),
    created: time,
    seen: time,
    expires: time,
  })
  .meta({ id: 'Session' });

export const me = route({
  method: 'GET',
  path: '/api/v1/auth/me',
  needs: 'self:the account of the session',
  on: 'nobody',
  answers: { 200: account },
  summary: 'The account that is signed in',
  tags,
});

export const accountPage = route({
  method: 'GET',
  path: '/api/v1/auth/account',
  needs: 'self:the account of the session',
  on: 'nobody',
  answers: {
    200: media('text/html', 'The account and its sessions as a page'),
    303: empty('Back to where signing in was asked for, once'),
  },
  summary: 'The account that is signed in, as a page',
  tags,
});

export const listSessions = route({
  method: 'GET',
  path: '/api/v1/auth/sessions',
  needs: 'self:sessions of the own account',
  on: 'nobody',
  answers: { 200: z.strictObject({ sessions: z.array(session) }) },
  summary: 'Where the account is signed in',
  tags,
});

export const endSession = route({
  method: 'DELETE',
  path: '/api/v1/auth/sessions/{id}',
  needs: 'self:sessions of the own account',
  on: 'nobody',
  params: byId,
  answers: { 204: empty('Ended at once') },
  problems: ['missing'],
  summary: 'End one session of the account',
  tags,
  audited: 'after',
});

export const endSessions = route({
  method: 'DELETE',
  path: '/api/v1/auth/sessions',
  needs: 'self:sessions of the own account',
  on: 'nobody',
  answers: { 204: empty('Signed out everywhere, here too') },
  summary: 'Sign out everywhere',
  tags,
  audited: 'after',
});

export const logoutEverywhere = route({
  method: 'POST',
  path: '/api/v1/auth/logout/everywhere',
  needs: 'self:sessions of the own account',
  on: 'nobody',
  bodyKind: 'either',
  answers: { 204: empty('Signed out everywhere, here too'), 303: empty('To the sign-in form') },
  summary: 'Sign out everywhere, by a form',
  tags,
  audited: 'after',
});

export const changePassword = route({
  method: 'POST',
  path: '/api/v1/auth/password',
  needs: 'self:the own password, behind the one before',
  on: 'nobody',
  body: z.strictObject({ current: password, password, clear }),
  bodyKind: 'either',
  answers: { 204: anew, 303: empty('To the account page') },
  problems: ['auth.wrong', 'auth.limit', 'auth.busy', 'password.weak'],
  summary: 'Change the password',
  tags,
  audited: 'after',
});

export const beginTotp = route({
  method: 'POST',
  path: '/api/v1/auth/totp',
  needs: 'self:the own second factor, behind the password',
  on: 'nobody',
  body: z.strictObject({ password }),
  bodyKind: 'either',
  answers: {
    200: z.strictObject({
      uri: z.string().describe('`otpauth:` address for the authenticator'),
      recovery: z.array(z.string()).readonly().describe('Codes that work once each, shown at this time only'),
    }),
  },
  problems: ['auth.wrong', 'auth.limit', 'auth.busy', 'account.held'],
  summary: 'Begin to set up codes; they are asked for once one was confirmed',
  tags,
  audited: 'after',
});

export const confirmTotp = route({
  method: 'POST',
  path: '/api/v1/auth/totp/confirm',
  needs: 'self:the own second factor',
  on: 'nobody',
  body: z.strictObject({ code: z.string().min(1).max(40) }),
  bodyKind: 'either',
  answers: { 204: anew, 303: empty('To the account page') },
  problems: ['auth.wrong', 'auth.limit'],
  summary: 'Confirm the first code; from now on one is asked for at sign-in',
  tags,
  audited: 'after',
});

export const removeTotp = route({
  method: 'POST',
  path: '/api/v1/auth/totp/remove',
  needs: 'self:the own second factor, behind the password',
  on: 'nobody',
  body: z.strictObject({ password }),
  bodyKind: 'either',
  answers: { 204: anew, 303: empty('To the account page') },
  problems: ['auth.wrong', 'auth.limit', 'auth.busy'],
  summary: 'Ask for no code any more',
  tags,
  audited: 'after',
});

export const newRecovery = route({
  method: 'POST',
  path: '/api/v1/auth/recovery',
  needs: 'self:the own second factor, behind the password',
  on: 'nobody',
  body: z.strictObject({ password }),
  bodyKind: 'either',
  answers: { 200: z.strictObject({ recovery: z.array(z.string()).readonly() }) },
  problems: ['auth.wrong', 'auth.limit', 'auth.busy'],
  summary: 'Make new recovery codes; the ones before work no more',
  tags,
  audited: 'after',
});

const passkey = z.strictObject({ id: z.string(), name: z.string().nullable(), created: time.nullable() });

export const listPasskeys = route({
  method: 'GET',
  path: '/api/v1/auth/passkeys',
  needs: 'self:passkeys of the own account',
  on: 'nobody',
  answers: { 200: z.strictObject({ passkeys: z.array(passkey) }) },
  summary: 'Passkeys of the account',
  tags,
});

export const passkeyOptions = route({
  method: 'POST',
  path: '/api/v1/auth/passkeys/options',
  needs: 'self:passkeys of the own account, behind the password or a fresh sign-in',
  on: 'nobody',
  body: z.strictObject({ password: password.optional() }),
  answers: { 200: z.strictObject({ options: json }) },
  problems: ['auth.wrong', 'auth.limit', 'auth.busy', 'auth.stale', 'account.held'],
  summary: 'A challenge for making a passkey',
  tags,
});

export const addPasskey = route({
  method: 'POST',
  path: '/api/v1/auth/passkeys',
  needs: 'self:passkeys of the own account',
  on: 'nobody',
  body: z.strictObject({ name, response: z.record(z.string().max(100), z.unknown()) }),
  answers: { 201: passkey },
  problems: ['auth.wrong', 'auth.limit'],
  summary: 'Keep the passkey that the browser made',
  tags,
  audited: 'after',
});

export const removePasskey = route({
  method: 'DELETE',
  path: '/api/v1/auth/passkeys/{id}',
  needs: 'self:passkeys of the own account, soon after signing in',
  on: 'nobody',
  params: byId,
  answers: { 204: anew },
  problems: ['missing', 'auth.stale'],
  summary: 'Remove a passkey',
  tags,
  audited: 'after',
});

const form = media('text/html', 'The form as a page');

export const totpPage = route({
  method: 'GET',
  path: '/api/v1/auth/totp',
  needs: 'self:the own second factor',
  on: 'nobody',
  answers: { 200: form },
  summary: 'The form that begins to set up codes, or ends them',
  tags,
});

export const confirmTotpPage = route({
  method: 'GET',
  path: '/api/v1/auth/totp/confirm',
  needs: 'self:the own second factor',
  on: 'nobody',
  answers: { 200: form },
  summary: 'The form for the first code',
  tags,
});

export const passkeysPage = route({
  method: 'GET',
  path: '/api/v1/auth/account/passkeys',
  needs: 'self:passkeys of the own account',
  on: 'nobody',
  answers: { 200: form },
  summary: 'Passkeys of the account as a page, with the one script there is: browsers make passkeys for scripts alone',
  tags,
});

export const removePasskeyForm = route({
  method: 'POST',
  path: '/api/v1/auth/passkeys/{id}/remove',
  needs: 'self:passkeys of the own account, soon after signing in',
  on: 'nobody',
  params: byId,
  bodyKind: 'either',
  answers: { 204: anew, 303: empty('To the passkeys') },
  problems: ['missing', 'auth.stale'],
  summary: 'Remove a passkey, by a form',
  tags,
  audited: 'after',
});

export const endSessionForm = route({
  method: 'POST',
  path: '/api/v1/auth/sessions/{id}/end',
  needs: 'self:sessions of the own account',
  on: 'nobody',
  params: byId,
  bodyKind: 'either',
  answers: { 204: empty('Ended at once'), 303: empty('To the account page') },
  problems: ['missing'],
  summary: 'End one session of the account, by a form',
  tags,
  audited: 'after',
});
