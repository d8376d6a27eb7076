/**
 * The box: AES-256-GCM with a random 96-bit nonce, laid out as nonce (12), ciphertext, tag (16). The one place that
 * calls the cipher for sealing; chunks, blobs and secrets are layouts around it.
 *
 * B1 One key seals at most 2^30 boxes with random nonces (NIST SP 800-38D allows 2^32): the callers see to it, by a key
 *    per secret, per file and per session.
 */

import { type KeyObject, createCipheriv, randomFillSync } from 'node:crypto';

export const NONCE = 12;
export const TAG = 16;

const pool = Buffer.alloc(NONCE * 1024);
let used = pool.length;

/** 12 random bytes, drawn from a pool because one system call a nonce costs more than the cipher does. */
const nonce = (): Uint8Array => {
  if (used >= pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += NONCE;
  return pool.subarray(used - NONCE, used);
};

/**
 * Seals a text or bytes under a 32-byte key, bound to `about` (authenticated, not stored). `head` is put in front as it is.
 * A key object, because preparing raw bytes at every call costs more than twice what sealing a small text does.
 */
export const sealBox = (key: KeyObject, about: string, plain: string | Uint8Array, head?: Uint8Array): Buffer => {
  const iv = nonce();
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(Buffer.from(about));
  const body = typeof plain === 'string' ? cipher.update(plain, 'utf8') : cipher.update(plain);
  cipher.final();
  return Buffer.concat(head === undefined ? [iv, body, cipher.getAuthTag()] : [head, iv, body, cipher.getAuthTag()]);
};
