/**
 * Files of answers, on their way to whom the answer was for.
 *
 * AF1 They leave as bytes to be kept, behind the guard, whatever type they say: no browser shows one of them as a page.
 */

import type { ChatBy, OpenContent, Result } from '@headgate/core';
import { attachment } from '../attachment.ts';
import type { Lodge } from '../lodge.ts';
import { type Content, MISSING, refuse, type Refused } from '../outcome.ts';
import { Waiting } from '../waiting.ts';

/** Is all of it text in UTF-8? What is none shows that soon. */
const isText = async (content: OpenContent): Promise<boolean> => {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const piece of content.bytes) {
      if (piece.includes(0)) return false;
      decoder.decode(piece, { stream: true });
    }
    decoder.decode();
    return true;
  } catch {
    // What does not open breaks off when it is sent, as every file does.
    return false;
  } finally {
    await content.close();
  }
};

const BUSY = refuse('requests.limit', 'Too many files are on their way to you at this moment');

/** `reader`: whose downloads are counted together. */
export type AnswerFiles = (by: ChatBy, reader: string, message: string, place: number) => Promise<Content | Refused>;

export const answerFiles = ({ gate }: Pick<Lodge, 'gate'>): AnswerFiles => {
  const transfers = new Waiting(gate.limit.transfers);
  return async (by, reader, message, place) => {
    const { workspace } = by.principal;
    const found = await gate.engine.chat.file(by, message, place);
    if (found === null) return MISSING;
    const leave = transfers.enter(reader);
    if (leave === undefined) return BUSY;
    const { blob, file } = found;
    const open = (): Promise<Result<OpenContent>> =>
      gate.engine.files.read(workspace, { blob, size: file.size }, 0, file.size);
    const looked = await open();
    const plain = looked.ok && (await isText(looked.value));
    const got = looked.ok ? await open() : looked;
    if (!got.ok) {
      leave();
      return { refused: got.problem };
    }
    const left = (): void => {
      leave();
      void got.value.close();
    };
    const headers = { 'content-disposition': gate.guard.redact(attachment(file.name), { workspace }) };
    return { status: 200, bytes: got.value.bytes, plain, headers, left };
  };
};
