/**
 * Credentials the server hands out: API keys and webhook tokens. Both are 32 random bytes as 43 characters of base64url;
 * what is kept is a keyed hash (HMAC-SHA-256, RFC 2104), so that a stolen database holds nothing to call with and
 * nothing to try guesses against.
 */

import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import type { Keyring } from './keyring.ts';

export const KEY_PREFIX = 'hg_';

const MOST_PREPARED = 8;

export type Credentials = {
  /** A fresh API key (`hg_` and 43 characters), to be shown once. */
  readonly newKey: () => string;
  /** The keyed hash an API key is kept and found by: 43 characters of base64url. */
  readonly hashKey: (plain: string) => string;
  /** The token of an invitation (`hgi_` and 43 characters), to be shown once, and the keyed hash it is found by. */
  readonly newInvitation: () => string;
  readonly hashInvitation: (token: string) => string;
  /** The token of a webhook, from the random nonce that is kept: 43 characters, always the same for the same nonce. */
  readonly hookToken: (nonce: Uint8Array) => string;
  /** The keyed hash a webhook's token is found by. */
  readonly hashHook: (token: string) => string;
};

/** Makes and hashes credentials with keys of the ring. */
export const credentials = (ring: Keyring): Credentials => {
  // Preparing the raw bytes at every call costs ten times what hashing a key does.
  const prepared = new Map<Uint8Array, KeyObject>();
  const keyOf = (bytes: Uint8Array): KeyObject => {
    const known = prepared.get(bytes);
    if (known !== undefined) return known;
    const key = createSecretKey(bytes);
    if (prepared.size >= MOST_PREPARED) prepared.clear();
    prepared.set(bytes, key);
    return key;
  };
  const keyed = (purpose: 'api-key' | 'hook', role: string, of: string | Uint8Array): string =>
    createHmac('sha256', keyOf(ring.derive(purpose)))
      .update(role)
      .update(of)
      .digest('base64url');
  return {
    newKey: () => KEY_PREFIX + randomBytes(32).toString('base64url'),
    hashKey: (plain) => keyed('api-key', 'key ', plain),
    newInvitation: () => `hgi_${randomBytes(32).toString('base64url')}`,
    hashInvitation: (token) => keyed('api-key', 'invitation ', token),
    hookToken: (nonce) => keyed('hook', 'token ', nonce),
    hashHook: (token) => keyed('hook', 'hash ', token),
  };
};
