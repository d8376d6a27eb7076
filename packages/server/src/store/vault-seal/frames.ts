/**
 * Sealing blobs in frames, so that a value of any size is sealed and opened in constant memory.
 *
 * A sealed blob is: `HGB1`, salt (32 bytes), then frames of 64 KiB of plaintext, each followed by its tag (16). The key is
 * derived per file from the salt and bound to workspace and id; the nonce is 7 zero bytes, the frame's number (4 bytes,
 * big endian) and one byte that is 1 in the last frame only (the STREAM construction of Hoang, Reyhanitabar, Rogaway and
 * Vizár): frames cannot be reordered, dropped, repeated or cut off at the end without the opening half noticing.
 *
 * F1 Every frame but the last is full; the last one is empty only when the whole blob is.
 */

import { createCipheriv, randomBytes } from 'node:crypto';
import { hkdf } from './keyring.ts';

export const FRAME = 64 * 1024;
export const FRAME_SALT = 32;
export const FRAME_MAGIC = 'HGB1';
export const FRAME_HEAD = FRAME_MAGIC.length + FRAME_SALT;

/** The key of one file. */
export const frameKey = (blobKey: Uint8Array, salt: Uint8Array, workspace: string, id: string): Uint8Array =>
  hkdf(blobKey, salt, `headgate blob 1 ${JSON.stringify([workspace, id])}`);

/** The nonce of frame `index` (from 0). */
export const frameNonce = (index: number, last: boolean): Uint8Array => {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(index, 7);
  nonce[11] = last ? 1 : 0;
  return nonce;
};

export type FrameSealer = {
  /** Bytes to put at the very start of the file. */
  readonly head: Uint8Array;
  /** Takes plaintext; returns the sealed frames that are complete, possibly none. */
  readonly push: (plain: Uint8Array) => Uint8Array[];
  /** The last frame. Nothing may be pushed after it. */
  readonly end: () => Uint8Array;
};

/** Starts sealing one blob. Holds at most one frame of plaintext. */
export const frameSealer = (blobKey: Uint8Array, workspace: string, id: string): FrameSealer => {
  const salt = randomBytes(FRAME_SALT);
  const key = frameKey(blobKey, salt, workspace, id);
  const held = Buffer.alloc(FRAME);
  let filled = 0;
  let index = 0;

  const seal = (plain: Uint8Array, last: boolean): Uint8Array => {
    const cipher = createCipheriv('aes-256-gcm', key, frameNonce(index, last));
    index += 1;
    const body = cipher.update(plain);
    cipher.final();
    return Buffer.concat([body, cipher.getAuthTag()]);
  };

  return {
    head: Buffer.concat([Buffer.from(FRAME_MAGIC), salt]),
    push: (plain) => {
      const frames: Uint8Array[] = [];
      let at = 0;
      while (at < plain.length) {
        // A full frame is sealed only when more follows, because the last one carries the flag.
        if (filled === FRAME) {
          frames.push(seal(held, false));
          filled = 0;
        }
        const part = plain.subarray(at, at + FRAME - filled);
        held.set(part, filled);
        filled += part.length;
        at += part.length;
      }
      return frames;
    },
    end: () => seal(held.subarray(0, filled), true),
  };
};
