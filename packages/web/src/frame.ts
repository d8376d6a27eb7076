/** The frame of every page: one document, one style sheet, and no script but a file of ours that a page names. */

import { html, Markup, type Piece } from './html.ts';
import { style } from './style.ts';

/** `bare`: without ways to other pages, which a server without the web app does not have. */
export type Frame = {
  readonly title: string;
  readonly body: Piece;
  readonly bare?: boolean;
  /** Where the page's script is. */
  readonly script?: string;
  /** Where the browser goes on to, by itself. */
  readonly refresh?: string;
};

const SHEET = new Markup(`<style>${style}</style>`);

const pages = html`<nav aria-label="Pages"><a href="/">Flows</a> · <a href="/api/v1/reference">API reference</a> · <a href="/docs">Documentation</a> · <a href="/runs">Runs</a></nav>`;

/** The whole document as text. */
export const frame = ({ title, body, bare = false, script, refresh }: Frame): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${refresh !== undefined && html`<meta http-equiv="refresh" content="0; url=${refresh}">`}<title>${title} · Headgate</title>
${SHEET}${script !== undefined && html`<script src="${script}" defer></script>`}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header><strong>Headgate</strong>${!bare && pages}</header>
<main id="main" tabindex="-1">
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`.text;
