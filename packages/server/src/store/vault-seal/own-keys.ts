/**
 * Workspaces with a key of their own. What is sealed for such a workspace is sealed with a key made of two: one derived
 * from a root of the instance, and a root of the workspace, which lies in the database in a box that only the workspace's
 * key file opens (store/rows/workspace-keys.ts). Neither alone opens anything.
 *
 * OK1 A workspace whose key file is not at hand is locked: nothing of it is opened, and nothing new is sealed with less.
 * OK2 What was sealed before the workspace had a key stays readable: the instance's own keys are tried last.
 * OK3 The key of a workspace leads to no other workspace's: its id is in what the keys are derived from.
 */

import type { Problem } from '@headgate/core';
import type { Purpose } from './keyring.ts';

type Key = Uint8Array<ArrayBuffer>;

/** The roots of each workspace with a key of its own, the oldest first; null: locked. */
export type OwnRoots = ReadonlyMap<string, readonly Uint8Array[] | null>;

/** What opening or sealing for a locked workspace throws. */
export class WorkspaceLocked extends Error {
  readonly problem: Problem;
  constructor(workspace: string) {
    super(`workspace ${workspace} is locked`);
    this.problem = lockedProblem(workspace);
  }
}

/**
 * Says what is the matter, not where the key file should lie: callers of the API may read it. Written out, since the
 * journal worker has this file, and the core with it would cost it 15 MB (writer/light.test.ts).
 */
export const lockedProblem = (workspace: string): Problem => ({
  code: 'workspace.locked',
  text: `The workspace ${workspace} is locked: the key of its own is not at hand`,
  retry: 'after',
  retryAfter: 60_000,
  fix: 'Put its key file back; it is open again within a second, and what waits goes on. An administrator sees which file: headgate workspace-key list.',
});

export type OwnKeys = {
  /** True for a workspace whose key is not at hand. */
  readonly locked: (workspace: string) => boolean;
  /** Keys of a purpose for a workspace, the one to seal with first. Null: locked. */
  readonly allOf: (purpose: Purpose, workspace: string) => readonly Key[] | null;
  readonly renewOwn: (roots: OwnRoots) => void;
  /** Workspaces that have a key of their own. */
  readonly owners: () => readonly string[];
};

type Derive = (key: Uint8Array, salt: Uint8Array, info: string) => Key;

/** Over the instance's keys of a purpose, the newest first. */
export const ownKeys = (instance: (purpose: Purpose) => readonly Key[], hkdf: Derive) => {
  let roots: OwnRoots = new Map();
  let made = new Map<string, readonly Key[]>();
  const copied = (root: Uint8Array): Uint8Array => Uint8Array.from(root);
  const keys: OwnKeys = {
    locked: (workspace) => roots.size > 0 && roots.get(workspace) === null,
    owners: () => [...roots.keys()],
    allOf: (purpose, workspace) => {
      const own = roots.size === 0 ? undefined : roots.get(workspace);
      if (own === undefined) return instance(purpose);
      if (own === null) return null;
      const name = `${purpose} ${workspace}`;
      const known = made.get(name);
      if (known !== undefined) return known;
      const shared = instance(purpose);
      const info = `headgate own ${purpose} 1 ${workspace}`;
      const both = own.toReversed().flatMap((root) => shared.map((key) => hkdf(root, key, info)));
      const fresh = [...both, ...shared];
      made.set(name, fresh);
      return fresh;
    },
    renewOwn: (others) => {
      roots = new Map([...others].map(([workspace, own]) => [workspace, own === null ? null : own.map(copied)]));
      made = new Map();
    },
  };
  /** After the instance's keys changed. */
  const forget = (): void => {
    made = new Map();
  };
  return { keys, forget };
};
