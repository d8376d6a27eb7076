/**
 * Roots at rest: each lies in the database in a box that the instance key opens. This is the one opening this half of the
 * vault does, and it needs the bytes of the instance key, which never come near the code that answers requests.
 *
 * R1 A box is bound to its root's number, and to the workspace whose root it is: roots cannot change places.
 */

import { createDecipheriv, createSecretKey } from 'node:crypto';
import { NONCE, sealBox, TAG } from './box.ts';
import { hkdf } from './keyring.ts';

const NO_SALT = new Uint8Array(0);

/** A name for an instance key that says nothing of it: 32 hex digits. */
export const holderOf = (instanceKey: Uint8Array): string =>
  Buffer.from(hkdf(instanceKey, NO_SALT, 'headgate key name 1').subarray(0, 16)).toString('hex');

const boxKey = (instanceKey: Uint8Array): Uint8Array => hkdf(instanceKey, NO_SALT, 'headgate ring 1');

const aboutRoot = (generation: number, workspace: string | undefined): string =>
  workspace === undefined ? `root ${generation}` : `root ${generation} of ${workspace}`;

/** Boxes the root of a generation (from 1) for who holds the key: the instance's, or the own one of `workspace`. */
export const wrapRoot = (key: Uint8Array, generation: number, root: Uint8Array, workspace?: string): Uint8Array =>
  sealBox(createSecretKey(boxKey(key)), aboutRoot(generation, workspace), root);

/** The root in a box, or null when it was not boxed for this key, generation and workspace. */
export const unwrapRoot = (
  instanceKey: Uint8Array,
  generation: number,
  box: Uint8Array,
  workspace?: string,
): Uint8Array | null => {
  if (box.length !== NONCE + 32 + TAG) return null;
  const decipher = createDecipheriv('aes-256-gcm', boxKey(instanceKey), box.subarray(0, NONCE), { authTagLength: TAG });
  decipher.setAAD(Buffer.from(aboutRoot(generation, workspace)));
  decipher.setAuthTag(box.subarray(box.length - TAG));
  const root = decipher.update(box.subarray(NONCE, box.length - TAG));
  try {
    decipher.final();
    return Uint8Array.from(root);
  } catch {
    return null;
  }
};
