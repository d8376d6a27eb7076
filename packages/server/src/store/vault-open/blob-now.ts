/**
 * Opening a sealed blob at once, whole (the layout of vault-seal/frames.ts): for a value that an expression names, since
 * evaluation is synchronous. Large files are streamed by blob.ts instead.
 */

import { readFileSync } from 'node:fs';
import { bad, good, problem, type Result } from '@headgate/core';
import { TAG } from '../vault-seal/box.ts';
import { FRAME, FRAME_HEAD, FRAME_MAGIC } from '../vault-seal/frames.ts';
import { framesOf } from './frame.ts';

/** The plaintext of a blob, by one of `blobKeys` (the newest first). Problems `blob.missing`, `blob.damaged`. */
export const openBlobNow = (
  blobKeys: readonly Uint8Array[],
  workspace: string,
  id: string,
  path: string,
): Result<Uint8Array> => {
  let sealed: Buffer;
  try {
    sealed = readFileSync(path);
  } catch {
    return bad(problem('blob.missing', `Blob ${id} is not in the store`, { fix: 'Restore it from a backup' }));
  }
  const damaged = bad<Uint8Array>(
    problem('blob.damaged', `Blob ${id} does not open: it was changed, cut off or sealed with another key`, {
      fix: 'Restore it from a backup made with the same secret key',
    }),
  );
  if (sealed.length < FRAME_HEAD || sealed.toString('latin1', 0, FRAME_MAGIC.length) !== FRAME_MAGIC) return damaged;
  const opener = framesOf(blobKeys, sealed.subarray(FRAME_MAGIC.length, FRAME_HEAD), workspace, id);
  const full = FRAME + TAG;
  const count = Math.max(1, Math.ceil((sealed.length - FRAME_HEAD) / full));
  const parts: Uint8Array[] = [];
  for (let index = 0; index < count; index += 1) {
    const frame = sealed.subarray(FRAME_HEAD + index * full, FRAME_HEAD + (index + 1) * full);
    if (frame.length < TAG) return damaged;
    const plain = opener.open(index, index === count - 1, frame);
    if (plain === null) return damaged;
    parts.push(plain);
  }
  return good(Buffer.concat(parts));
};
