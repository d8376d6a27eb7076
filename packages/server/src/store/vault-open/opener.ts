/**
 * The opening half of the vault. The engine alone imports it; the gateway cannot (its project does not refer to this
 * one). Opens secrets, pieces of journals and blobs; seals nothing and touches no database.
 *
 * O1 What does not open is a Problem with `retry: 'no'`, never an empty value.
 * O2 Nothing opened here is kept.
 * O3 What belongs to a locked workspace opens for nobody: problem `workspace.locked`.
 */

import type { KeyObject } from 'node:crypto';
import { type Result, bad, good, problem } from '@headgate/core';
import { CHUNK_SALT, CHUNK_VERSION, chunkAbout, chunkKey } from '../vault-seal/chunks.ts';
import type { Keyring } from '../vault-seal/keyring.ts';
import { lockedProblem } from '../vault-seal/own-keys.ts';
import type { Bound } from '../vault-seal/secrets.ts';
import { type OpenBlob, openBlobFile } from './blob.ts';
import { openSecretValue } from './secret.ts';
import { openBox } from './unbox.ts';

export type Opener = {
  /** Plaintext of a secret; `bound` for a credential of a kind. Problem `secret.damaged`. */
  readonly openSecret: (
    workspace: string,
    secret: string,
    version: number,
    sealed: Uint8Array,
    bound?: Bound | null,
  ) => Result<string>;
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
  const keep = (name: string, key: KeyObject): void => {
    const [oldest] = sessions.keys();
    if (sessions.size >= KEYS_KEPT && oldest !== undefined) sessions.delete(oldest);
    sessions.set(name, key);
  };
  /** Which key of the ring a session stands on is found by trying, the newest first; then it is known. */
  const openIn = (
    salt: Uint8Array,
    workspace: string,
    journalKeys: readonly Uint8Array[],
    about: string,
    box: Uint8Array,
  ): Buffer | null => {
    const name = `${Buffer.from(salt).toString('base64')} ${workspace}`;
    const known = sessions.get(name);
    if (known !== undefined) return openBox(known, about, box);
    for (const journalKey of journalKeys) {
      const key = chunkKey(journalKey, salt);
      const text = openBox(key, about, box);
      if (text === null) continue;
      keep(name, key);
      return text;
    }
    return null;
  };

  return {
    openSecret: (workspace, secret, version, sealed, bound = null) => {
      const keys = ring.allOf('secret', workspace);
      if (keys === null) return bad(lockedProblem(workspace));
      const value = openSecretValue(keys, { workspace, secret, version, bound }, sealed);
      if (value !== null) return good(value);
      return bad(problem('secret.damaged', `Secret ${secret} does not open with this instance's key`, { fix: FIX }));
    },
    openChunk: (workspace, run, from, sealed) => {
      // Before the kept keys of sessions are asked: one that is kept must not open what is locked.
      const keys = ring.allOf('journal', workspace);
      if (keys === null) return bad(lockedProblem(workspace));
      const start = 1 + CHUNK_SALT;
      const text =
        sealed[0] === CHUNK_VERSION && sealed.length > start
          ? openIn(sealed.subarray(1, start), workspace, keys, chunkAbout(workspace, run, from), sealed.subarray(start))
          : null;
      if (text !== null) return good(text.toString('utf8'));
      return bad(
        problem('journal.damaged', `The journal of run ${run} does not open from event ${from}`, { fix: FIX }),
      );
    },
    openBlob: async (workspace, id, path) => {
      const keys = ring.allOf('blob', workspace);
      return keys === null ? bad(lockedProblem(workspace)) : openBlobFile(keys, workspace, id, path);
    },
  };
};
