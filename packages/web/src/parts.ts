/** Small pieces that several pages show. */

import { html, type Markup } from './html.ts';

export const time = (iso: string | null): Markup =>
  iso === null
    ? html`<span class="soft">not yet</span>`
    : html`<time datetime="${iso}">${iso.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')}</time>`;
