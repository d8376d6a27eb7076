/** `headgate superuser`: a key made beside a running server, which notices within a second, or before the first start. */

import { randomBytes } from 'node:crypto';
import { good, PERMISSIONS, type Problem, problem, type Result } from '@headgate/core';
import type { Store } from '../store/ports.ts';
import type { Settings } from './config.ts';
import { readText } from './files.ts';
import { instanceKey } from './instance-key.ts';
import { dropKeyFile, writeKeyFile } from './key-file.ts';
import { complain, DONE, FAILED, note, pretty, print } from './say.ts';
import { makeFolder } from './state-folder.ts';
import { tryOpenStore } from '../store/open.ts';

const WORKSPACE = 'default';

/** The store beside a server, or alone; the lock keeps out a second server only. */
export const besideStore = async (s: Settings): Promise<Result<Store>> => {
  makeFolder(s.dir);
  const key = instanceKey(s);
  return key.ok ? tryOpenStore({ dir: s.dir, key: key.value, clock: () => Date.now() }) : key;
};

/** Makes a key with every permission, on record in the audit trail; answers its id. */
const makeKey = async (store: Store, name: string, plain: string): Promise<string> => {
  const id = `k${randomBytes(12).toString('hex')}`;
  const at = Date.now();
  const entry = { at, workspace: WORKSPACE, actor: 'cli', action: 'superuser', object: id, decision: 'allow' as const };
  await store.journal.barrier(store.journal.audit([{ ...entry, reason: null, run: null, step: null }]));
  await store.in(WORKSPACE).keys.create({
    id,
    workspace: WORKSPACE,
    name,
    hash: store.credentials.hashKey(plain),
    permissions: PERMISSIONS,
    projects: null,
    flows: null,
    expires: null,
    revoked: null,
    created: at,
    used: null,
  });
  return id;
};

type Options = { readonly email: string; readonly passwordFile?: string; readonly apiKeyFile: string };

const wrong = (s: Settings, o: Options): Problem | null => {
  if (!s.superuserCli)
    return problem('superuser.off', 'The superuser command is switched off', {
      fix: 'Set HEADGATE_ENABLE_SUPERUSER_CLI=true for this one command.',
    });
  if (!/^[^\s@]+@[^\s@]+$/.test(o.email))
    return problem('usage', 'expected an e-mail address, such as ada@example.com', { at: { field: '--email' } });
  const password = o.passwordFile === undefined ? good('') : readText(o.passwordFile);
  return password.ok ? null : { ...password.problem, at: { field: '--password-file' } };
};

/** The superuser command: writes a new key to a new file. Answers the exit code. */
export const superuser = async (s: Settings, o: Options, json: boolean): Promise<number> => {
  const fail = (p: Problem): number => {
    complain([p], json);
    return FAILED;
  };
  const refusal = wrong(s, o);
  if (refusal !== null) return fail(refusal);
  const opened = await besideStore(s);
  if (!opened.ok) return fail(opened.problem);
  const store = opened.value;
  try {
    const plain = store.credentials.newKey();
    // The file first: a key that could not be handed over must not be left in the store.
    const written = writeKeyFile(o.apiKeyFile, plain);
    if (!written.ok) return fail(written.problem);
    try {
      const id = await makeKey(store, `superuser ${o.email}`, plain);
      if (json) print(pretty({ id, file: o.apiKeyFile }));
      else note(`The key ${id} is in ${o.apiKeyFile}. Send it as x-api-key.`);
    } catch (error) {
      dropKeyFile(o.apiKeyFile);
      throw error;
    }
    if (o.passwordFile !== undefined && !json)
      note('This version has no accounts: nothing of the password file was stored.');
    return DONE;
  } finally {
    await store.close();
  }
};
