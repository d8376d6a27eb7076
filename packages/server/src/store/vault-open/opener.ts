/**
 * The opening half of the vault. The engine alone imports it; the gateway cannot (its project does not refer to this
 * one). Opens secrets, pieces of journals and blobs; seals nothing and touches no database.
 *
 * O1 What does not open is a Problem with `retry: 'no'`, never an empty value.
 * O2 Nothing opened here is kept.
 */

import type { KeyObject } from 'node:crypto';
import { type Result, bad, good, problem } from '@headgate/core';
import { CHUNK_SALT, CHUNK_VERSION, chunkAbout, chunkKey } from '../vault-seal/chunks.ts';
import type { Keyring } from '../vault-seal/keyring.ts';
import { SECRET_VERSION, WRAPPED, secretAbout } from '../vault-seal/secrets.ts';
import { type OpenBlob, openBlobFile } from './blob.ts';
import { openBox } from './unbox.ts';

export type Opener = {
  /** Plaintext of a secret. Problem `secret.damaged`. */
  readonly openSecret: (workspace: string, secret: string, version: number, sealed: Uint8Array) => Result<string>;
  /** The JSON text of a chunk's events (an array). Problem `journal.damaged`. */
  readonly openChunk: (workspace: string, run: string, from: number, sealed: Uint8Array) => Result<string>;
  /** A blob, whole or streamed, from the path that `store.blobs.path(id)` gave. Problems `blob.missing`, `blob.damaged`. */
  readonly openBlob: (workspace: string, id: string, path: string) => Promise<Result<OpenBlob>>;
};

const FIX = 'Restore the record from a backup made with the same secret key';

const KEYS_KEPT = 64;

/** Makes the opening half over a keyring. */
export const opener = (ring: Keyring): Opener => {
  // Deriving a session key costs more than opening a small chunk, and chunks of one session come together.
  const sessions = new Map<string, KeyObject>();
  const session = (salt: Uint8Array): KeyObject => {
    const name = Buffer.from(salt).toString('base64');
    const known = sessions.get(name);
    if (known !== undefined) return known;
    const key = chunkKey(ring.derive('journal'), salt);
    const [oldest] = sessions.keys();
    if (sessions.size >= KEYS_KEPT && oldest !== undefined) sessions.delete(oldest);
    sessions.set(name, key);
    return key;
  };

  return {
    openSecret: (workspace, secret, version, sealed) => {
      const damaged = bad<string>(
        problem('secret.damaged', `Secret ${secret} does not open with this instance's key`, { fix: FIX }),
      );
      if (sealed[0] !== SECRET_VERSION || sealed.length <= 1 + WRAPPED) return damaged;
      const about = secretAbout(workspace, secret, version);
      const dataKey = openBox(ring.derive('secret'), `key ${about}`, sealed.subarray(1, 1 + WRAPPED));
      if (dataKey === null) return damaged;
      const value = openBox(dataKey, `value ${about}`, sealed.subarray(1 + WRAPPED));
      dataKey.fill(0);
      return value === null ? damaged : good(value.toString('utf8'));
    },
    openChunk: (workspace, run, from, sealed) => {
      const start = 1 + CHUNK_SALT;
      const text =
        sealed[0] === CHUNK_VERSION && sealed.length > start
          ? openBox(session(sealed.subarray(1, start)), chunkAbout(workspace, run, from), sealed.subarray(start))
          : null;
      if (text !== null) return good(text.toString('utf8'));
      return bad(
        problem('journal.damaged', `The journal of run ${run} does not open from event ${from}`, { fix: FIX }),
      );
    },
    openBlob: (workspace, id, path) => openBlobFile(ring.derive('blob'), workspace, id, path),
  };
};
