/**
 * Signing in and out, and the doors of links that work once: open doors, each of which judges what comes with the request.
 *
 * AU1 What is wrong is never told apart: one answer for a wrong password, an unknown address and a suspended account.
 * AU2 Every door works without script and without the web app: a form in, a page or a redirect out.
 * AU3 A token in a path works once and for a while. A password, a code and a session never stand in an address (TOK-13).
 */

import { z } from 'zod';
import { empty, media, route } from './route.ts';
import { json, name, time } from './shapes.ts';

const tags = ['auth'] as const;
export const page = media('text/html', 'The form as a page');
export const seeOther = empty('Onwards, with a session: for who asked for HTML');

const email = z.string().min(3).max(320);
const password = z.string().min(1).max(256);
/** Of a new password: whether passkeys, keys, tokens and applications of the account end as well. A form says `yes`. */
export const clear = z
  .union([z.boolean(), z.literal('yes')])
  .optional()
  .describe('End passkeys, API keys, engine tokens and applications of the account, too');
export const byToken = z.strictObject({ token: z.string().regex(/^[A-Za-z0-9_-]{20,100}$/, 'the end of a link') });

export const account = z
  .strictObject({
    id: z.string(),
    email: z.string(),
    name: z.string(),
    administrator: z.boolean(),
    state: z.enum(['active', 'pending', 'suspended']),
    factor: z.boolean().describe('Whether a code is asked for at sign-in'),
    created: time,
  })
  .meta({ id: 'Account' });

/** `code`: the password was right, and POST …/login/code is asked for with the cookie that came. */
export const signedIn = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('in'), account }),
  z.strictObject({ state: z.literal('code') }),
]);

export const loginPage = route({
  method: 'GET',
  path: '/api/v1/auth/login',
  needs: 'none:it is the form that everybody signs in with',
  on: 'nobody',
  answers: { 200: page },
  summary: 'The sign-in form',
  tags,
});

export const login = route({
  method: 'POST',
  path: '/api/v1/auth/login',
  needs: 'none:the password in the body is what it judges',
  on: 'nobody',
  body: z.strictObject({ email, password }),
  bodyKind: 'either',
  answers: { 200: signedIn, 303: seeOther },
  problems: ['auth.wrong', 'auth.limit', 'auth.busy', 'auth.pending'],
  summary: 'Sign in with a password',
  tags,
});

export const codePage = route({
  method: 'GET',
  path: '/api/v1/auth/login/code',
  needs: 'none:it is the form for the code after a password',
  on: 'nobody',
  answers: { 200: page },
  summary: 'The form for a code of the authenticator',
  tags,
});

export const loginCode = route({
  method: 'POST',
  path: '/api/v1/auth/login/code',
  needs: 'none:the code and the step before are what it judges',
  on: 'nobody',
  body: z.strictObject({ code: z.string().min(1).max(40) }),
  bodyKind: 'either',
  answers: { 200: signedIn, 303: seeOther },
  problems: ['auth.wrong', 'auth.limit', 'auth.pending'],
  summary: 'Finish signing in with a code of the authenticator, or a recovery code',
  tags,
});

export const passkeyPage = route({
  method: 'GET',
  path: '/api/v1/auth/login/passkey',
  needs: 'none:it is a page to sign in on',
  on: 'nobody',
  answers: { 200: page },
  summary: 'The page for signing in with a passkey',
  tags,
});

export const passkeyScript = route({
  method: 'GET',
  path: '/api/v1/auth/passkey.js',
  needs: 'none:a script that is the same for everybody',
  on: 'nobody',
  answers: { 200: media('text/javascript', 'The script') },
  summary: 'The script of the pages for passkeys',
  tags,
});

export const loginPasskeyOptions = route({
  method: 'POST',
  path: '/api/v1/auth/login/passkey/options',
  needs: 'none:it makes a challenge, and opens nothing',
  on: 'nobody',
  answers: { 200: z.strictObject({ options: json }) },
  problems: ['auth.limit'],
  summary: 'A challenge for signing in with a passkey',
  tags,
});

export const loginPasskey = route({
  method: 'POST',
  path: '/api/v1/auth/login/passkey',
  needs: 'none:the signature of the passkey is what it judges',
  on: 'nobody',
  body: z.strictObject({ response: z.record(z.string().max(100), z.unknown()) }),
  answers: { 200: signedIn },
  problems: ['auth.wrong', 'auth.limit', 'auth.pending'],
  summary: 'Sign in with a passkey',
  tags,
});

export const logout = route({
  method: 'POST',
  path: '/api/v1/auth/logout',
  needs: 'none:it only ends the session that came with it',
  on: 'nobody',
  bodyKind: 'either',
  answers: { 204: empty('Ended'), 303: empty('To the sign-in form') },
  summary: 'Sign out here',
  tags,
});

export const setUpPage = route({
  method: 'GET',
  path: '/api/v1/auth/setup/{token}',
  needs: 'none:the link that the first start printed is what it judges, and it changes nothing',
  on: 'nobody',
  params: byToken,
  answers: { 200: page },
  problems: ['link.unknown', 'auth.limit'],
  summary: 'The form for the first account',
  tags,
});

export const setUp = route({
  method: 'POST',
  path: '/api/v1/auth/setup/{token}',
  needs: 'none:the link that the first start printed is what it judges',
  on: 'nobody',
  params: byToken,
  body: z.strictObject({ email, name, password }),
  bodyKind: 'either',
  answers: { 201: signedIn, 303: seeOther },
  problems: ['link.unknown', 'auth.limit', 'auth.busy', 'password.weak', 'email.wrong'],
  summary: 'Make the first account, which manages the instance',
  tags,
});

export const signUpPage = route({
  method: 'GET',
  path: '/api/v1/auth/signup',
  needs: 'none:it is the form to ask for an account with',
  on: 'nobody',
  answers: { 200: page },
  problems: ['signup.closed'],
  summary: 'The form to ask for an account',
  tags,
});

export const signUp = route({
  method: 'POST',
  path: '/api/v1/auth/signup',
  needs: 'none:it sends a link to an address, and answers alike whatever becomes of it',
  on: 'nobody',
  body: z.strictObject({ email }),
  bodyKind: 'either',
  answers: { 202: z.strictObject({ state: z.literal('sent') }) },
  problems: ['signup.closed', 'auth.limit'],
  summary: 'Ask for an account; a link comes by mail when the address may have one',
  tags,
});

export const signUpLinkPage = route({
  method: 'GET',
  path: '/api/v1/auth/signup/{token}',
  needs: 'none:the link that came by mail is what it judges, and it changes nothing',
  on: 'nobody',
  params: byToken,
  answers: { 200: page },
  problems: ['link.unknown', 'auth.limit'],
  summary: 'The form behind the link of a sign-up',
  tags,
});

export const useSignUp = route({
  method: 'POST',
  path: '/api/v1/auth/signup/{token}',
  needs: 'none:the link that came by mail is what it judges',
  on: 'nobody',
  params: byToken,
  body: z.strictObject({ name, password }),
  bodyKind: 'either',
  answers: { 201: signedIn, 303: seeOther },
  problems: ['link.unknown', 'auth.limit', 'auth.busy', 'password.weak', 'auth.pending'],
  summary: 'Make the account that was asked for',
  tags,
});

export const resetPage = route({
  method: 'GET',
  path: '/api/v1/auth/reset',
  needs: 'none:it is the form to ask for a new password with',
  on: 'nobody',
  answers: { 200: page },
  summary: 'The form to ask for a new password',
  tags,
});

export const askReset = route({
  method: 'POST',
  path: '/api/v1/auth/reset',
  needs: 'none:it sends a link to an address, and answers alike whether there is such an account',
  on: 'nobody',
  body: z.strictObject({ email }),
  bodyKind: 'either',
  answers: { 202: z.strictObject({ state: z.literal('sent') }) },
  problems: ['auth.limit', 'mail.off'],
  summary: 'Ask for a link to a new password',
  tags,
});

export const resetLinkPage = route({
  method: 'GET',
  path: '/api/v1/auth/reset/{token}',
  needs: 'none:the link is what it judges, and it changes nothing',
  on: 'nobody',
  params: byToken,
  answers: { 200: page },
  problems: ['link.unknown', 'auth.limit'],
  summary: 'The form for a new password',
  tags,
});

export const useReset = route({
  method: 'POST',
  path: '/api/v1/auth/reset/{token}',
  needs: 'none:the link is what it judges',
  on: 'nobody',
  params: byToken,
  body: z.strictObject({ password, clear }),
  bodyKind: 'either',
  answers: { 204: empty('Set; every session of the account has ended'), 303: empty('To the sign-in form') },
  problems: ['link.unknown', 'auth.limit', 'auth.busy', 'password.weak'],
  summary: 'Set a new password',
  tags,
});

export const signOn = route({
  method: 'GET',
  path: '/api/v1/auth/sso',
  needs: 'none:it sends the browser to the provider, and opens nothing here',
  on: 'nobody',
  answers: { 303: empty('To the provider') },
  problems: ['sso.off', 'sso.failed', 'auth.limit'],
  summary: 'Sign in with the provider of the organisation',
  tags,
});

export const signOnBack = route({
  method: 'GET',
  path: '/api/v1/auth/sso/callback',
  needs: 'none:what the provider says, and the step before, are what it judges',
  on: 'nobody',
  query: z.strictObject({
    code: z.string().max(4000).optional(),
    state: z.string().max(500).optional(),
    iss: z.string().max(500).optional(),
    session_state: z.string().max(500).optional(),
    scope: z.string().max(2000).optional(),
    error: z.string().max(200).optional(),
    error_description: z.string().max(2000).optional(),
    error_uri: z.string().max(2000).optional(),
  }),
  answers: { 200: signedIn, 303: seeOther },
  problems: ['sso.off', 'sso.failed', 'auth.wrong', 'auth.limit', 'auth.pending'],
  summary: 'Where the provider sends the browser back to',
  tags,
});
