/** Pages of the second factor, and the parts that all forms of accounts share. What is shown once here is shown nowhere else. */

import { type AccountView, SHORTEST_PASSWORD } from '@headgate/core/api';
import { html, type Markup } from './html.ts';
import { AUTH } from './paths.ts';

export const field = (id: string, label: string, input: Markup): Markup =>
  html`<div><label for="${id}">${label}</label>${input}</div>`;

export const code = field(
  'code',
  'Code',
  html`<input id="code" name="code" type="text" autocomplete="one-time-code" spellcheck="false" required maxlength="40" size="16">`,
);
export const password = (autocomplete: 'current-password' | 'new-password', id = 'password'): Markup =>
  autocomplete === 'new-password'
    ? field(
        id,
        `New password, at least ${SHORTEST_PASSWORD} characters`,
        html`<input id="${id}" name="password" type="password" autocomplete="new-password" required minlength="${SHORTEST_PASSWORD}" maxlength="256" size="32">`,
      )
    : field(
        id,
        'Password',
        html`<input id="${id}" name="password" type="password" autocomplete="current-password" required maxlength="256" size="32">`,
      );

export const form = (action: string, fields: readonly Markup[], button: string, hint?: string): Markup =>
  html`<form class="card" method="post" action="${action}">
<div class="fields">${fields}<button type="submit">${button}</button></div>
${hint !== undefined && html`<p class="soft">${hint}</p>`}
</form>`;

type View = Extract<AccountView, { kind: 'codes' | 'codes-begun' | 'codes-confirm' | 'recovery' }>;

const back = html`<p><a href="${AUTH.account}">Back to the account</a></p>`;

const list = (codes: readonly string[]): Markup =>
  html`<h2>Recovery codes</h2>
<p>Each works once, in place of a code, when the authenticator is lost. Keep them where it is not. They are shown at this time only.</p>
<ul>${codes.map((one) => html`<li><code>${one}</code></li>`)}</ul>`;

const confirm = form(
  AUTH.confirm,
  [code],
  'Confirm',
  'The six digits that the authenticator shows now. From then on one is asked for at sign-in.',
);

export const factorBody = (view: View): Markup => {
  switch (view.kind) {
    case 'codes':
      return view.factor
        ? html`<p>A code is asked for at sign-in.</p>
<h2>New recovery codes</h2>
${form(AUTH.recovery, [password('current-password')], 'Make new ones', 'Those from before work no more.')}
<h2>No code any more</h2>
${form(AUTH.noTotp, [password('current-password', 'password-again')], 'Ask for no code', 'The password alone signs in then. Every other session ends.')}
${back}`
        : html`<p>With an authenticator, a password that somebody learned is not enough to sign in.</p>
${form(AUTH.totp, [password('current-password')], 'Begin', 'The next page shows what the authenticator has to know.')}
${back}`;
    case 'codes-begun':
      return html`<ol>
<li>On the device with the authenticator, open <a href="${view.uri}">this address</a>; or type the secret <code>${view.secret.replaceAll(/(.{4})(?=.)/g, '$1 ')}</code> into it.</li>
<li>Write down the recovery codes below.</li>
<li>Confirm with the first code.</li>
</ol>
${list(view.recovery)}
<h2>Confirm</h2>
${confirm}
${back}`;
    case 'codes-confirm':
      return html`${confirm}
${back}`;
    case 'recovery':
      return html`${list(view.recovery)}
${back}`;
  }
};
