/**
 * The roots of workspaces with a key of their own, as they lie in the database, and the folder of the key files that open
 * their boxes: `WORKSPACE.key`, each as the instance's key file is (vault-seal/key-file.ts). A file that goes or comes, or is another
 * one, is noticed within a second.
 *
 * WK1 Which workspaces have such a key is told by the database alone: a file that is taken away locks, and a file that is
 *     put there gives nobody a key.
 * WK2 One workspace's key is no matter of the others: they are read each by itself.
 */

import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { bad, good, problem, type Result } from '@headgate/core';
import { loadKeyFile } from '../vault-seal/key-file.ts';
import type { OwnKeys } from '../vault-seal/own-keys.ts';
import { holderOf, unwrapRoot } from '../vault-seal/ring.ts';

const LOOK = 500;

/** The key file of a workspace. Throws on an id that is none. */
export const workspaceKeyPath = (folder: string, workspace: string): string => {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(workspace)) throw new Error('a workspace id has 1 to 64 letters, digits, - or _');
  return join(folder, `${workspace}.key`);
};

/** The roots of a workspace by its key, the oldest first. Problem `key.wrong`. */
export const readOwnRoots = (
  database: DatabaseSync,
  workspace: string,
  key: Uint8Array,
): Result<readonly Uint8Array[]> => {
  const wrong = problem('key.wrong', `This is not the key of the workspace ${workspace}`, {
    fix: 'Put the file back that this workspace began with, or that its last rotation made.',
  });
  const newest = database
    .prepare('select max(generation) as n from workspace_key where workspace = ?')
    .get(workspace)?.['n'];
  const boxes = database
    .prepare('select generation, sealed from workspace_key where workspace = ? and holder = ? order by generation')
    .all(workspace, holderOf(key));
  const roots: Uint8Array[] = [];
  for (const { generation, sealed } of boxes) {
    if (generation !== roots.length + 1 || !(sealed instanceof Uint8Array)) return bad(wrong);
    const root = unwrapRoot(key, generation, sealed, workspace);
    if (root === null) return bad(wrong);
    roots.push(root);
  }
  return roots.length > 0 && roots.length === newest ? good(roots) : bad(wrong);
};

/** Ids of the workspaces that have a key of their own. */
export const ownersOf = (database: DatabaseSync): readonly string[] =>
  database
    .prepare('select distinct workspace from workspace_key order by workspace')
    .all()
    .map((row) => String(row['workspace']));

/** The roots of a workspace through its key file. Problems: those of a key file, `key.wrong`, `key.missing` without a folder. */
export const openOwnRoots = (
  database: DatabaseSync,
  folder: string | null,
  workspace: string,
): Result<readonly Uint8Array[]> => {
  if (folder === null)
    return bad(
      problem('key.missing', `The workspace ${workspace} has a key of its own, and no folder of such keys is set`, {
        fix: 'Name it in HEADGATE_WORKSPACE_KEYS_DIR.',
      }),
    );
  const path = workspaceKeyPath(folder, workspace);
  const read = (): Result<readonly Uint8Array[]> => {
    const key = loadKeyFile(path);
    return key.ok ? readOwnRoots(database, workspace, key.value) : key;
  };
  const roots = read();
  // A rotation may have ended between the look at the file and the look at the boxes.
  return !roots.ok && roots.problem.code === 'key.wrong' ? read() : roots;
};

const printOf = (folder: string | null, workspace: string): string => {
  if (folder === null) return '';
  const stat = statSync(workspaceKeyPath(folder, workspace), { throwIfNoEntry: false });
  return stat === undefined ? 'none' : `${stat.ino} ${stat.size} ${stat.ctimeMs} ${stat.mode}`;
};

export type OwnFollower = {
  /** Takes what database and files say now; true when anything is another than it was. */
  readonly follow: () => boolean;
  /** The number of the newest box: what the journal worker compares. */
  readonly newest: () => number;
  readonly stop: () => void;
};

/** Keeps a keyring's own keys as database and files say. `changed` is called when a look of itself found something new. */
export const followOwn = (
  database: DatabaseSync,
  folder: string | null,
  ring: Pick<OwnKeys, 'renewOwn'>,
  changed: () => void,
): OwnFollower => {
  const highest = database.prepare('select max(n) as n from workspace_key');
  const newest = (): number => Number(highest.get()?.['n'] ?? 0);
  let known = -1;
  let owners: readonly string[] = [];
  let print = '';
  const printAll = (): string => owners.map((workspace) => printOf(folder, workspace)).join();
  const follow = (): boolean => {
    const now = newest();
    const same = now === known;
    if (!same) owners = ownersOf(database);
    const seen = printAll();
    if (same && seen === print) return false;
    known = now;
    print = seen;
    const roots = owners.map((workspace) => {
      const own = openOwnRoots(database, folder, workspace);
      return [workspace, own.ok ? own.value : null] as const;
    });
    ring.renewOwn(new Map(roots));
    return true;
  };
  follow();
  const timer = setInterval(() => {
    // Costs nothing where no workspace has a key of its own.
    if (owners.length > 0 && !database.isTransaction && follow()) changed();
  }, LOOK);
  timer.unref();
  return { follow, newest: () => known, stop: () => clearInterval(timer) };
};
