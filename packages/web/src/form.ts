/** The pages of a form that starts a flow: one page of fields at a time, and what is told when it was sent. No script. */

import type { FormView } from '@headgate/core/api';
import { inputsOf, summaryOf } from './fields.ts';
import { frame } from './frame.ts';
import { html, type Piece } from './html.ts';
import { AUTH } from './paths.ts';

export const formPage = (view: FormView): string => {
  switch (view.kind) {
    case 'sign-in':
      return frame({
        title: 'Sign in to fill in this form',
        bare: true,
        body: html`<p>This form is for members. <a href="${AUTH.login}">Sign in</a>, and open the address again.</p>`,
      });
    case 'done':
      return frame({
        title: view.look.title,
        bare: true,
        ...(view.to === null ? {} : { refresh: view.to }),
        body: html`<div class="${colour(view.look.color)}">${sign(view.look.letter)}<p class="told" role="status">${view.text}</p>${view.to !== null && html`<p><a href="${view.to}" rel="noreferrer">Go on</a></p>`}</div>`,
      });
    case 'page':
      return frame({ title: view.view.title, bare: true, body: pageOf(view.view, view.action) });
  }
};

const COLOURS: ReadonlySet<string> = new Set(['blue', 'green', 'red', 'purple', 'orange', 'grey']);
const colour = (name: string | null): string => (name !== null && COLOURS.has(name) ? `look-${name}` : 'look-blue');
const sign = (letter: string | null): Piece =>
  letter !== null && html`<p class="sign" aria-hidden="true">${letter}</p>`;

const pageOf = (
  view: Extract<FormView, { kind: 'page' }>['view'],
  action: string,
): Piece => html`<div class="${colour(view.color)}">${sign(view.letter)}
${view.page === 1 && view.intro !== null && html`<p class="told">${view.intro}</p>`}
${view.pages > 1 && html`<p class="soft">Page ${view.page} of ${view.pages}</p>`}
${summaryOf(view, view.fields)}
<form method="post" action="${action}" class="ask"${view.takesFiles && html` enctype="multipart/form-data"`} novalidate>
<input type="hidden" name="_state" value="${view.state}">
<div class="trap" aria-hidden="true"><label>Leave this empty <input name="website" tabindex="-1" autocomplete="off"></label></div>
${inputsOf(view.fields, view)}
<div class="fields"><button type="submit" class="yes">${view.button}</button>${view.page > 1 && html` <button type="submit" name="_go" value="back">Back</button>`}</div>
</form></div>`;
