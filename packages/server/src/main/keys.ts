/**
 * `headgate superuser`: an account that manages the instance, or a key that may do everything, or both, made beside a running
 * server, which notices within a second, or before the first start.
 */

import { randomBytes } from 'node:crypto';
import { bad, good, PERMISSIONS, type Problem, problem, type Result } from '@headgate/core';
import { isEmail, whyWeak } from '../gateway/accounts/policy.ts';
import { INSTANCE } from '../gateway/deps.ts';
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

type Options = { readonly email: string; readonly passwordFile?: string; readonly apiKeyFile?: string };

/** The password of the file, null when none was named; or what is wrong with what was asked for. */
const wanted = async (s: Settings, o: Options): Promise<Result<string | null>> => {
  if (!s.superuserCli)
    return bad(
      problem('superuser.off', 'The superuser command is switched off', {
        fix: 'Set HEADGATE_ENABLE_SUPERUSER_CLI=true for this one command.',
      }),
    );
  if (!isEmail(o.email))
    return bad(problem('usage', 'expected an e-mail address, such as ada@example.com', { at: { field: '--email' } }));
  if (o.passwordFile === undefined && o.apiKeyFile === undefined)
    return bad(problem('usage', 'expected --password-file, --api-key-file, or both'));
  if (o.passwordFile === undefined) return good(null);
  const at = { field: '--password-file' };
  const read = readText(o.passwordFile);
  if (!read.ok) return bad({ ...read.problem, at });
  const password = read.value.replace(/\r?\n$/, '');
  const weak = await whyWeak(password, [o.email]);
  return weak === null ? good(password) : bad(problem('password.weak', weak, { at }));
};

/** Makes or mends the account, on record; answers its id. */
const makeAccount = async (store: Store, email: string, password: string): Promise<string> => {
  const at = Date.now();
  const entry = {
    at,
    workspace: INSTANCE,
    actor: 'cli',
    action: 'superuser',
    object: email,
    decision: 'allow' as const,
  };
  await store.journal.barrier(store.journal.audit([{ ...entry, reason: null, run: null, step: null }]));
  const { user } = await store.accounts.superuser(email, password, at);
  return user.id;
};

/** The superuser command. Answers the exit code. */
export const superuser = async (s: Settings, o: Options, json: boolean): Promise<number> => {
  const fail = (p: Problem): number => {
    complain([p], json);
    return FAILED;
  };
  const asked = await wanted(s, o);
  if (!asked.ok) return fail(asked.problem);
  const opened = await besideStore(s);
  if (!opened.ok) return fail(opened.problem);
  const store = opened.value;
  try {
    const account = asked.value === null ? undefined : await makeAccount(store, o.email, asked.value);
    const key = o.apiKeyFile === undefined ? undefined : await keyInFile(store, o.email, o.apiKeyFile);
    if (key?.ok === false) return fail(key.problem);
    if (json) print(pretty({ account, id: key?.value, file: o.apiKeyFile }));
    if (!json && account !== undefined)
      note(`${o.email} manages the instance (account ${account}); every session it had has ended.`);
    if (!json && key !== undefined) note(`The key ${key.value} is in ${o.apiKeyFile}. Send it as x-api-key.`);
    return DONE;
  } finally {
    await store.close();
  }
};

/** Writes a new key to a new file; answers its id. */
const keyInFile = async (store: Store, email: string, file: string): Promise<Result<string>> => {
  const plain = store.credentials.newKey();
  // The file first: a key that could not be handed over must not be left in the store.
  const written = writeKeyFile(file, plain);
  if (!written.ok) return written;
  try {
    return good(await makeKey(store, `superuser ${email}`, plain));
  } catch (error) {
    dropKeyFile(file);
    throw error;
  }
};
