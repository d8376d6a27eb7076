/** The page of a public chat: the element of chat-script.ts on a page of its own. What is said comes by that script. */

import { frame } from './frame.ts';
import { html } from './html.ts';

export const chatPage = ({ flow, title }: { readonly flow: string; readonly title: string }): string =>
  frame({
    title,
    bare: true,
    script: '/chat/widget.js',
    body: html`<headgate-chat flow="${flow}" open></headgate-chat><noscript><p>This chat needs JavaScript, of this server alone.</p></noscript>`,
  });
