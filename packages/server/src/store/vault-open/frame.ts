/** Opening one frame of a blob (the layout of vault-seal/frames.ts). */

import { createDecipheriv } from 'node:crypto';
import { TAG } from '../vault-seal/box.ts';
import { frameKey, frameNonce } from '../vault-seal/frames.ts';

export type Frames = { readonly open: (index: number, last: boolean, sealed: Uint8Array) => Uint8Array | null };

const openFrame = (key: Uint8Array, index: number, last: boolean, sealed: Uint8Array): Uint8Array | null => {
  const decipher = createDecipheriv('aes-256-gcm', key, frameNonce(index, last), { authTagLength: TAG });
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG));
  const plain = decipher.update(sealed.subarray(0, sealed.length - TAG));
  try {
    decipher.final();
  } catch {
    return null;
  }
  return plain;
};

/**
 * The frames of one file. Which of the keys sealed it (the newest first; there are several once the instance key was
 * changed) is found at the first frame, and holds for all.
 */
export const framesOf = (blobKeys: readonly Uint8Array[], salt: Uint8Array, workspace: string, id: string): Frames => {
  let key: Uint8Array | null = null;
  return {
    open: (index, last, sealed) => {
      if (key !== null) return openFrame(key, index, last, sealed);
      for (const blobKey of blobKeys) {
        const one = frameKey(blobKey, salt, workspace, id);
        const plain = openFrame(one, index, last, sealed);
        if (plain === null) continue;
        key = one;
        return plain;
      }
      return null;
    },
  };
};
