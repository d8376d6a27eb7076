/**
 * The instance key of a server and of the commands beside it.
 *
 * IK1 A key is made for the very first local start only: where data lies already a missing key is a mistake, and a new one
 *     would lock the data away; where others can reach the server, its owner makes the key.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bad, type Result } from '@headgate/core';
import { DATABASE } from '../store/schema/migrate.ts';
import { loadKeyFile } from '../store/vault-seal/key-file.ts';
import { isLoopback, type Settings } from './config.ts';

/** Judges the key file, and makes it when IK1 allows. Problems: those of `loadKeyFile`. */
export const instanceKey = (s: Settings): Result<Uint8Array> => {
  const data = existsSync(join(s.dir, DATABASE));
  const key = loadKeyFile(s.keyFile, { create: !data && isLoopback(s.host) });
  if (key.ok) return key;
  const { problem } = key;
  // Two first commands at once: the other one made it.
  if (problem.code === 'key.unwritable' && existsSync(s.keyFile)) return loadKeyFile(s.keyFile);
  if (problem.code !== 'key.missing' || !data) return key;
  const fix = `The data in ${s.dir} is sealed with that key: put it back from where you keep a copy, or name it in HEADGATE_SECRET_KEY_FILE.`;
  return bad({ ...problem, fix });
};
