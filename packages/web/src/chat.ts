/** The page of a chat: the element of chat-script.ts on a page of its own, for visitors or for who signed in. What is said comes by that script. */

import type { ChatView } from '@headgate/core/api';
import { frame } from './frame.ts';
import { html } from './html.ts';

export const chatPage = ({ flow, title, member, draft }: ChatView): string =>
  frame({
    title,
    bare: true,
    script: '/chat/widget.js',
    body: html`<headgate-chat flow="${flow}" open${member && html` member`}${draft && html` draft`}></headgate-chat><noscript><p>This chat needs JavaScript, of this server alone.</p></noscript>`,
  });
