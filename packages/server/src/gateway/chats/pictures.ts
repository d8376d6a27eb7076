/**
 * Pictures that clients of OpenAI put into a message: kept as files of the chat, as our own clients keep theirs, before the
 * message that names them.
 *
 * PC1 A picture comes in the message itself, as a data: URL. No address that a caller names is fetched (SSRF-01).
 * PC2 What the chat takes of files decides: a flow that takes no pictures gets none, and who sent one is told so.
 */

import { type ChatBy, type ChatPort, problem } from '@headgate/core';
import type { Refused } from '../outcome.ts';

const HEAD = /^data:(image\/[a-z0-9.+-]{1,40});base64,/i;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const ENDINGS: Readonly<Record<string, string>> = { 'image/jpeg': 'jpg', 'image/svg+xml': 'svg' };

const wrong = (text: string, fix: string): Refused => ({
  refused: problem('field.wrong', text, { at: { field: 'messages' }, fix }),
});

const pictureIn = (url: string, index: number) => {
  const head = HEAD.exec(url.slice(0, 100));
  const type = head?.[1]?.toLowerCase();
  if (head === null || type === undefined) return null;
  const data = url.slice(head[0].length);
  if (data.length % 4 !== 0 || !BASE64.test(data)) return null;
  const ending = ENDINGS[type] ?? type.slice('image/'.length);
  return { name: `picture-${index + 1}.${ending}`, type, bytes: Buffer.from(data, 'base64') };
};

/** Keeps the pictures of one message; their paths go with it. */
export const keepPictures = async (
  chat: Pick<ChatPort, 'keep'>,
  by: ChatBy,
  urls: readonly string[],
): Promise<{ readonly files: readonly string[] } | Refused> => {
  const pictures = urls.map(pictureIn).filter((one) => one !== null);
  if (pictures.length < urls.length)
    return wrong(
      'A picture has to come in the message, as a data: URL in base64',
      'Nothing is fetched from an address.',
    );
  const files: string[] = [];
  for (const picture of pictures) {
    const kept = await chat.keep(by, picture);
    if (!kept.ok) return { refused: kept.problem };
    files.push(kept.value.path);
  }
  return { files };
};
