/**
 * The keyed hashes of the audit trail. Each record carries a hash over itself and the hash of the record before it; the
 * head, one row, carries how many records there are, the hash of the last one, and a keyed hash over both.
 *
 * AC1 Nobody makes a link or a head without the key: a record changed, inserted, removed or moved breaks the chain there,
 *     and records cut off at the end do not fit the head.
 * AC2 A head that was found broken stays broken: no later record can make it whole.
 */

import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';

/** An audit key made ready once: preparing raw bytes for each record costs four times what hashing it does. */
export const auditKeyOf = (bytes: Uint8Array): KeyObject => createSecretKey(bytes);

/** The hash of a record. `before` is that of the record before it; null for the first. */
export const linkOf = (auditKey: KeyObject, before: Uint8Array | null, record: readonly unknown[]): Buffer => {
  const link = createHmac('sha256', auditKey);
  if (before !== null) link.update(before);
  return link.update(JSON.stringify(record)).digest();
};

export type Head = { readonly count: number; readonly chain: Uint8Array | null };

/** The keyed hash over a head. */
export const sealHead = (auditKey: KeyObject, { count, chain }: Head): Buffer =>
  createHmac('sha256', auditKey)
    .update(`head ${count} ${chain === null ? '-' : Buffer.from(chain).toString('hex')}`)
    .digest();

/** What a head that was found broken carries from then on. */
export const BROKEN: Uint8Array = new Uint8Array(32);

/** Was the head sealed with this key? */
export const isSealed = (auditKey: KeyObject, head: Head, seal: Uint8Array): boolean =>
  seal.length === 32 && timingSafeEqual(sealHead(auditKey, head), seal);
