/**
 * The seal of a backup: a keyed hash over its manifest, which holds the hashes of all its files. Whoever changes a copy and
 * writes its hashes anew cannot make it without the instance key.
 *
 * SL1 It says who made the copy, not what is in it: a key that is lost, or another one, is told apart from a change only by
 *     whoever knows which key it was.
 */

import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hkdf } from '../vault-seal/keyring.ts';
import { MANIFEST } from './backup.ts';

const SEAL = 'manifest.seal';

const sealOf = (dir: string, key: Uint8Array): Buffer =>
  createHmac('sha256', hkdf(key, new Uint8Array(0), 'headgate backup 1'))
    .update(readFileSync(join(dir, MANIFEST)))
    .digest();

/** Seals the finished backup in `dir`. */
export const sealBackup = (dir: string, key: Uint8Array): void =>
  writeFileSync(join(dir, SEAL), `${sealOf(dir, key).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });

/** Was the backup in `dir` made with this key, and is its manifest as it was? A backup without a seal was not. */
export const checkSeal = (dir: string, key: Uint8Array): boolean => {
  try {
    const text = readFileSync(join(dir, SEAL), 'utf8').trim();
    return /^[0-9a-f]{64}$/.test(text) && timingSafeEqual(Buffer.from(text, 'hex'), sealOf(dir, key));
  } catch {
    return false;
  }
};
