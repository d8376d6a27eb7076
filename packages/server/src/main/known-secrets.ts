/**
 * The guard over an instance's secrets, for a command that works beside the server. The values go from the vault into the
 * matcher, which gives none back.
 */

import { bad, good, Matcher, problem, type Result } from '@headgate/core';
import { secretsOf } from '../engine/credentials.ts';
import { storeSource } from '../engine/secret-source.ts';
import { tryOpenStore } from '../store/open.ts';
import { opener } from '../store/vault-open/opener.ts';
import { loadKeyFile } from '../store/vault-seal/key-file.ts';
import { keyring } from '../store/vault-seal/keyring.ts';
import type { Settings } from './config.ts';
import { secretsFile } from './secrets-file.ts';

/** A guard that knows every secret of the instance, and how many there are. The store is only read. */
export const guardOf = async (s: Settings): Promise<Result<{ readonly guard: Matcher; readonly secrets: number }>> => {
  const key = loadKeyFile(s.keyFile, { create: false });
  if (!key.ok) return key;
  const file = s.secretsFile === null ? null : secretsFile(s.secretsFile, () => undefined);
  if (file?.ok === false) return file;
  const ring = keyring(key.value);
  const opened = await tryOpenStore({
    dir: s.dir,
    key: key.value,
    ring,
    workspaceKeys: s.workspaceKeys,
    clock: () => Date.now(),
    readOnly: true,
  });
  if (!opened.ok) return opened;
  const store = opened.value;
  const open = opener(ring);
  const must: Parameters<typeof storeSource>[1] = (...sealed) => {
    const value = open.openSecret(...sealed);
    if (!value.ok) throw new Error(value.problem.text);
    return value.value;
  };
  try {
    const held = await storeSource(store, must, () => Date.now()).all();
    const all = [...held, ...(file === null ? [] : await file.value.all())];
    return good({ guard: new Matcher(all.flatMap(secretsOf)), secrets: all.length });
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown error';
    const fix = `Name the key that the data was sealed with (${why}).`;
    return bad(problem('start.engine', 'The store does not open with this secret key, or it is damaged', { fix }));
  } finally {
    await store.close();
  }
};
