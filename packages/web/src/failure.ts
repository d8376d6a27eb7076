/** Refusals that a person sees. */

import type { Failure } from '@headgate/core/api';
import { frame } from './frame.ts';
import { html } from './html.ts';

export const failurePage = ({ status, code, text, fix, back }: Failure): string =>
  frame({
    title: 'This did not work',
    body: html`<p>${text}</p>
${fix !== null && html`<p>${fix}</p>`}
${back !== undefined && html`<p><a href="${back}">Try again</a></p>`}
<p class="soft">${status} <code>${code}</code></p>`,
  });
