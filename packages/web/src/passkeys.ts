/** Pages of passkeys. Browsers make and use passkeys for scripts alone, so these two carry one; without it they say so. */

import type { AccountView } from '@headgate/core/api';
import { field, password } from './factor.ts';
import { html, type Markup } from './html.ts';
import { time } from './parts.ts';
import { AUTH } from './paths.ts';

type View = Extract<AccountView, { kind: 'passkey' | 'passkeys' }>;

const said = html`<p id="said" role="status"></p>
<noscript><p>Browsers use passkeys by a script only; it is switched off here.</p></noscript>`;

const name = field(
  'name',
  'What to call it',
  html`<input id="name" name="name" type="text" autocomplete="off" required maxlength="200" size="32">`,
);

export const passkeyBody = (view: View): Markup => {
  if (view.kind === 'passkey')
    return html`<form id="use-passkey" class="card" method="post"><button type="submit">Sign in with a passkey</button>
${said}</form>
<p><a href="${AUTH.login}">Sign in with a password</a></p>`;
  return html`${
    view.passkeys.length === 0
      ? html`<p>There is none yet.</p>`
      : html`<div class="wide" tabindex="0"><table><caption>Passkeys of this account</caption>
<thead><tr><th scope="col">Name</th><th scope="col">Made</th><th scope="col">Remove it</th></tr></thead>
<tbody>${view.passkeys.map(
          (one) =>
            html`<tr><td>${one.name ?? ''}</td><td>${one.created !== null && time(one.created)}</td><td><form method="post" action="${AUTH.passkeys}/${encodeURIComponent(one.id)}/remove"><button type="submit" aria-label="Remove the passkey ${one.name ?? ''}">Remove</button></form></td></tr>`,
        )}</tbody></table></div>`
  }
<h2>Make one</h2>
<form id="add-passkey" class="card" method="post"><div class="fields">${name}${password('current-password')}<button type="submit">Make a passkey</button></div>
<p class="soft">This device asks who holds it. Every other session ends.</p>
${said}</form>
<p><a href="${AUTH.account}">Back to the account</a></p>`;
};
