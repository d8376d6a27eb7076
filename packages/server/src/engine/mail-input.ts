/** What a run is told of the mail that started it. It reads no mail (mail-message.ts) and keeps no file (mail-trigger.ts). */

import { filePath, type Result } from '@headgate/core';
import type { FetchedMail } from '../egress/mail/inbox.ts';
import type { Message } from './mail-message.ts';

/** `read` null: the mail is larger than is read. `pathOf`: where a file of it was kept; null: nowhere. */
export const inputOf = (
  uid: number,
  { size, arrived }: FetchedMail,
  read: Result<Message> | null,
  pathOf: ((n: number, name: string) => string) | null,
): Record<string, unknown> => {
  const about = { uid, size, arrived: arrived === null ? null : new Date(arrived).toISOString() };
  if (read === null || !read.ok) {
    const cut = read === null ? 'mail.large' : read.problem.code;
    return { ...about, ...EMPTY, cut };
  }
  const { attachments, ...said } = read.value;
  return {
    ...about,
    ...said,
    attachments: attachments.map(({ name, type, base64 }, n) => ({
      name: fileName(name),
      type,
      size: Math.floor((base64.replace(/=+$/, '').length * 3) / 4),
      path: pathOf === null ? null : pathOf(n, name),
    })),
    cut: null,
  };
};

const EMPTY = {
  ...{ id: null, subject: '', from: null, to: [], cc: [], replyTo: [], date: null, text: null, html: null },
  attachments: [],
};

/** A name that is one part of a path, whatever a mail called it. */
export const fileName = (written: string): string => {
  const plain = written
    .normalize('NFC')
    .replaceAll(/[/\\:*?"<>|\p{C}]/gu, '_')
    .replace(/^[.\s]+/, '')
    .slice(-120)
    .trim();
  return filePath(plain) === undefined ? 'file' : plain;
};
