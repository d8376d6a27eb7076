/** The one page of the web app: no data, no inline script, and what says where its files are. */

import type { AppView } from '@headgate/core/api';
import { html, Markup } from './html.ts';

/** Shown until the app has started, and for good where scripts do not run. */
const WITHOUT = html`<noscript><p>Headgate's web app needs scripts. The API and the command line do all it does.</p></noscript>`;

export const appPage = ({ nonce, script, styles, elsewhere = false, docs = false }: AppView): string => {
  const sheets = styles.map((path) => html`<link rel="stylesheet" href="${path}">`.text).join('');
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="headgate-nonce" content="${nonce}">
${elsewhere && html`<meta name="headgate-engine" content="elsewhere">`}
${docs && html`<meta name="headgate-docs" content="/docs">`}
<title>Headgate</title>
<link rel="icon" href="data:,">
${new Markup(sheets)}
<script type="module" src="${script}"></script>
</head>
<body>
<div id="app"></div>
${WITHOUT}
</body>
</html>
`.text;
};
