/**
 * Pictures that clients of OpenAI put into a message: they go within it, and are kept as files of the chat once the message fits
 * what the flow takes.
 *
 * PC1 A picture comes in the message itself, as a data: URL. No address that a caller names is fetched (SSRF-01).
 * PC2 What the chat takes of files decides: a flow that takes no pictures gets none, and who sent one is told so.
 */

import { type ChatAsk, problem } from '@headgate/core';
import type { Refused } from '../outcome.ts';

type Upload = NonNullable<ChatAsk['within']>[number];

const HEAD = /^data:(image\/[a-z0-9.+-]{1,40});base64,/i;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const ENDINGS: Readonly<Record<string, string>> = { 'image/jpeg': 'jpg', 'image/svg+xml': 'svg' };

const wrong = (text: string, fix: string): Refused => ({
  refused: problem('field.wrong', text, { at: { field: 'messages' }, fix }),
});

const pictureIn = (url: string, index: number): Upload | null => {
  const head = HEAD.exec(url.slice(0, 100));
  const type = head?.[1]?.toLowerCase();
  if (head === null || type === undefined) return null;
  const data = url.slice(head[0].length);
  if (data.length % 4 !== 0 || !BASE64.test(data)) return null;
  const ending = ENDINGS[type] ?? type.slice('image/'.length);
  return { name: `picture-${index + 1}.${ending}`, type, bytes: Buffer.from(data, 'base64') };
};

/** The pictures of one message, as files that come within it. */
export const picturesIn = (urls: readonly string[]): { readonly within: readonly Upload[] } | Refused => {
  const within = urls.map(pictureIn).filter((one) => one !== null);
  return within.length < urls.length
    ? wrong('A picture has to come in the message, as a data: URL in base64', 'Nothing is fetched from an address.')
    : { within };
};
