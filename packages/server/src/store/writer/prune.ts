/**
 * Deleting runs with all that is theirs: journal, tokens, and blobs that no other run refers to. Files are unlinked by
 * the main thread after the commit: a row without a file must never be, a file without a row is only litter.
 *
 * R1 A run that is not over is never deleted, nor one whose caller is not over (the caller may still read its result): but
 *    for a workspace that is deleted, of which nothing is in anybody's hands any more (engine/farewell.ts).
 */

import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { PruneRule } from './messages.ts';
import type { Grown, Tally } from './tally.ts';

export type Pruner = {
  /** Inside the caller's transaction: deletes one run that is over; ids of blobs to unlink, or null when there is none. */
  readonly remove: (workspace: string, run: string) => readonly string[] | null;
  /** In a transaction of its own: deletes up to `limit` runs beyond the rule, fewer when they are large; `more` says whether to ask again. */
  readonly prune: (rule: PruneRule) => { runs: number; blobs: string[]; more: boolean; grown: Grown };
};

type Doomed = { readonly n: number; readonly id: string; readonly workspace: string };

/** Pieces of journals after which a pass ends, whatever is left: groups wait behind it. */
const PIECES = 2000;

/** How many expired records beside runs one pass deletes. */
const LITTER = 1000;

/** How long is told what was used and spent. */
const TOLD = 400;
const DAY = 86_400_000;

/** How many free pages one pass gives back to the file system. */
const PAGES_FREED = 500;

export const pruner = (database: DatabaseSync, tally: Tally): Pruner => {
  const find = database.prepare('select n, id, workspace from run where id = ? and workspace = ? and open = 0');
  const aged = database.prepare(
    `select n, id, workspace from run where ended is not null and ended < ? and open = 0
     and (parent is null or not exists (select 1 from run caller where caller.id = run.parent and caller.open = 1))
     order by ended limit ?`,
  );
  // One step along the index a flow: `distinct` would read every run there is.
  const nextFlow = database.prepare(
    'select workspace, flow from run where (workspace, flow) > (?, ?) order by workspace, flow limit 1',
  );
  const edge = database.prepare('select n from run where workspace = ? and flow = ? order by n desc limit 1 offset ?');
  const surplus = database.prepare(
    `select n, id, workspace from run where workspace = ? and flow = ? and n <= ? and open = 0
     and (parent is null or not exists (select 1 from run caller where caller.id = run.parent and caller.open = 1))
     order by n limit ?`,
  );
  const ofWorkspace = database.prepare('select n, id, workspace from run where workspace = ? order by n limit ?');
  const orphans = database.prepare('delete from blob where workspace = ? returning id');
  const blobsOf = database.prepare('select blob from blob_use where run = ?');
  const dropUses = database.prepare('delete from blob_use where run = ?');
  const dropBlob = database.prepare(
    'delete from blob where id = ? and not exists (select 1 from blob_use where blob = ?) returning size',
  );
  const sizeOf = database.prepare('select sum(length(sealed)) as size from journal where run = ?');
  const dropUsed = database.prepare('delete from used where day < ?');
  const dropJournal = database.prepare('delete from journal where run = ?');
  const dropTokens = database.prepare('delete from resume_token where run = ?');
  const dropAsks = database.prepare('delete from ask where run = ?');
  const dropEffects = database.prepare('delete from own_effect where run = ?');
  const dropRun = database.prepare('delete from run where n = ?');
  const dropDeliveries = database.prepare(
    'delete from delivery where rowid in (select rowid from delivery where until < ? limit ?)',
  );
  const dropDocs = database.prepare(
    `delete from doc where rowid in (
       select doc.rowid from doc where at < ?
       and not exists (select 1 from version where version.workspace = doc.workspace and version.hash = doc.hash)
       and not exists (select 1 from run where run.open = 1 and run.workspace = doc.workspace and run.hash = doc.hash) limit ?)`,
  );

  const doomed = (rows: readonly Record<string, unknown>[]): Doomed[] =>
    rows.map((row) => ({ n: Number(row['n']), id: String(row['id']), workspace: String(row['workspace']) }));

  /** Pieces deleted by the pass under way. */
  let pieces = 0;

  const drop = (run: Doomed): string[] => {
    const candidates = blobsOf.all(run.id).map((row) => String(row['blob']));
    dropUses.run(run.id);
    const gone: string[] = [];
    let freed = Number(sizeOf.get(run.n)?.['size'] ?? 0);
    for (const blob of candidates) {
      const dropped = dropBlob.get(blob, blob);
      if (dropped === undefined) continue;
      gone.push(blob);
      freed += Number(dropped['size']);
    }
    tally.grew(run.workspace, -freed);
    pieces += Number(dropJournal.run(run.n).changes);
    dropTokens.run(run.id);
    dropAsks.run(run.id);
    dropEffects.run(run.id);
    dropRun.run(run.n);
    return gone;
  };

  const beyondCount = (keep: number, limit: number): Doomed[] => {
    const found: Doomed[] = [];
    let flow = nextFlow.get('', '');
    while (flow !== undefined && found.length < limit) {
      const of: [SQLInputValue, SQLInputValue] = [flow['workspace'] ?? '', flow['flow'] ?? ''];
      const last = edge.get(...of, keep)?.['n'];
      if (last !== undefined) found.push(...doomed(surplus.all(...of, last, limit - found.length)));
      flow = nextFlow.get(...of);
    }
    return found;
  };

  type Aged = Extract<PruneRule, { olderThan: number }>;

  const beyond = (rule: Aged): Doomed[] => {
    const old = doomed(aged.all(rule.olderThan, rule.limit));
    const taken = new Set(old.map((run) => run.n));
    const many = old.length < rule.limit ? beyondCount(rule.keepPerFlow, rule.limit - old.length) : [];
    return [...old, ...many.filter((run) => !taken.has(run.n))];
  };

  const dropLitter = ({ now, olderThan }: Aged): void => {
    dropDeliveries.run(now, LITTER);
    dropDocs.run(olderThan, LITTER);
    dropUsed.run(Math.floor(now / DAY) - TOLD);
  };

  return {
    remove: (workspace, run) => {
      const [row] = doomed(find.all(run, workspace));
      return row === undefined ? null : drop(row);
    },
    prune: (rule) => {
      const whole = 'workspace' in rule;
      // Chosen before the lock is taken: a run that is over stays over, and only this worker deletes.
      const all = whole ? doomed(ofWorkspace.all(rule.workspace, rule.limit)) : beyond(rule);
      database.exec('begin immediate');
      try {
        const blobs: string[] = [];
        let runs = 0;
        pieces = 0;
        for (const run of all) {
          if (pieces >= PIECES) break;
          blobs.push(...drop(run));
          runs += 1;
        }
        // What no run refers to: written for one that came to an end before it did.
        if (whole && all.length === 0) blobs.push(...orphans.all(rule.workspace).map((row) => String(row['id'])));
        if (!whole) dropLitter(rule);
        const grown = tally.write();
        database.exec(`pragma incremental_vacuum(${PAGES_FREED})`);
        database.exec('commit');
        return { runs, blobs, more: runs < all.length || all.length === rule.limit, grown };
      } catch (error) {
        tally.forget();
        if (database.isTransaction) database.exec('rollback');
        throw error;
      }
    },
  };
};
