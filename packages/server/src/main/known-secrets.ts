/**
 * The guard over an instance's secrets, for a command that works beside the server. The values go from the vault into the
 * matcher, which gives none back.
 */

import { bad, good, Matcher, type Result, type Secret } from '@headgate/core';
import { opener } from '../store/vault-open/opener.ts';
import { loadKeyFile } from '../store/vault-seal/key-file.ts';
import { keyring } from '../store/vault-seal/keyring.ts';
import { tryOpenStore } from '../store/open.ts';
import type { Settings } from './config.ts';

/** A guard that knows every secret of the instance, and how many there are. The store is only read. */
export const guardOf = async (s: Settings): Promise<Result<{ readonly guard: Matcher; readonly secrets: number }>> => {
  const key = loadKeyFile(s.keyFile, { create: false });
  if (!key.ok) return key;
  const opened = await tryOpenStore({ dir: s.dir, key: key.value, clock: () => Date.now(), readOnly: true });
  if (!opened.ok) return opened;
  const store = opened.value;
  try {
    const open = opener(keyring(key.value));
    const secrets: Secret[] = [];
    for (const { workspace, id, name, version, sealed } of await store.engine.allSecrets()) {
      const value = open.openSecret(workspace, id, version, sealed);
      if (!value.ok) return bad(value.problem);
      secrets.push({ name, value: value.value });
    }
    return good({ guard: new Matcher(secrets), secrets: secrets.length });
  } finally {
    await store.close();
  }
};
