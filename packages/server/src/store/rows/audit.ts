/** The audit trail of one workspace, newest first. It is written by the journal worker, in the order things happened. */

import type { Ground } from '../ground.ts';
import { after } from '../ground.ts';
import type { WorkspaceStore } from '../ports.ts';

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
