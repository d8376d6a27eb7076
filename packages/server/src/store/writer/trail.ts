/**
 * Writing the audit trail, inside the transaction of a group: each record chained to the one before, then the head.
 *
 * TR1 What is chained on is the head, not the last record there is: whoever cuts records off and waits for the next one
 *     to cover it finds that one broken.
 * TR2 A head that does not hold is written on as a broken one; the trail goes on, and its check never passes again.
 */

import type { KeyObject } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { auditKeyOf, BROKEN, isSealed, linkOf, sealHead } from '../vault-seal/audit-chain.ts';
import { AUDIT_CELLS } from './messages.ts';
import type { Cell } from './run-cells.ts';

/**
 * Makes the function that writes records (AUDIT_CELLS cells each): `before` is the key that the head stands on, `now` the
 * one that records are chained with from here on; the same, but when the instance key is being changed.
 */
export const trailWriter = (
  database: DatabaseSync,
): ((before: Uint8Array, now: Uint8Array, cells: readonly Cell[]) => void) => {
  const readHead = database.prepare('select count, chain, seal from audit_head where one = 1');
  const putHead = database.prepare(
    `insert into audit_head (one, count, chain, seal) values (1, ?, ?, ?)
     on conflict (one) do update set count = excluded.count, chain = excluded.chain, seal = excluded.seal`,
  );
  const put = database.prepare(
    `insert into audit (at, workspace, actor, action, object, decision, reason, run, step, chain)
     values (${Array.from({ length: AUDIT_CELLS + 1 }, () => '?').join(', ')})`,
  );
  let made: { readonly bytes: Uint8Array; readonly key: KeyObject } | null = null;
  const keyOf = (bytes: Uint8Array): KeyObject => {
    if (made === null || made.bytes !== bytes) made = { bytes, key: auditKeyOf(bytes) };
    return made.key;
  };
  return (before, now, cells) => {
    const old = keyOf(before);
    const key = before === now ? old : auditKeyOf(now);
    const row = readHead.get();
    const seal = row?.['seal'];
    const last = row?.['chain'];
    let chain: Uint8Array | null = last instanceof Uint8Array ? last : null;
    let count = typeof row?.['count'] === 'number' ? row['count'] : 0;
    const holds = seal instanceof Uint8Array && isSealed(old, { count, chain }, seal);
    for (let at = 0; at < cells.length; at += AUDIT_CELLS) {
      const record = cells.slice(at, at + AUDIT_CELLS);
      chain = linkOf(key, chain, record);
      put.run(...record, chain);
      count += 1;
    }
    putHead.run(count, chain, holds ? sealHead(key, { count, chain }) : BROKEN);
  };
};
