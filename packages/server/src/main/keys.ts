/** `headgate superuser` and `headgate key`: keys made beside a running server, which notices within a second. */

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { bad, good, PERMISSIONS, type Permission, problem, type Result } from '@headgate/core';
import type { Store } from '../store/ports.ts';
import { credentials } from '../store/vault-seal/credentials.ts';
import { loadKeyFile } from '../store/vault-seal/key-file.ts';
import { keyring } from '../store/vault-seal/keyring.ts';
import { isLoopback, type Settings } from './config.ts';
import { openStoreAt } from './house.ts';
import { complain, DONE, FAILED, note } from './say.ts';

/** The store beside a server, or alone; the lock keeps out a second server only. */
export const besideStore = async (s: Settings): Promise<Result<{ store: Store; key: Uint8Array }>> => {
  mkdirSync(s.dir, { recursive: true, mode: 0o700 });
  const key = loadKeyFile(s.keyFile, { create: !s.keyFileGiven && isLoopback(s.host) });
  if (!key.ok) return key;
  const opened = await openStoreAt(s.dir, key.value);
  return opened.ok ? good({ store: opened.value, key: key.value }) : opened;
};

type NewKey = { readonly name: string; readonly permissions: readonly Permission[]; readonly expires: number | null; readonly flows: readonly string[] | null; readonly projects: readonly string[] | null };

/** Makes a key in the default workspace; its plain text is returned once and kept nowhere. */
export const makeKey = async (store: Store, instanceKey: Uint8Array, k: NewKey): Promise<{ id: string; plain: string }> => {
  const c = credentials(keyring(instanceKey));
  const plain = c.newKey();
  const id = `k${randomBytes(12).toString('hex')}`;
  await store.in('default').keys.create({ id, workspace: 'default', hash: c.hashKey(plain), revoked: null, created: Date.now(), used: null, ...k });
  return { id, plain };
};

/** Writes a key to a new file that only its owner can read. */
export const writeKeyFile = (path: string, plain: string): Result<string> => {
  if (existsSync(path)) return bad(problem('file.exists', `${path} exists already`, { fix: 'Give the name of a new file: a key is never written over another file.' }));
  try {
    writeFileSync(path, `${plain}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    return bad(problem('file.unwritable', `${path} cannot be written (${error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'})`));
  }
  return good(path);
};

/** The superuser command. */
export const superuser = async (s: Settings, o: { email: string; apiKeyFile: string }, json: boolean): Promise<number> => {
  const fail = (p: ReturnType<typeof problem>): number => {
    complain([p], json);
    return FAILED;
  };
  if (!s.superuserCli) return fail(problem('superuser.off', 'The superuser command is switched off', { fix: 'Set HEADGATE_ENABLE_SUPERUSER_CLI=true for this one command.' }));
  if (existsSync(o.apiKeyFile)) return fail(problem('file.exists', `${o.apiKeyFile} exists already`, { fix: 'Give the name of a new file: a key is never written over another file.' }));
  const opened = await besideStore(s);
  if (!opened.ok) return fail(opened.problem);
  const { store, key } = opened.value;
  try {
    const made = await makeKey(store, key, { name: `superuser ${o.email}`, permissions: PERMISSIONS, expires: null, flows: null, projects: null });
    const written = writeKeyFile(o.apiKeyFile, made.plain);
    if (!written.ok) return fail(written.problem);
    note(`The key ${made.id} is in ${o.apiKeyFile}. Send it as x-api-key.`);
    return DONE;
  } finally {
    await store.close();
  }
};
