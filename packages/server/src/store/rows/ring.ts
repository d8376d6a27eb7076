/**
 * The roots of the keyring as they lie in the database: for each generation one box for every instance key that opens it.
 * Normally that is one key; while the instance key is being changed it is the old one and the new one.
 *
 * RG1 With the wrong key nothing is read, and nothing is sealed: the problem says so before anything is opened.
 */

import type { DatabaseSync } from 'node:sqlite';
import { bad, good, problem, type Result } from '@headgate/core';
import type { LiveRing } from '../ground.ts';
import type { Keyring } from '../vault-seal/keyring.ts';
import { WorkspaceLocked } from '../vault-seal/own-keys.ts';
import { holderOf, unwrapRoot } from '../vault-seal/ring.ts';
import { followOwn, type OwnFollower } from './workspace-keys.ts';

/** The number of the newest root: 1 until the instance key was changed once. */
export const generationOf = (database: DatabaseSync): number => {
  const newest = database.prepare('select max(generation) as n from key_ring').get()?.['n'];
  return typeof newest === 'number' ? newest : 1;
};

const WRONG = problem('key.wrong', 'This is not the secret key that the data was sealed with', {
  fix: 'Name the key file of this instance in HEADGATE_SECRET_KEY_FILE, or put it back from where you keep a copy',
});

/** All roots, the oldest first, by the instance key. Problem `key.wrong`. */
export const readRing = (database: DatabaseSync, key: Uint8Array): Result<readonly Uint8Array[]> => {
  const newest = generationOf(database);
  const any = database.prepare('select 1 from key_ring limit 1').get();
  // Without boxes the instance key is its own and only root.
  if (any === undefined) return good([key]);
  const boxes = database
    .prepare('select generation, sealed from key_ring where holder = ? order by generation')
    .all(holderOf(key));
  const roots: Uint8Array[] = [];
  for (const { generation, sealed } of boxes) {
    if (generation !== roots.length + 1 || !(sealed instanceof Uint8Array)) return bad(WRONG);
    const root = unwrapRoot(key, generation, sealed);
    if (root === null) return bad(WRONG);
    roots.push(root);
  }
  return roots.length === newest ? good(roots) : bad(WRONG);
};

const NO_FOLDER = { folder: null, changed: () => undefined };

/**
 * Fills a keyring with the roots of the database, and makes it follow them. `rekey` reads the instance key again: another
 * process may have changed it.
 */
export const followRing = (
  database: DatabaseSync,
  key: Uint8Array,
  ring: Keyring,
  rekey?: () => Result<Uint8Array>,
  own: { readonly folder: string | null; readonly changed: () => void } = NO_FOLDER,
): Result<{ readonly ring: LiveRing; readonly own: OwnFollower }> => {
  const first = readRing(database, key);
  if (!first.ok) return first;
  ring.renew(first.value);
  const newest = database.prepare('select max(generation) as n from key_ring');
  let known = key;
  const take = (one: Uint8Array): boolean => {
    const roots = readRing(database, one);
    if (!roots.ok) return false;
    known = one;
    ring.renew(roots.value);
    return true;
  };
  const followed = followOwn(database, own.folder, ring, own.changed);
  const follow = (): boolean => {
    followed.follow();
    if ((newest.get()?.['n'] ?? 1) === ring.generation() || take(known)) return true;
    const again = rekey?.();
    return again?.ok === true && take(again.value);
  };
  const current = (): void => {
    if (!follow()) throw new Error('the secret key of the instance was changed, and the new one cannot be read');
  };
  const live: LiveRing = {
    ...ring,
    follow,
    newest: (purpose) => {
      current();
      return ring.derive(purpose);
    },
    newestOf: (purpose, workspace) => {
      current();
      const key = ring.allOf(purpose, workspace)?.[0];
      if (key === undefined) throw new WorkspaceLocked(workspace);
      return key;
    },
  };
  return good({ ring: live, own: followed });
};
