/**
 * The keyring: every key of the instance, derived from the one secret key (32 random bytes) by HKDF-SHA-256 (RFC 5869)
 * with a purpose of its own, so that no two uses ever share a key and none leads back to the instance key.
 *
 * It derives; it neither seals nor opens. What was sealed under a purpose stays readable for ever, so a purpose's name
 * never changes.
 *
 * K1 The bytes of the instance key do not leave this closure.
 */

import { hkdfSync } from 'node:crypto';

export type Purpose = 'journal' | 'blob' | 'secret' | 'api-key' | 'hook' | 'audit' | 'resume';

export type Keyring = {
  /** 32 bytes of the key for one purpose; the same bytes each time. */
  readonly derive: (purpose: Purpose) => Uint8Array<ArrayBuffer>;
};

/** 32 bytes from a key, a salt (may be empty) and a text that names the use. */
export const hkdf = (key: Uint8Array, salt: Uint8Array, info: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(hkdfSync('sha256', key, salt, info, 32));

/** Makes a keyring from the 32 bytes of the instance key. Throws on any other length: the caller has judged the key. */
export const keyring = (key: Uint8Array): Keyring => {
  if (key.length !== 32) throw new Error(`a keyring needs 32 bytes, got ${key.length}`);
  const own = Uint8Array.from(key);
  const made = new Map<Purpose, Uint8Array<ArrayBuffer>>();
  return {
    derive: (purpose) => {
      const known = made.get(purpose);
      if (known !== undefined) return known;
      const fresh = hkdf(own, new Uint8Array(0), `headgate ${purpose} 1`);
      made.set(purpose, fresh);
      return fresh;
    },
  };
};
