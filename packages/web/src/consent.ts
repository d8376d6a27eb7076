/**
 * The page on which a person lets an application have a token: who asks, where one is sent back to, what it could do.
 * It has no script; the two buttons are one form.
 */

import type { ConsentView } from '@headgate/core/api';
import { frame } from './frame.ts';
import { html } from './html.ts';

export const consentPage = (view: ConsentView): string =>
  frame({
    title: 'Let this application in?',
    body: html`<div class="card">
<p><strong>${view.client}</strong> wants to act for you in the workspace ${view.workspace}.</p>
${view.home !== null && html`<p>It describes itself at ${view.home}. Nobody has checked what it says of itself.</p>`}
<p>It could:</p>
<ul>${view.sentences.map((sentence) => html`<li>${sentence}.</li>`)}</ul>
${
  view.without.length > 0 &&
  html`<p class="soft">It also asked for what you do not hold, and would not get: ${view.without.join(', ')}.</p>`
}
<p>Never more than you may yourself; you can take it back at any time.</p>
<p>You would be sent back to <strong>${view.redirectHost}</strong>.</p>
<form method="post" action="${view.action}"><input type="hidden" name="ticket" value="${view.ticket}">
<button type="submit" name="decision" value="allow">Let it in</button>
<button type="submit" name="decision" value="deny">Refuse</button></form>
</div>
<p class="soft">If you did not begin this at an application of yours, refuse.</p>`,
  });

export const consentSignInPage = (to: string): string =>
  frame({
    title: 'Sign in first',
    body: html`<div class="card"><p>An application asks to act for you. <a href="${to}">Sign in</a>, and this page comes back; or begin again at the application.</p></div>`,
  });
