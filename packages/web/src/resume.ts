/** The page behind a resume link: it says what the link is for; only the button does something. */

import type { ResumeView } from '@headgate/core/api';
import { frame } from './frame.ts';
import { html, type Piece } from './html.ts';

export const resumePage = (view: ResumeView): string => frame({ title: TITLES[view.state], body: bodyOf(view) });

const TITLES = { ask: 'Go on?', done: 'Done', used: 'This link did its work' } as const;

const bodyOf = ({ action, note, state }: ResumeView): Piece => {
  switch (state) {
    case 'ask':
      return html`<div class="card">
<p>A flow waits for this answer.</p>
${note !== null && html`<p>${note}</p>`}
<form method="post" action="${action}"><button type="submit">Go on</button></form>
</div>
<p class="soft">The link works once. Close this page to leave the flow waiting.</p>`;
    case 'done':
      return html`<p>The flow goes on. You can close this page.</p>`;
    case 'used':
      return html`<p>It was used before, or its time is over. Nothing happened now.</p>`;
  }
};
