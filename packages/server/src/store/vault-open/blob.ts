/**
 * Opening a sealed blob (the layout of vault-seal/frames.ts), a frame at a time.
 *
 * U1 A frame is given out only after its tag was checked; that nothing was cut off is known at the last frame, so a
 *    reader of the stream must not act on what it has before the stream ends.
 */

import { type FileHandle, open } from 'node:fs/promises';
import { type Problem, type Result, bad, good, problem } from '@headgate/core';
import { TAG } from '../vault-seal/box.ts';
import { FRAME, FRAME_HEAD, FRAME_MAGIC } from '../vault-seal/frames.ts';
import { type Frames, framesOf } from './frame.ts';

export type OpenBlob = {
  /** Length of the plaintext in bytes. */
  readonly size: number;
  /** The plaintext, or the part `from` up to and without `to`, in pieces of at most 64 KiB, once. Throws `BlobDamaged` when a frame does not open. Closes the file at its end. */
  readonly stream: (from?: number, to?: number) => AsyncGenerator<Uint8Array, void, undefined>;
  /** The whole plaintext in memory. */
  readonly bytes: () => Promise<Result<Uint8Array>>;
  /** For a reader that does not read: lets the file go. */
  readonly close: () => Promise<void>;
};

/** Thrown inside a stream, where there is no other way to say it; carries the Problem. */
export class BlobDamaged extends Error {
  readonly problem: Problem;
  constructor(of: Problem) {
    super(of.text);
    this.problem = of;
  }
}

const damagedProblem = (id: string): Problem =>
  problem('blob.damaged', `Blob ${id} does not open: it was changed, cut off or sealed with another key`, {
    fix: 'Restore it from a backup made with the same secret key',
  });

const readFull = async (file: FileHandle, into: Uint8Array, at: number): Promise<number> => {
  let got = 0;
  while (got < into.length) {
    const { bytesRead } = await file.read(into, got, into.length - got, at + got);
    if (bytesRead === 0) break;
    got += bytesRead;
  }
  return got;
};

async function* frames(
  file: FileHandle,
  opener: Frames,
  id: string,
  sealedSize: number,
  from: number,
  to: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const full = FRAME + TAG;
  const count = Math.max(1, Math.ceil((sealedSize - FRAME_HEAD) / full));
  try {
    const first = Math.floor(from / FRAME);
    // Also the last frame when nothing but it is there: that it opens is what shows that nothing was cut off.
    const end = Math.min(count, Math.max(first + 1, Math.ceil(to / FRAME)));
    for (let index = first; index < end; index += 1) {
      const at = FRAME_HEAD + index * full;
      const sealed = new Uint8Array(Math.min(full, Math.max(0, sealedSize - at)));
      if (sealed.length < TAG || (await readFull(file, sealed, at)) !== sealed.length)
        throw new BlobDamaged(damagedProblem(id));
      const plain = opener.open(index, index === count - 1, sealed);
      if (plain === null) throw new BlobDamaged(damagedProblem(id));
      const start = index * FRAME;
      const part = plain.subarray(Math.max(0, from - start), Math.max(0, to - start));
      if (part.length > 0) yield part;
    }
  } finally {
    await file.close();
  }
}

/** Opens a blob's file with the key of `blobKeys` (the newest first) that it was sealed with. The caller reads it (`stream` or `bytes`) or closes it. */
export const openBlobFile = async (
  blobKeys: readonly Uint8Array[],
  workspace: string,
  id: string,
  path: string,
): Promise<Result<OpenBlob>> => {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch {
    return bad(problem('blob.missing', `Blob ${id} is not in the store`, { fix: 'Restore it from a backup' }));
  }
  const head = new Uint8Array(FRAME_HEAD);
  const { size: sealedSize } = await file.stat();
  const whole =
    (await readFull(file, head, 0)) === FRAME_HEAD &&
    Buffer.from(head.subarray(0, FRAME_MAGIC.length)).toString('latin1') === FRAME_MAGIC;
  const body = sealedSize - FRAME_HEAD;
  if (!whole || body < TAG) {
    await file.close();
    return bad(damagedProblem(id));
  }
  const opener = framesOf(blobKeys, head.subarray(FRAME_MAGIC.length), workspace, id);
  const size = body - TAG * Math.ceil(body / (FRAME + TAG));
  const stream = (from = 0, to = size): AsyncGenerator<Uint8Array, void, undefined> =>
    frames(file, opener, id, sealedSize, from, to);
  return good({
    size,
    stream,
    bytes: async () => {
      const parts: Uint8Array[] = [];
      try {
        for await (const part of stream()) parts.push(part);
      } catch (error) {
        if (error instanceof BlobDamaged) return bad(error.problem);
        throw error;
      }
      return good(Buffer.concat(parts));
    },
    close: () => file.close(),
  });
};
