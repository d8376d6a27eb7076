/**
 * `headgate workspace-key make | rotate | list`: keys of their own for workspaces, beside a running server or without one.
 *
 * The steps of a rotation are those of the instance's key (change-key.ts): FILE.next is made, the database opens with both,
 * FILE.next takes the place of FILE, the old key opens nothing any more. Cut off anywhere, the same command goes on.
 *
 * WK1 No file is overwritten but by its own successor: a key that is lost is lost.
 * WK2 One change at a time, of any key of the instance.
 */

import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bad, good, problem, type Result } from '@headgate/core';
import { takeFile } from '../store/lock.ts';
import { tryOpenStore } from '../store/open.ts';
import { workspaceKeyPath } from '../store/rows/workspace-keys.ts';
import { loadKeyFile } from '../store/vault-seal/key-file.ts';
import { holderOf } from '../store/vault-seal/ring.ts';
import { beginWorkspaceKey, finishWorkspaceKey, workspaceKeyHolders } from '../store/workspace-key-change.ts';
import { asIs, place, rewrap } from './change-key.ts';
import type { Settings } from './config.ts';
import { complain, DONE, FAILED, note, pretty, print } from './say.ts';
import { makeFolder } from './state-folder.ts';

type Where = Pick<Settings, 'dir' | 'keyFile' | 'workspaceKeys'>;

/** What a change has done: the new key is made, the database knows both, the new one is in its place, the old one opens nothing. */
export type WorkspaceKeyStep = 'made' | 'begun' | 'placed' | 'done';

export type WorkspaceKeyMade = {
  readonly file: string;
  /** How many secrets were wrapped again; null when a change that was cut off was only finished. */
  readonly secrets: number | null;
};

type Ready = { readonly dir: string; readonly path: string; readonly folder: string; readonly instance: Uint8Array };

const NO_FOLDER = problem('key.nowhere', 'No folder is set for the keys of workspaces', {
  at: { field: 'HEADGATE_WORKSPACE_KEYS_DIR' },
  fix: 'Set HEADGATE_WORKSPACE_KEYS_DIR, for the server too, to a folder outside HEADGATE_CONFIG_DIR and its backups.',
});

const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Holds the lock of keys while `work` goes on, over a database of this release and the key of the instance. */
const changing = async <T>(
  { dir, keyFile, workspaceKeys }: Where,
  workspace: string,
  work: (ready: Ready) => Result<T>,
): Promise<Result<T>> => {
  if (workspaceKeys === null) return bad(NO_FOLDER);
  if (!ID.test(workspace))
    return bad(problem('workspace.unknown', `There is no workspace ${workspace}`, { fix: 'Name it by its id.' }));
  const instance = loadKeyFile(keyFile);
  if (!instance.ok) return instance;
  const lock = takeFile(join(dir, 'key.lock'), 'exclusive');
  if (lock === null)
    return bad(problem('key.busy', 'A key of this instance is being changed already', { fix: 'Wait for it to end.' }));
  try {
    // Brings an older database up to date, and says when the key is a wrong one.
    const store = await tryOpenStore({ dir, key: instance.value, clock: () => Date.now() });
    if (!store.ok) return store;
    await store.value.close();
    const made = existsSync(workspaceKeys);
    makeFolder(workspaceKeys);
    if (!made) asOwner(workspaceKeys, dir);
    return work({
      dir,
      folder: workspaceKeys,
      path: workspaceKeyPath(workspaceKeys, workspace),
      instance: instance.value,
    });
  } finally {
    lock.release();
  }
};

/** A server of another user has to read what root made here. */
const asOwner = (path: string, dir: string): void => {
  const given = asIs(path, dir);
  if (!given.ok) note(given.problem.text);
};

const entry = (workspace: string, action: string) => ({
  at: Date.now(),
  workspace,
  actor: 'cli',
  action,
  object: 'workspace key',
  decision: 'allow' as const,
  reason: null,
  run: null,
  step: null,
});

const isProblem = (of: Result<unknown>, code: string): boolean => !of.ok && of.problem.code === code;

/** A new key at `path` (0600), or the one that is there, which `made` before was cut off with. */
const newKey = (path: string, like: string): Result<Uint8Array> => {
  const made = loadKeyFile(path, { create: true });
  if (!made.ok) return made;
  const given = asIs(path, like);
  return given.ok ? made : given;
};

/** Gives a workspace its first key. Problems: `key.nowhere`, `key.same`, `workspace.unknown`, those of key files. */
export const makeWorkspaceKey = (where: Where, workspace: string): Promise<Result<WorkspaceKeyMade>> =>
  changing(where, workspace, ({ dir, path, instance }) => {
    const known = workspaceKeyHolders(dir).has(workspace);
    if (known)
      return bad(
        problem('key.same', `The workspace ${workspace} has a key of its own already`, {
          fix: `It is in ${path}; change it with headgate workspace-key rotate ${workspace}.`,
        }),
      );
    const fresh = !existsSync(path);
    const key = newKey(path, where.keyFile);
    if (!key.ok) return key;
    const change = { workspace, instance, from: null, to: key.value, rewrap, entry: entry(workspace, 'key.make') };
    const begun = beginWorkspaceKey(dir, change);
    if (!begun.ok && fresh) rmSync(path);
    return begun.ok ? good({ file: path, secrets: begun.value.secrets }) : begun;
  });

/** Puts a new key in the place of a workspace's, or finishes a change that was cut off. */
export const rotateWorkspaceKey = (
  where: Where,
  workspace: string,
  at: (step: WorkspaceKeyStep) => void = () => undefined,
): Promise<Result<WorkspaceKeyMade>> =>
  changing(where, workspace, ({ dir, path, instance }) => {
    const holders = workspaceKeyHolders(dir).get(workspace);
    if (holders === undefined)
      return bad(
        problem('key.nothing', `The workspace ${workspace} has no key of its own`, {
          fix: `Give it one: headgate workspace-key make ${workspace}`,
        }),
      );
    const old = loadKeyFile(path);
    if (!old.ok) return old;
    const next = `${path}.next`;
    const left = existsSync(next) ? loadKeyFile(next) : null;
    const goesOn = left?.ok === true && holders.includes(holderOf(left.value));
    if (!goesOn && left !== null) rmSync(next);
    if (!goesOn && holders.length > 1) return finished(dir, workspace, path, null);
    let secrets: number | null = null;
    if (!goesOn) {
      const key = newKey(next, path);
      if (!key.ok) return key;
      at('made');
      const change = {
        workspace,
        instance,
        from: old.value,
        to: key.value,
        rewrap,
        entry: entry(workspace, 'key.rotate'),
      };
      const begun = beginWorkspaceKey(dir, change);
      if (!begun.ok) {
        rmSync(next);
        return begun;
      }
      secrets = begun.value.secrets;
      at('begun');
    }
    const placed = place(next, path);
    if (!placed.ok) return placed;
    at('placed');
    const done = finished(dir, workspace, path, secrets);
    at('done');
    return done;
  });

const finished = (dir: string, workspace: string, path: string, secrets: number | null): Result<WorkspaceKeyMade> => {
  const key = loadKeyFile(path);
  if (!key.ok) return key;
  const done = finishWorkspaceKey(dir, workspace, key.value);
  return done.ok ? good({ file: path, secrets }) : done;
};

/** The commands that change; answer the exit code. */
export const changeWorkspaceKey = async (
  s: Settings,
  act: 'make' | 'rotate',
  workspace: string,
  json: boolean,
): Promise<number> => {
  const done = await (act === 'make' ? makeWorkspaceKey : rotateWorkspaceKey)(s, workspace);
  if (!done.ok) {
    complain([done.problem], json);
    return FAILED;
  }
  const { file, secrets } = done.value;
  if (json) print(pretty({ workspace, file, secrets, finished: secrets === null }));
  else {
    print(
      secrets === null
        ? `${file}: a change that was cut off is finished`
        : `${file}: a new key; ${secrets} secrets were wrapped again`,
    );
    note('Keep a copy elsewhere: without it nothing of the workspace opens, from a backup neither.');
  }
  return DONE;
};

/** Which workspaces have a key of their own, where it lies, and whether it opens them. */
export const listWorkspaceKeys = (s: Where, json: boolean): number => {
  const rows = [...workspaceKeyHolders(s.dir)].map(([workspace, holders]) => {
    const file = s.workspaceKeys === null ? null : workspaceKeyPath(s.workspaceKeys, workspace);
    const key = file === null ? bad<Uint8Array>(NO_FOLDER) : loadKeyFile(file);
    const opens = key.ok && holders.includes(holderOf(key.value));
    const why = opens ? null : isProblem(key, 'key.missing') ? 'missing' : key.ok ? 'another key' : key.problem.code;
    return { workspace, file, state: opens ? 'open' : 'locked', why };
  });
  if (json) print(pretty({ workspaces: rows }));
  else if (rows.length === 0) print('No workspace has a key of its own');
  else
    for (const { workspace, file, state, why } of rows)
      print(
        `${workspace}  ${state}${why === null ? '' : ` (${why})`}  ${file ?? 'HEADGATE_WORKSPACE_KEYS_DIR is not set'}`,
      );
  return DONE;
};
