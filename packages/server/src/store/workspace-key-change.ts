/**
 * Giving a workspace a key of its own, and changing it, on a database that may be in use: the halves of it that are SQL.
 * Between them the new key takes its place in the folder of such keys (main/workspace-key.ts).
 *
 *   begin   one transaction: a new root of the workspace; every root of it in a box for the new key (and for the old one);
 *           the data keys of its secrets wrapped by what instance and workspace have together; a record in the audit trail.
 *   finish  one transaction: the boxes of every other key of this workspace go.
 *
 * WC1 At every moment the workspace opens with the key in its file, old or new.
 * WC2 It needs the key of the instance, too; nobody gives a workspace a key by writing in the database alone.
 * WC3 Other workspaces are not touched.
 */

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Result } from '@headgate/core';
import { Refused, refuse, type Rewrap, rewrapAll, within } from './key-change.ts';
import type { AuditEntry } from './ports.ts';
import { readRing } from './rows/ring.ts';
import { ownersOf, readOwnRoots } from './rows/workspace-keys.ts';
import { connect } from './schema/connect.ts';
import { DATABASE } from './schema/migrate.ts';
import { keyring } from './vault-seal/keyring.ts';
import { holderOf, wrapRoot } from './vault-seal/ring.ts';
import { trailWriter } from './writer/trail.ts';

export type WorkspaceKeyChange = {
  readonly workspace: string;
  /** The key of the instance. */
  readonly instance: Uint8Array;
  /** The key that the workspace has; null: it gets its first one. */
  readonly from: Uint8Array | null;
  readonly to: Uint8Array;
  readonly rewrap: Rewrap;
  readonly entry: AuditEntry;
};

const must = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Refused(result);
  return result.value;
};

const rootsBefore = (database: DatabaseSync, workspace: string, from: Uint8Array | null): readonly Uint8Array[] => {
  if (from !== null) return must(readOwnRoots(database, workspace, from));
  if (ownersOf(database).includes(workspace))
    throw refuse('key.same', `The workspace ${workspace} has a key of its own already`, 'Change it by rotating it.');
  return [];
};

/** Begins; answers the number of secrets that were wrapped again. Problems: `workspace.unknown`, `key.wrong`, `key.same`, `secret.damaged`. */
export const beginWorkspaceKey = (dir: string, change: WorkspaceKeyChange): Result<{ readonly secrets: number }> =>
  within(dir, (database) => {
    const { workspace, instance, from, to, rewrap, entry } = change;
    if (database.prepare('select 1 from workspace where id = ?').get(workspace) === undefined)
      throw refuse('workspace.unknown', `There is no workspace ${workspace}`, 'See GET /api/v1/workspaces.');
    const ring = keyring(instance);
    ring.renew(must(readRing(database, instance)));
    const old = rootsBefore(database, workspace, from);
    const taken = database.prepare('select workspace from workspace_key where holder = ? limit 1').get(holderOf(to));
    if (taken !== undefined)
      throw refuse('key.same', 'This key is in use for a workspace already', 'Let a new one be made.');
    const roots = [...old, Uint8Array.from(randomBytes(32))];
    const put = database.prepare(
      'insert into workspace_key (workspace, generation, holder, sealed, created) values (?, ?, ?, ?, ?) on conflict do nothing',
    );
    for (const [i, root] of roots.entries())
      for (const key of from === null ? [to] : [from, to])
        put.run(workspace, i + 1, holderOf(key), wrapRoot(key, i + 1, root, workspace), entry.at);
    ring.renewOwn(old.length === 0 ? new Map() : new Map([[workspace, old]]));
    const before = ring.allOf('secret', workspace) ?? [];
    ring.renewOwn(new Map([[workspace, roots]]));
    const after = ring.allOf('secret', workspace)?.[0];
    if (after === undefined) throw new Error('a workspace that was unlocked is locked');
    const secrets = rewrapAll(database, rewrap, (one) => (one === workspace ? { from: before, to: after } : null));
    const { at, actor, action, object, decision, reason, run, step } = entry;
    const auditKey = ring.derive('audit');
    trailWriter(database)(auditKey, auditKey, [at, workspace, actor, action, object, decision, reason, run, step]);
    database.exec('update changes set n = n + 1');
    return { secrets };
  });

/** Takes the boxes of all other keys of the workspace out. Problem `key.wrong`. */
export const finishWorkspaceKey = (dir: string, workspace: string, key: Uint8Array): Result<null> =>
  within(dir, (database) => {
    must(readOwnRoots(database, workspace, key));
    database.prepare('delete from workspace_key where workspace = ? and holder <> ?').run(workspace, holderOf(key));
    return null;
  });

/** The workspaces with a key of their own, and the names (`holderOf`) of the keys that open each: two while one is being changed. */
export const workspaceKeyHolders = (dir: string): ReadonlyMap<string, readonly string[]> => {
  const database = connect(join(dir, DATABASE), { readOnly: true });
  try {
    const rows = database
      .prepare('select distinct workspace, holder from workspace_key order by workspace, holder')
      .all();
    const found = new Map<string, string[]>();
    for (const row of rows) {
      const workspace = String(row['workspace']);
      found.set(workspace, [...(found.get(workspace) ?? []), String(row['holder'])]);
    }
    return found;
  } finally {
    database.close();
  }
};
