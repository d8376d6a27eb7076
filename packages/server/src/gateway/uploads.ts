/**
 * A body that is a file, on its way from the wire to the disk: read as it comes, as fast as the disk takes it, and never in
 * memory as a whole.
 *
 * UP1 It goes no further than there is room for: within the quota and on the disk, asked again for every piece.
 * UP2 A body that ends early, or is of another length than was declared, leaves nothing behind.
 */

import type { IncomingMessage } from 'node:http';
import type { Room } from '@headgate/core';
import type { FileContent, FileSink } from '../store/file.ts';
import { refuse, type Refused } from './outcome.ts';

type Parts = {
  readonly body: IncomingMessage;
  readonly sink: () => FileSink;
  readonly room: Room;
  readonly most: number;
};

/** The content that came, under no name yet, or why it was not taken. */
export const takeIn = async ({ body, sink, room, most }: Parts): Promise<{ content: FileContent } | Refused> => {
  const encoding = body.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity')
    return refuse('body.type', 'A file is stored as it comes: send it without content-encoding');
  const declared = Number(body.headers['content-length'] ?? 0);
  if (declared > most) return refuse('file.size');
  try {
    // All that was declared is set aside at once, so that what cannot fit is refused before a byte of it is read.
    const early = room.more(declared);
    if (early !== null) return { refused: early };
    const into = sink();
    let size = 0;
    let why: Refused | null = null;
    try {
      // Left in the middle, it stays open for the answer.
      for await (const piece of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        size += piece.length;
        if (size > most) why = refuse('file.size');
        else if (size > declared) {
          const full = room.more(piece.length);
          if (full !== null) why = { refused: full };
        }
        if (why !== null) break;
        await into.add(piece);
      }
    } catch {
      why ??= refuse('body.text', 'The body ended early');
    }
    if (why === null && !body.complete) why = refuse('body.text', 'The body ended early');
    if (why === null) return { content: await into.end() };
    await into.abort();
    return why;
  } finally {
    room.end();
  }
};
