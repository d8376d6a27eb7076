/** Small pieces that several pages show. */

import type { RunState } from '@headgate/core';
import { html, type Markup } from './html.ts';

/** The state in words; colour only repeats what the word says. */
export const stateBadge = (state: RunState): Markup =>
  html`<span class="state ${state}">${state.replace('_', ' ')}</span>`;

export const time = (iso: string | null): Markup =>
  iso === null
    ? html`<span class="soft">not yet</span>`
    : html`<time datetime="${iso}">${iso.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')}</time>`;

/** A JSON value as text people can read. */
export const pretty = (value: unknown): string => JSON.stringify(value, null, 2) ?? 'null';
