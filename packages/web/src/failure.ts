/** Refusals that a person sees, and the sign-in form. */

import type { Failure } from '@headgate/core/api';
import { frame } from './frame.ts';
import { html, type Markup } from './html.ts';

export const failurePage = ({ status, code, text, fix, signIn, back }: Failure): string =>
  signIn
    ? signInPage(code === 'auth.missing' ? null : text)
    : frame({
        title: 'This did not work',
        body: html`<p>${text}</p>
${fix !== null && html`<p>${fix}</p>`}
${back !== undefined && html`<p><a href="${back}">Try again</a></p>`}
<p class="soft">${status} <code>${code}</code></p>`,
      });

export const signInPage = (refused: string | null): string =>
  frame({ title: 'Sign in with a key', body: html`${refused !== null && notice(refused)}${form}` });

const notice = (text: string): Markup => html`<p class="card" role="alert">${text}</p>`;

const form = html`<form class="card" method="post" action="/runs/sign-in">
<label for="key">API key</label>
<div class="fields"><input id="key" name="key" type="password" autocomplete="off" spellcheck="false" required size="48" aria-describedby="hint"><button type="submit">Sign in</button></div>
<p id="hint" class="soft">The key needs the permission <code>run.read</code>. It is kept for 15 minutes at most, in the server’s memory alone. The first key comes from the command line: <code>headgate superuser --help</code>.</p>
</form>`;
