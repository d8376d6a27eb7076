/**
 * The audit trail: of one workspace, newest first, for its readers; and as a whole, to see whether it was tampered with.
 * It is written by the journal worker, in the order things happened, each record chained to the one before by a keyed
 * hash (writer/commit.ts).
 *
 * A1 A record changed, inserted, removed or moved breaks the chain there.
 * A2 Records cut off at the end do not fit the head. Who puts back head and records of an older copy is found out by the
 *    `head` of an earlier look, kept elsewhere.
 */

import { sql } from 'kysely';
import type { Ground } from '../ground.ts';
import { after } from '../ground.ts';
import type { Trail } from '../engine-port.ts';
import type { AuditEntry, WorkspaceStore } from '../ports.ts';
import { auditKeyOf, isSealed, linkOf } from '../vault-seal/audit-chain.ts';

/** Records that one look goes through at most, of all workspaces: a search is bounded however long the trail is. */
const WINDOW = 50_000;

/** For `like`: what is looked for stands for itself. */
const literal = (text: string): string => text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`);

export const auditOf = ({ db }: Ground, workspace: string): WorkspaceStore['audit'] => {
  /** Is there anything of the workspace at or before this record that `since` does not leave out? */
  const goesOn = async (id: number, since: number | undefined): Promise<boolean> => {
    const row = await db
      .selectFrom('audit')
      .select('at')
      .where('workspace', '=', workspace)
      .where('id', '<', id)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row !== undefined && (since === undefined || row.at >= since);
  };

  return {
    list: async (q) => {
      const from = after(q.cursor) ?? (await lastId(db)) + 1;
      const least = from - WINDOW;
      let query = db
        .selectFrom('audit')
        .select(['id', 'at', 'workspace', 'actor', 'action', 'object', 'decision', 'reason', 'run', 'step'])
        .where('workspace', '=', workspace)
        .where('id', '<', from)
        .where('id', '>=', least);
      const { actor, action, decision, about, run, since, until } = q;
      if (actor !== undefined) query = query.where('actor', '=', actor);
      if (action?.endsWith('.') === true)
        query = query.where(sql<boolean>`action like ${`${literal(action)}%`} escape '\\'`);
      else if (action !== undefined) query = query.where('action', '=', action);
      if (decision !== undefined) query = query.where('decision', '=', decision);
      if (run !== undefined) query = query.where('run', '=', run);
      if (since !== undefined) query = query.where('at', '>=', since);
      if (until !== undefined) query = query.where('at', '<=', until);
      if (about !== undefined)
        query = query.where(sql<boolean>`lower(object) like ${`%${literal(about.toLowerCase())}%`} escape '\\'`);
      const rows = await query
        .orderBy('id', 'desc')
        .limit(q.limit + 1)
        .execute();
      const shown = rows
        .slice(0, q.limit)
        .map((row) => ({ ...row, decision: row.decision === 'allow' ? ('allow' as const) : ('deny' as const) }));
      const last = rows[q.limit - 1];
      if (rows.length > q.limit && last !== undefined) return { rows: shown, next: String(last.id) };
      return { rows: shown, next: least > 1 && (await goesOn(least, since)) ? String(least) : null };
    },
  };
};

const AT_ONCE = 1000;

const rowsAfter = (db: Ground['db'], id: number, upTo: number) =>
  db
    .selectFrom('audit')
    .selectAll()
    .where('id', '>', id)
    .where('id', '<=', upTo)
    .orderBy('id')
    .limit(AT_ONCE)
    .execute();

const lastId = async (db: Ground['db']): Promise<number> =>
  (
    await db
      .selectFrom('audit')
      .select(({ fn }) => fn.max('id').as('id'))
      .executeTakeFirst()
  )?.id ?? 0;

const hex = (chain: Uint8Array | null): string => (chain === null ? '-' : Buffer.from(chain).toString('hex'));

/**
 * Follows the chain from the first record to the last, and holds it against the head. `auditKeys`: the newest first; a
 * record was made with the key of its time, and keys only ever become newer along the trail.
 */
export const checkAudit = async (
  db: Ground['db'],
  auditKeys: readonly Uint8Array[],
  expect?: string,
): Promise<Trail> => {
  // One statement, so that head and end are of one moment however much is being written.
  const seen = await db
    .selectFrom('changes')
    .leftJoin('audit_head', 'audit_head.one', 'changes.one')
    .select(['audit_head.count', 'audit_head.chain', 'audit_head.seal'])
    .select(({ selectFrom }) =>
      selectFrom('audit')
        .select(({ fn }) => fn.max('audit.id').as('id'))
        .as('last'),
    )
    .executeTakeFirstOrThrow();
  const { count, seal } = seen;
  const upTo = seen.last ?? 0;
  const keys = auditKeys.map(auditKeyOf);
  const oldestFirst = keys.toReversed();
  let age = 0;
  let checked = 0;
  let from = 0;
  let chain: Uint8Array | null = null;
  const at = (): string => `${checked}:${hex(chain)}`;
  let expected = expect === undefined || expect === at();
  for (;;) {
    const rows = await rowsAfter(db, from, upTo);
    for (const row of rows) {
      const { at: time, workspace, actor, action, object, decision, reason, run, step } = row;
      const record = [time, workspace, actor, action, object, decision, reason, run, step];
      const before: Uint8Array | null = chain;
      const found = oldestFirst.findIndex((key, i) => i >= age && linkOf(key, before, record).equals(row.chain));
      if (found < 0) return { checked, broken: row.id, fault: 'record', head: at() };
      age = found;
      chain = row.chain;
      from = row.id;
      checked += 1;
      expected ||= expect === at();
    }
    if (rows.length < AT_ONCE) break;
  }
  const [newest] = keys;
  const broken = null;
  if (count === null || seal === null || newest === undefined || !isSealed(newest, { count, chain: seen.chain }, seal))
    return { checked, broken, fault: 'head', head: at() };
  const whole = count === checked && hex(seen.chain) === hex(chain);
  return { checked, broken, fault: whole && expected ? null : 'end', head: at() };
};

/** Every record, the oldest first. */
export async function* auditRecords(
  db: Ground['db'],
): AsyncGenerator<readonly (AuditEntry & { readonly id: number })[], void, undefined> {
  const upTo = await lastId(db);
  for (let from = 0; ; ) {
    const rows = await rowsAfter(db, from, upTo);
    if (rows.length > 0)
      yield rows.map(({ chain: _, decision, ...row }) => ({
        ...row,
        decision: decision === 'allow' ? 'allow' : 'deny',
      }));
    const last = rows.at(-1);
    if (last === undefined || rows.length < AT_ONCE) return;
    from = last.id;
  }
}
