/**
 * Opening the envelope of a secret (the layout of vault-seal/secrets.ts): first its data key, then its value. And the
 * one thing that is done with a data key besides: wrapping it again when the instance key was changed, without ever
 * opening the value.
 */

import { createSecretKey } from 'node:crypto';
import { sealBox } from '../vault-seal/box.ts';
import { type Bound, formOf, secretAbout, WRAPPED } from '../vault-seal/secrets.ts';
import { openBox } from './unbox.ts';

export type Envelope = {
  readonly workspace: string;
  readonly secret: string;
  readonly version: number;
  /** Null for a plain text (form 1). */
  readonly bound: Bound | null;
};

const aboutOf = ({ workspace, secret, version, bound }: Envelope): string =>
  secretAbout(workspace, secret, version, bound);

/** The data key, by the first of the keys that opens it; null when none does, or when the form is another one. */
const dataKeyOf = (keys: readonly Uint8Array[], of: Envelope, sealed: Uint8Array): Buffer | null => {
  if (sealed[0] !== formOf(of.bound) || sealed.length <= 1 + WRAPPED) return null;
  for (const key of keys) {
    const dataKey = openBox(key, `key ${aboutOf(of)}`, sealed.subarray(1, 1 + WRAPPED));
    if (dataKey !== null) return dataKey;
  }
  return null;
};

/** The value, or null when it does not open. */
export const openSecretValue = (keys: readonly Uint8Array[], of: Envelope, sealed: Uint8Array): string | null => {
  const dataKey = dataKeyOf(keys, of, sealed);
  if (dataKey === null) return null;
  const value = openBox(dataKey, `value ${aboutOf(of)}`, sealed.subarray(1 + WRAPPED));
  dataKey.fill(0);
  return value === null ? null : value.toString('utf8');
};

/** The same secret with its data key wrapped by `to`, or null when none of `from` opens it. */
export const rewrapSecret = (
  from: readonly Uint8Array[],
  to: Uint8Array,
  of: Envelope,
  sealed: Uint8Array,
): Uint8Array | null => {
  const dataKey = dataKeyOf(from, of, sealed);
  if (dataKey === null) return null;
  const wrapped = sealBox(createSecretKey(to), `key ${aboutOf(of)}`, dataKey, sealed.subarray(0, 1));
  dataKey.fill(0);
  return Buffer.concat([wrapped, sealed.subarray(1 + WRAPPED)]);
};
