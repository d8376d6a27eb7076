/**
 * Changing the instance key of a database that may be in use: the two halves of it that are SQL. Between them, the new
 * key takes the old one's place in its file (main/change-key.ts).
 *
 *   begin   one transaction: a new root; every root in a box for the new key as well; the data key of every secret wrapped
 *           by the new root; a record in the audit trail, from which on its chain stands on the new root.
 *   finish  one transaction: the boxes of every other key go. From here on the old key opens nothing.
 *
 * What older roots sealed (journals, blobs) is left as it is and stays readable, until retention takes it.
 *
 * KC1 At every moment the database opens with the key in the file, old or new: cut off anywhere, it is started again.
 * KC2 With a wrong key nothing begins, and a secret that does not open stops the change before it began.
 * KC4 Secrets of a workspace whose own key is not at hand stay as they are: they open with the older root and that key.
 * KC3 What is taken out is overwritten in the file, not only unlinked.
 */

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { bad, good, problem, type Result } from '@headgate/core';
import { listFromJson } from './ground.ts';
import type { AuditEntry } from './ports.ts';
import { generationOf, readRing } from './rows/ring.ts';
import { openOwnRoots, ownersOf } from './rows/workspace-keys.ts';
import { connect } from './schema/connect.ts';
import { DATABASE } from './schema/migrate.ts';
import { auditKeyOf, isSealed } from './vault-seal/audit-chain.ts';
import { keyring } from './vault-seal/keyring.ts';
import { holderOf, wrapRoot } from './vault-seal/ring.ts';
import { type Bound, boundOf } from './vault-seal/secrets.ts';
import { trailWriter } from './writer/trail.ts';

/** A secret on its way from the old roots to the new one; null: it does not open. */
export type Rewrap = (
  secret: {
    readonly workspace: string;
    readonly id: string;
    readonly version: number;
    readonly bound: Bound | null;
    readonly sealed: Uint8Array;
  },
  from: readonly Uint8Array[],
  to: Uint8Array,
) => Uint8Array | null;

export type Change = {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly rewrap: Rewrap;
  /** The folder of the key files of workspaces with a key of their own. */
  readonly workspaceKeys: string | null;
  /** What goes on record. */
  readonly entry: AuditEntry;
};

/** Ends the transaction of `within`, which answers with the Problem. */
export class Refused extends Error {
  readonly why: Result<never>;
  constructor(why: Result<never>) {
    super('the change of the key was refused');
    this.why = why;
  }
}

export const refuse = (code: string, text: string, fix: string): Refused =>
  new Refused(bad(problem(code, text, { fix })));

/** Work in one transaction on the database of a folder that may be in use; what it takes out is overwritten on disk. */
export const within = <T>(dir: string, work: (database: DatabaseSync) => T): Result<T> => {
  const database = connect(join(dir, DATABASE));
  try {
    database.exec('pragma secure_delete = on');
    database.exec('begin immediate');
    try {
      const done = work(database);
      database.exec('commit');
      // Pages of before lie in the WAL until it is moved. A reader may hold it; then it is moved later.
      database.exec('pragma wal_checkpoint(truncate)');
      return good(done);
    } catch (error) {
      if (database.isTransaction) database.exec('rollback');
      if (error instanceof Refused) return error.why;
      throw error;
    }
  } finally {
    database.close();
  }
};

/** The keys that secrets of a workspace lie under, the newest first, and what they are to lie under; null: they are left. */
export type Wraps = (workspace: string) => { readonly from: readonly Uint8Array[]; readonly to: Uint8Array } | null;

/** Wraps the data keys of secrets again; answers how many. */
export const rewrapAll = (database: DatabaseSync, rewrap: Rewrap, wraps: Wraps): number => {
  const put = database.prepare('update secret set sealed = ? where id = ?');
  const rows = database.prepare('select workspace, id, kind, version, environment, origins, sealed from secret').all();
  let count = 0;
  for (const { workspace, id, kind, version, environment, origins, sealed } of rows) {
    if (!(sealed instanceof Uint8Array)) throw new Error(`secret ${String(id)} holds no bytes`);
    const bound = boundOf(String(kind), listFromJson(String(origins)), String(environment));
    const one = { workspace: String(workspace), id: String(id), version: Number(version), bound, sealed };
    const keys = wraps(one.workspace);
    if (keys === null) continue;
    const fresh = rewrap(one, keys.from, keys.to);
    if (fresh === null)
      throw refuse(
        'secret.damaged',
        `Secret ${one.id} does not open with the key of now, so nothing was changed`,
        'Store it anew or remove it, then change the key.',
      );
    put.run(fresh, one.id);
    count += 1;
  }
  return count;
};

/** Does the head of the trail stand on this key? A key that never sealed anything here is a wrong one. */
const sealedHere = (database: DatabaseSync, auditKey: Uint8Array): boolean => {
  const { count, chain, seal } = database.prepare('select count, chain, seal from audit_head').get() ?? {};
  if (typeof count !== 'number' || !(seal instanceof Uint8Array)) return false;
  return isSealed(auditKeyOf(auditKey), { count, chain: chain instanceof Uint8Array ? chain : null }, seal);
};

/** Begins a change; answers the number of secrets and of the new root. Problems: `key.wrong`, `key.same`, `secret.damaged`, `audit.broken`. */
export const beginChange = (dir: string, { from, to, rewrap, workspaceKeys, entry }: Change) =>
  within(dir, (database) => {
    const roots = readRing(database, from);
    if (!roots.ok) throw new Refused(roots);
    const holder = holderOf(to);
    if (holder === holderOf(from)) throw refuse('key.same', 'The new key is the old one', 'Let a new one be made.');
    const before = keyring(from);
    before.renew(roots.value);
    // A database that keeps no box yet says nothing of its key; the head of its trail does.
    const boxed = database.prepare('select 1 from key_ring limit 1').get() !== undefined;
    if (!boxed && !sealedHere(database, before.derive('audit')))
      throw refuse(
        'audit.broken',
        'The audit trail does not hold, or this is not the secret key that the data was sealed with',
        'See what headgate audit-log verify finds, and which key file is named.',
      );
    const fresh = Uint8Array.from(randomBytes(32));
    const all = [...roots.value, fresh];
    const after = keyring(from);
    after.renew(all);
    const put = database.prepare(
      'insert into key_ring (generation, holder, sealed, created) values (?, ?, ?, ?) on conflict do nothing',
    );
    for (const [i, root] of all.entries()) {
      put.run(i + 1, holderOf(from), wrapRoot(from, i + 1, root), entry.at);
      put.run(i + 1, holder, wrapRoot(to, i + 1, root), entry.at);
    }
    const own = new Map(
      ownersOf(database).map((workspace) => {
        const roots = openOwnRoots(database, workspaceKeys, workspace);
        return [workspace, roots.ok ? roots.value : null] as const;
      }),
    );
    before.renewOwn(own);
    after.renewOwn(own);
    const secrets = rewrapAll(database, rewrap, (workspace) => {
      const from = before.allOf('secret', workspace);
      const to = after.allOf('secret', workspace)?.[0];
      return from === null || to === undefined ? null : { from, to };
    });
    const { at, workspace, actor, action, object, decision, reason, run, step } = entry;
    const cells = [at, workspace, actor, action, object, decision, reason, run, step];
    trailWriter(database)(before.derive('audit'), after.derive('audit'), cells);
    database.exec('update changes set n = n + 1');
    return { secrets, generation: generationOf(database) };
  });

/** Takes the boxes of all other keys out. Problem `key.wrong`: this key does not open everything, so nothing is taken. */
export const finishChange = (dir: string, key: Uint8Array): Result<{ readonly taken: number }> =>
  within(dir, (database) => {
    const roots = readRing(database, key);
    if (!roots.ok) throw new Refused(roots);
    const gone = database.prepare('delete from key_ring where holder <> ?').run(holderOf(key));
    return { taken: Number(gone.changes) };
  });

/** Names (`holderOf`) of the instance keys that open the database: one, or two while a change is under way. */
export const holders = (dir: string): readonly string[] => {
  const database = connect(join(dir, DATABASE), { readOnly: true });
  try {
    return database
      .prepare('select distinct holder from key_ring order by holder')
      .all()
      .map((row) => String(row['holder']));
  } finally {
    database.close();
  }
};
