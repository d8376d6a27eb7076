/** Pages of accounts: forms that work without script. No value of a password or a code is ever put into one. */

import type { AccountView } from '@headgate/core/api';
import { frame } from './frame.ts';
import { html, type Markup, type Piece } from './html.ts';
import { code, factorBody, field, form, password } from './factor.ts';
import { time } from './parts.ts';
import { passkeyBody } from './passkeys.ts';
import { AUTH } from './paths.ts';

export const accountPage = (view: AccountView): string =>
  frame({
    title: titleOf(view),
    body: bodyOf(view),
    bare: true,
    ...(view.kind === 'passkey' || view.kind === 'passkeys' ? { script: AUTH.script } : {}),
  });

const titleOf = (view: AccountView): string => (view.kind === 'told' ? view.title : TITLES[view.kind]);

const TITLES = {
  login: 'Sign in',
  code: 'One more step',
  'set-up': 'Set up Headgate',
  'sign-up': 'Ask for an account',
  join: 'Make your account',
  accept: 'Accept the invitation',
  'ask-reset': 'A new password',
  reset: 'A new password',
  account: 'Your account',
  codes: 'Codes of an authenticator',
  'codes-begun': 'Set up your authenticator',
  'codes-confirm': 'The first code',
  recovery: 'Recovery codes',
  passkey: 'Sign in with a passkey',
  passkeys: 'Passkeys',
} as const;

const bodyOf = (view: AccountView): Piece => {
  switch (view.kind) {
    case 'login':
      return html`${form(AUTH.login, [email, password('current-password')], 'Sign in')}
${view.providers.length > 0 && html`<ul>${view.providers.map(({ path, title }) => html`<li><a href="${path}">Sign in with ${title}</a></li>`)}</ul>`}
<p><a href="${AUTH.passkey}">Sign in with a passkey</a></p>
<p class="soft">${view.reset && html`<a href="${AUTH.reset}">Forgot the password?</a> `}${view.signUp && html`<a href="${AUTH.signUp}">Ask for an account</a>`}</p>`;
    case 'code':
      return form(
        AUTH.code,
        [code],
        'Go on',
        'The six digits that your authenticator shows, or one of the recovery codes.',
      );
    case 'set-up':
      return form(
        view.action,
        [email, name, password('new-password')],
        'Make the first account',
        'This account manages the instance and owns its first workspace. The link works once.',
      );
    case 'sign-up':
      return form(
        AUTH.signUp,
        [email],
        'Send me a link',
        'When this address may have an account here, a link comes by mail.',
      );
    case 'join':
      return html`<p>For <strong>${view.email}</strong>${view.workspace !== null && html`, in the workspace <strong>${view.workspace}</strong>`}.</p>
${form(view.action, [name, password('new-password')], 'Make the account')}`;
    case 'accept':
      return html`<p>The account <strong>${view.email}</strong> joins the workspace <strong>${view.workspace}</strong>.</p>
${form(view.action, [], 'Accept')}`;
    case 'ask-reset':
      return form(
        AUTH.reset,
        [email],
        'Send me a link',
        'When there is an account with this address, a link comes by mail.',
      );
    case 'reset':
      return form(
        view.action,
        [password('new-password'), clear],
        'Set the password',
        'Every session of the account ends.',
      );
    case 'codes':
    case 'codes-begun':
    case 'codes-confirm':
    case 'recovery':
      return factorBody(view);
    case 'passkey':
    case 'passkeys':
      return passkeyBody(view);
    case 'told':
      return html`<p>${view.text}</p>`;
    case 'account':
      return own(view);
  }
};

const email = field(
  'email',
  'E-mail address',
  html`<input id="email" name="email" type="email" autocomplete="username" spellcheck="false" required maxlength="320" size="32">`,
);
const clear = html`<div><label for="clear">End passkeys, keys and applications, too</label><input id="clear" name="clear" type="checkbox" value="yes" autocomplete="off"></div>`;
const name = field(
  'name',
  'Your name',
  html`<input id="name" name="name" type="text" autocomplete="name" required maxlength="200" size="32">`,
);
const own = (view: Extract<AccountView, { kind: 'account' }>): Markup => html`<dl>
<dt>Address</dt><dd>${view.email}</dd>
<dt>Name</dt><dd>${view.name}</dd>
<dt>Code at sign-in</dt><dd>${view.factor ? 'asked for' : 'not asked for'} · <a href="${AUTH.totp}">change that</a></dd>
<dt>Passkeys</dt><dd><a href="${AUTH.ownPasskeys}">see and change them</a></dd>
</dl>
<h2>Where you are signed in</h2>
<div class="wide" tabindex="0"><table><caption>Sessions of this account</caption>
<thead><tr><th scope="col">Began</th><th scope="col">Last used</th><th scope="col">How</th><th scope="col">From</th><th scope="col">Browser</th><th scope="col">End it</th></tr></thead>
<tbody>${view.sessions.map(
  (one) =>
    html`<tr><td>${time(one.created)}</td><td>${time(one.seen)}</td><td>${one.how}${one.current && ' (here)'}</td><td>${one.network}</td><td>${one.agent ?? ''}</td><td><form method="post" action="${AUTH.sessions}/${encodeURIComponent(one.id)}/end"><button type="submit" aria-label="End the session begun ${one.created} from ${one.network}">End</button></form></td></tr>`,
)}</tbody></table></div>
<div class="fields"><form method="post" action="${AUTH.logout}"><button type="submit">Sign out here</button></form>
<form method="post" action="${AUTH.everywhere}"><button type="submit">Sign out everywhere</button></form></div>
<h2>Password</h2>
<form class="card" method="post" action="${AUTH.password}">
<input type="email" autocomplete="username" value="${view.email}" readonly hidden>
<div class="fields"><div><label for="current">Present password</label><input id="current" name="current" type="password" autocomplete="current-password" required maxlength="256"></div>${password('new-password')}${clear}<button type="submit">Change it</button></div>
<p class="soft">Every other session ends.</p>
</form>`;
