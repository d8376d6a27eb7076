/**
 * Sealing the pieces of journals. A sealed chunk is: version (1 byte, 1), salt (16), then a box (nonce, ciphertext, tag).
 * The salt names the session key, derived from the journal key, so that no key comes near the bound on random nonces
 * however long an instance lives.
 *
 * C1 A chunk is bound to its workspace, run and first seq: moved elsewhere it does not open.
 */

import { type KeyObject, createSecretKey, randomBytes } from 'node:crypto';
import { sealBox } from './box.ts';
import { hkdf } from './keyring.ts';

export const CHUNK_VERSION = 1;
export const CHUNK_SALT = 16;
const BOXES_A_KEY = 2 ** 30;

/** What a chunk is bound to. */
export const chunkAbout = (workspace: string, run: string, from: number): string =>
  JSON.stringify([workspace, run, from]);

/** The key of one session, from the journal key and the salt found in a chunk. */
export const chunkKey = (journalKey: Uint8Array, salt: Uint8Array): KeyObject =>
  createSecretKey(hkdf(journalKey, salt, 'headgate chunk 1'));

/** Returns the sealing function of one session; it changes its key by itself long before the key is worn. */
export const chunkSealer = (
  journalKey: Uint8Array,
): ((workspace: string, run: string, from: number, events: string) => Buffer) => {
  let left = 0;
  let head = new Uint8Array(0);
  let key: KeyObject | null = null;
  return (workspace, run, from, events) => {
    if (key === null || left === 0) {
      const salt = randomBytes(CHUNK_SALT);
      head = Uint8Array.from([CHUNK_VERSION, ...salt]);
      key = chunkKey(journalKey, salt);
      left = BOXES_A_KEY;
    }
    left -= 1;
    return sealBox(key, chunkAbout(workspace, run, from), events, head);
  };
};
