/**
 * The audit trail: of one workspace, newest first, for its readers; and as a whole, to see whether it was tampered with.
 * It is written by the journal worker, in the order things happened, each record chained to the one before by a keyed
 * hash (writer/commit.ts).
 *
 * A1 A record changed, inserted or removed breaks the chain there. Records cut off at the very end leave no trace.
 */

import { createHmac } from 'node:crypto';
import type { Ground } from '../ground.ts';
import { after } from '../ground.ts';
import type { EngineStore, WorkspaceStore } from '../ports.ts';

export const auditOf = ({ db }: Ground, workspace: string): WorkspaceStore['audit'] => ({
  list: async (q) => {
    let query = db
      .selectFrom('audit')
      .select(['id', 'at', 'workspace', 'actor', 'action', 'object', 'decision', 'reason', 'run', 'step'])
      .where('workspace', '=', workspace);
    const from = after(q.cursor);
    if (from !== null) query = query.where('id', '<', from);
    const rows = await query
      .orderBy('id', 'desc')
      .limit(q.limit + 1)
      .execute();
    const last = rows[q.limit - 1];
    const shown = rows
      .slice(0, q.limit)
      .map((row) => ({ ...row, decision: row.decision === 'allow' ? ('allow' as const) : ('deny' as const) }));
    return { rows: shown, next: rows.length > q.limit && last !== undefined ? String(last.id) : null };
  },
});

const CHECKED_AT_ONCE = 1000;

/** Follows the chain from the first record to the last. */
export const checkAudit = async (db: Ground['db'], auditKey: Uint8Array): ReturnType<EngineStore['checkAudit']> => {
  let checked = 0;
  let from = 0;
  let chain: Uint8Array | null = null;
  for (;;) {
    const rows = await db
      .selectFrom('audit')
      .selectAll()
      .where('id', '>', from)
      .orderBy('id')
      .limit(CHECKED_AT_ONCE)
      .execute();
    for (const row of rows) {
      const record = [
        row.at,
        row.workspace,
        row.actor,
        row.action,
        row.object,
        row.decision,
        row.reason,
        row.run,
        row.step,
      ];
      const link = createHmac('sha256', auditKey);
      if (chain !== null) link.update(chain);
      if (!link.update(JSON.stringify(record)).digest().equals(row.chain)) return { checked, broken: row.id };
      chain = row.chain;
      from = row.id;
      checked += 1;
    }
    if (rows.length < CHECKED_AT_ONCE) return { checked, broken: null };
  }
};
