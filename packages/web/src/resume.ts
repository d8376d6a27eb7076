/** The page behind a resume link: it says what the link is for; only a button does something. */

import type { ResumeView } from '@headgate/core/api';
import { inputsOf, summaryOf } from './fields.ts';
import { frame } from './frame.ts';
import { html, type Piece } from './html.ts';
import { AUTH } from './paths.ts';

export const resumePage = (view: ResumeView): string =>
  frame({
    title: view.state === 'ask' && view.ask !== undefined ? view.ask.title : TITLES[view.state],
    body: bodyOf(view),
    ...(view.ask === undefined && view.state === 'ask' ? {} : { bare: true }),
  });

const TITLES = {
  ask: 'Go on?',
  done: 'Done',
  used: 'This link did its work',
  late: 'The time is over',
  'sign-in': 'Sign in to answer',
  other: 'This is for other people',
} as const;

const bodyOf = ({ action, note, state, ask }: ResumeView): Piece => {
  switch (state) {
    case 'ask':
      if (ask !== undefined) return question(action, ask);
      return html`<div class="card">
<p>A flow waits for this answer.</p>
${note !== null && html`<p>${note}</p>`}
<form method="post" action="${action}"><button type="submit">Go on</button></form>
</div>
<p class="soft">The link works once. Close this page to leave the flow waiting.</p>`;
    case 'done':
      return html`<p>Your answer was taken. You can close this page.</p>`;
    case 'used':
      return html`<p>It was used before, or its time is over. Nothing happened now.</p>`;
    case 'late':
      return html`<p>Nobody answered in time, and the flow went on. Nothing happened now.</p>`;
    case 'sign-in':
      return html`<p>Only people with an account may answer this. <a href="${AUTH.login}">Sign in</a>, and open the link again.</p>`;
    case 'other':
      return html`<p>You are signed in, and this question is for other people. Nothing happened now.</p>`;
  }
};

const paragraphs = (text: string): Piece => text.split(/\n{2,}/).map((part) => html`<p class="told">${part}</p>`);

const question = (action: string, ask: NonNullable<ResumeView['ask']>): Piece => {
  const fields = ask.wanted.kind === 'form' ? ask.wanted.fields : [];
  return html`${summaryOf(ask, fields)}<div class="card">
${ask.text !== null && paragraphs(ask.text)}
<form method="post" action="${action}" class="ask">
${wanted(ask)}
<div class="field"><label for="f-comment">Comment <span class="soft">(optional)</span></label><textarea id="f-comment" name="comment" rows="3" maxlength="2000">${ask.texts['comment'] ?? ''}</textarea></div>
${
  ask.wanted.kind === 'approve'
    ? html`<div class="fields"><button type="submit" name="answer" value="approved" class="yes">Approve</button> <button type="submit" name="answer" value="refused">Refuse</button></div>`
    : html`<button type="submit" class="yes">Send the answer</button>`
}
</form>
</div>
<p class="soft">${ask.deadline === null ? 'The link works once.' : `The link works once, until ${ask.deadline.slice(0, 16).replace('T', ' ')} UTC.`} Close this page to leave the question open.</p>`;
};

const wanted = (ask: NonNullable<ResumeView['ask']>): Piece => {
  if (ask.wanted.kind === 'form') return inputsOf(ask.wanted.fields, ask);
  if (ask.wanted.kind === 'approve') return null;
  return html`<fieldset class="field" id="f-answer"><legend>Choose one</legend>${ask.wanted.choices.map(
    (choice) =>
      html`<label class="tick"><input type="radio" name="answer" value="${choice}"${ask.texts['answer'] === choice && html` checked`}> ${choice}</label>`,
  )}</fieldset>`;
};
