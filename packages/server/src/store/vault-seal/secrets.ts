/**
 * Sealing secrets: an envelope. Every secret has a data key of its own (random, never used twice), wrapped by the key
 * derived from the instance key; so changing the instance key means wrapping again, not opening values.
 *
 * A sealed secret is: version (1 byte, 1), the wrapped data key (a box of 32 bytes: 60), then the value (a box).
 *
 * E1 Both boxes are bound to workspace, secret and version: a sealed value put back in the place of a newer one, or
 *    under another name or tenant, does not open.
 */

import { createSecretKey, randomBytes } from 'node:crypto';
import { NONCE, TAG, sealBox } from './box.ts';

export const SECRET_VERSION = 1;
export const WRAPPED = NONCE + 32 + TAG;

/** What a sealed secret is bound to. */
export const secretAbout = (workspace: string, secret: string, version: number): string =>
  JSON.stringify([workspace, secret, version]);

/** Seals a secret's value under the key for secrets. */
export const sealSecret = (
  secretKey: Uint8Array,
  workspace: string,
  secret: string,
  version: number,
  value: string,
): Uint8Array => {
  const about = secretAbout(workspace, secret, version);
  const dataKey = randomBytes(32);
  const wrapped = sealBox(createSecretKey(secretKey), `key ${about}`, dataKey, Uint8Array.of(SECRET_VERSION));
  const sealed = sealBox(createSecretKey(dataKey), `value ${about}`, value, wrapped);
  dataKey.fill(0);
  return sealed;
};
