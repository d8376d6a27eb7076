/**
 * `headgate key-file rotate`: another instance key, beside a running server or without one.
 *
 * The steps, and what is true if the machine stops after each:
 *   made     a new key lies in FILE.next; nothing knows it, the old one is in force
 *   begun    the database opens with both keys; the file holds the old one
 *   placed   FILE.next became FILE; the database opens with both
 *   done     the old key opens nothing any more
 *
 * RK1 Whatever step it was cut off at, the instance starts with the key in FILE, and the same command goes on from there.
 * RK2 One change at a time: a lock that dies with the process.
 * RK3 Whoever could read the old key can read the new one, and nobody else: a server of another user goes on.
 * RK4 The new key takes the file's place in one move, on disk before the old one loses its power.
 */

import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { bad, good, problem, type Result } from '@headgate/core';
import { beginChange, finishChange, holders, type Rewrap } from '../store/key-change.ts';
import { takeFile } from '../store/lock.ts';
import { tryOpenStore } from '../store/open.ts';
import { DATABASE } from '../store/schema/migrate.ts';
import { rewrapSecret } from '../store/vault-open/secret.ts';
import { loadKeyFile } from '../store/vault-seal/key-file.ts';
import { holderOf } from '../store/vault-seal/ring.ts';
import type { Settings } from './config.ts';
import { complain, DONE, FAILED, note, pretty, print } from './say.ts';

export type Step = 'made' | 'begun' | 'placed' | 'done';

export type Changed = {
  /** How many secrets were wrapped again; null when a change that was cut off was only finished. */
  readonly secrets: number | null;
};

export const rewrap: Rewrap = ({ workspace, id, version, bound, sealed }, from, to) =>
  rewrapSecret(from, to, { workspace, secret: id, version, bound }, sealed);

const syncFolder = (path: string): void => {
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
};

/** Makes a file belong to whom another one belongs to, with the same rights. */
export const asIs = (file: string, like: string): Result<null> => {
  const { uid, gid, mode } = statSync(like);
  try {
    const now = statSync(file);
    if (now.uid !== uid || now.gid !== gid) chownSync(file, uid, gid);
    chmodSync(file, mode & 0o777);
    return good(null);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    const fix = 'Run the command as the user that the key file belongs to.';
    return bad(problem('key.unwritable', `${file} could not be given to the owner of ${like} (${code})`, { fix }));
  }
};

/** The new key takes the old one's place. */
export const place = (next: string, path: string): Result<null> => {
  try {
    renameSync(next, path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return bad(
      problem('key.unwritable', `${next} could not take the place of ${path} (${code}); both keys open the data`, {
        fix: `Put ${next} in the place of ${path} by other means, then run the command again.`,
      }),
    );
  }
  syncFolder(path);
  return good(null);
};

const finish = (dir: string, path: string): Result<null> => {
  const key = loadKeyFile(path);
  if (!key.ok) return key;
  const done = finishChange(dir, key.value);
  return done.ok ? good(null) : done;
};

type Where = { readonly dir: string; readonly keyFile: string; readonly workspaceKeys: string | null };

/** Changes the instance key, or finishes a change that was cut off. `at` is told after each step. */
export const changeKey = async (
  { dir, keyFile, workspaceKeys }: Where,
  at: (step: Step) => void = () => undefined,
): Promise<Result<Changed>> => {
  if (!existsSync(join(dir, DATABASE)))
    return bad(
      problem('key.nothing', `There is no data in ${dir}`, {
        fix: 'Set HEADGATE_CONFIG_DIR to the folder of the instance.',
      }),
    );
  const lock = takeFile(join(dir, 'key.lock'), 'exclusive');
  if (lock === null)
    return bad(
      problem('key.busy', 'The key of this instance is being changed already', { fix: 'Wait for it to end.' }),
    );
  try {
    const old = loadKeyFile(keyFile);
    if (!old.ok) return old;
    // Brings an older database up to date, and says when the key is a wrong one.
    const store = await tryOpenStore({ dir, key: old.value, clock: () => Date.now() });
    if (!store.ok) return store;
    await store.value.close();
    const path = realpathSync(keyFile);
    return begin({ dir, path, workspaceKeys }, old.value, at);
  } finally {
    lock.release();
  }
};

type Place = { readonly dir: string; readonly path: string; readonly workspaceKeys: string | null };

const begin = ({ dir, path, workspaceKeys }: Place, old: Uint8Array, at: (step: Step) => void): Result<Changed> => {
  const next = `${path}.next`;
  const known = holders(dir);
  const left = existsSync(next) ? loadKeyFile(next) : null;
  if (left?.ok === true && known.includes(holderOf(left.value))) return end(dir, path, next, null, at);
  if (left !== null) rmSync(next);
  if (known.some((holder) => holder !== holderOf(old))) return end(dir, path, null, null, at);
  const made = loadKeyFile(next, { create: true });
  if (!made.ok) return made;
  const given = asIs(next, path);
  if (!given.ok) {
    rmSync(next);
    return given;
  }
  at('made');
  const now = Date.now();
  const entry = { at: now, workspace: '*', actor: 'cli', action: 'key.rotate', object: 'instance key' };
  const begun = beginChange(dir, {
    from: old,
    to: made.value,
    rewrap,
    workspaceKeys,
    entry: { ...entry, decision: 'allow', reason: null, run: null, step: null },
  });
  if (!begun.ok) {
    rmSync(next);
    return begun;
  }
  at('begun');
  return end(dir, path, next, begun.value.secrets, at);
};

const end = (
  dir: string,
  path: string,
  next: string | null,
  secrets: number | null,
  at: (step: Step) => void,
): Result<Changed> => {
  if (next !== null) {
    const placed = place(next, path);
    if (!placed.ok) return placed;
    at('placed');
  }
  const done = finish(dir, path);
  if (!done.ok) return done;
  at('done');
  return good({ secrets });
};

/** The command. Answers the exit code. */
export const rotate = async (s: Settings, json: boolean): Promise<number> => {
  const done = await changeKey(s);
  if (!done.ok) {
    complain([done.problem], json);
    return FAILED;
  }
  const { secrets } = done.value;
  if (json) print(pretty({ keyFile: s.keyFile, secrets, finished: secrets === null }));
  else {
    print(
      secrets === null
        ? `${s.keyFile}: a change that was cut off is finished`
        : `${s.keyFile}: a new key; ${secrets} secrets were wrapped again`,
    );
    note('A running server has taken it already. Keep a copy of the new key; backups of before need the old one.');
  }
  return DONE;
};
