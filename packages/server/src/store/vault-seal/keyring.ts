/**
 * The keyring: every key of the instance, derived from its roots (32 random bytes each) by HKDF-SHA-256 (RFC 5869) with
 * a purpose of its own, so that no two uses ever share a key and none leads back to a root.
 *
 * The first root is the instance key that the instance began with. Each change of the instance key (store/key-change.ts)
 * adds a root; from then on things are sealed with the newest one, and what older ones sealed still opens. What was
 * handed out to the world (API keys, sessions, webhook addresses, resume links) stands on the first root for good: a change of the
 * key signs nobody out and moves no address.
 *
 * It derives; it neither seals nor opens. What was sealed under a purpose stays readable for ever, so a purpose's name
 * never changes.
 *
 * K1 The bytes of a root do not leave this closure.
 */

import { hkdfSync } from 'node:crypto';
import { type OwnKeys, ownKeys } from './own-keys.ts';

export type Purpose =
  | 'journal'
  | 'blob'
  | 'secret'
  | 'api-key'
  | 'hook'
  | 'audit'
  | 'resume'
  | 'session'
  | 'account'
  | 'token'
  | 'counter';

const LASTING: ReadonlySet<Purpose> = new Set(['api-key', 'hook', 'resume', 'session', 'counter']);

export type Keyring = OwnKeys & {
  /** 32 bytes of the key a purpose uses now; the same bytes until `renew`. */
  readonly derive: (purpose: Purpose) => Uint8Array<ArrayBuffer>;
  /** All keys a purpose ever had, the newest first: what may have sealed something that is to be opened. */
  readonly all: (purpose: Purpose) => readonly Uint8Array<ArrayBuffer>[];
  /** How many roots there are: 1, and one more for each change of the instance key. */
  readonly generation: () => number;
  /** Takes other roots, the oldest first: after the instance key was changed. */
  readonly renew: (roots: readonly Uint8Array[]) => void;
};

/** 32 bytes from a key, a salt (may be empty) and a text that names the use. */
export const hkdf = (key: Uint8Array, salt: Uint8Array, info: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(hkdfSync('sha256', key, salt, info, 32));

const copied = (root: Uint8Array): Uint8Array => {
  if (root.length !== 32) throw new Error(`a keyring needs 32 bytes, got ${root.length}`);
  return Uint8Array.from(root);
};

/** Makes a keyring from the 32 bytes of the first root. Throws on any other length: the caller has judged the key. */
export const keyring = (first: Uint8Array): Keyring => {
  let roots: readonly Uint8Array[] = [copied(first)];
  let made = new Map<Purpose, readonly Uint8Array<ArrayBuffer>[]>();
  const all = (purpose: Purpose): readonly Uint8Array<ArrayBuffer>[] => {
    const known = made.get(purpose);
    if (known !== undefined) return known;
    const fresh = roots.toReversed().map((root) => hkdf(root, new Uint8Array(0), `headgate ${purpose} 1`));
    made.set(purpose, fresh);
    return fresh;
  };
  const own = ownKeys(all, hkdf);
  return {
    ...own.keys,
    all,
    derive: (purpose) => {
      const keys = all(purpose);
      const one = LASTING.has(purpose) ? keys[keys.length - 1] : keys[0];
      if (one === undefined) throw new Error('a keyring without a root');
      return one;
    },
    generation: () => roots.length,
    renew: (others) => {
      if (others.length === 0) throw new Error('a keyring without a root');
      roots = others.map(copied);
      made = new Map();
      own.forget();
    },
  };
};
