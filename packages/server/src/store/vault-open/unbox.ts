/**
 * Opening a box (the layout of vault-seal/box.ts). What does not open says nothing about why: a wrong key, a moved
 * record and a changed byte look alike.
 */

import { type KeyObject, createDecipheriv } from 'node:crypto';
import { NONCE, TAG } from '../vault-seal/box.ts';

/** The plaintext, or null when the box was not sealed by this key about this. */
export const openBox = (key: KeyObject | Uint8Array, about: string, box: Uint8Array): Buffer | null => {
  if (box.length < NONCE + TAG) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, NONCE), { authTagLength: TAG });
  decipher.setAAD(Buffer.from(about));
  decipher.setAuthTag(box.subarray(box.length - TAG));
  const body = decipher.update(box.subarray(NONCE, box.length - TAG));
  try {
    return Buffer.concat([body, decipher.final()]);
  } catch {
    return null;
  }
};
