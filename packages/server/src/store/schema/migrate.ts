/**
 * Bringing a database to the newest schema, and one step back on request. The executed migrations are recorded in the
 * database (Kysely's table), each in one transaction with its changes.
 *
 * M1 A database of a newer schema is refused, not guessed at. M2 Only the holder of the server's lock changes a schema.
 * M3 A key that does not fit the data changes nothing: what schema 4 seals with it would be lost to the right one.
 */

import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Kysely } from 'kysely';
import { Migrator, NO_MIGRATIONS } from 'kysely/migration';
import { type Problem, type Result, bad, good, problem } from '@headgate/core';
import { makeFolder } from '../files/folder.ts';
import { connect } from './connect.ts';
import { kyselyOver } from './dialect.ts';
import { holdsLock, lockServer } from '../lock.ts';
import { auditKeyOf, linkOf } from '../vault-seal/audit-chain.ts';
import { keyring } from '../vault-seal/keyring.ts';
import { holderOf, wrapRoot } from '../vault-seal/ring.ts';
import type { Sealing } from './migrations/0004-keys.ts';
import { migrationsWith, NAMES, NEWEST } from './migrations/list.ts';

export const DATABASE = 'headgate.db';

/** The schema's number (0: an empty database), or `store.newer` when a later release of Headgate has been at work. */
export const schemaOf = (database: DatabaseSync, newest = NEWEST): Result<number> => {
  const known = database.prepare("select 1 from sqlite_schema where name = 'kysely_migration'").get();
  if (known === undefined) return good(0);
  const names = database
    .prepare('select name from kysely_migration order by name')
    .all()
    .map((row) => String(row['name']));
  const stranger = names.find((name, i) => i >= newest || NAMES[i] !== name);
  if (stranger === undefined) return good(names.length);
  return bad(
    problem(
      'store.newer',
      `The database has schema ${names.length} (${stranger}), this release knows schemas up to ${newest}`,
      {
        fix: 'Start the release that made it, or restore a backup made by this release',
      },
    ),
  );
};

const to = async (db: Kysely<unknown>, schema: number, sealing: Sealing | null): Promise<void> => {
  const migrations = Object.fromEntries(migrationsWith(sealing).map((one) => [one.name, one.migration]));
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } });
  const { error } = await migrator.migrateTo(NAMES[schema - 1] ?? NO_MIGRATIONS);
  if (error !== undefined) throw error;
};

/** The schema from which on the instance key has marks of its own in the database. */
const KEYED = 4;

/** Was the end of the trail written with this key? A trail without records fits every key. */
const fits = (database: DatabaseSync, auditKey: Uint8Array): boolean => {
  const columns = 'at, workspace, actor, action, object, decision, reason, run, step';
  const [last, before] = database.prepare(`select ${columns}, chain from audit order by id desc limit 2`).all();
  if (last === undefined) return true;
  const { chain, ...record } = last;
  const earlier = before?.['chain'];
  const link = linkOf(auditKeyOf(auditKey), earlier instanceof Uint8Array ? earlier : null, Object.values(record));
  return chain instanceof Uint8Array && link.equals(chain);
};

/** What stands in the way of going from one schema to another, or null. */
const obstacle = (database: DatabaseSync, from: number, schema: number, key: Uint8Array | null): Problem | null => {
  if (from < KEYED && from > 0 && schema >= KEYED && key !== null && !fits(database, keyring(key).derive('audit'))) {
    return problem('key.wrong', 'The data was not written with this secret key, or its audit trail was changed', {
      fix: 'Name the key file of this instance in HEADGATE_SECRET_KEY_FILE, or restore a backup. Nothing was changed.',
    });
  }
  if (from < KEYED || schema >= KEYED) return null;
  const newest = database.prepare('select max(generation) as n from key_ring').get()?.['n'];
  if (typeof newest !== 'number' || newest === 1) return null;
  return problem(
    'store.no_way_back',
    'The secret key of this instance was changed, which schemas before 4 know nothing of',
    {
      fix: 'Stay with this release, or restore a backup from before the change, with the key of that time',
    },
  );
};

const sealingOf = (key: Uint8Array): Sealing => ({
  auditKey: keyring(key).derive('audit'),
  holder: holderOf(key),
  root: wrapRoot(key, 1, key),
});

/**
 * Brings the database in `dir` to a schema: the newest, or an older one that is one or more steps back. Problems:
 * `store.newer`, `store.locked` (a server runs on it), `store.no_way_back` (schema 1 has nothing before it), `key.wrong`.
 * Without `key` nothing is sealed: the head of the audit trail then counts as missing.
 */
export const migrate = async (
  dir: string,
  schema: number = NEWEST,
  key: Uint8Array | null = null,
): Promise<Result<{ from: number; to: number }>> => {
  if (!Number.isInteger(schema) || schema < 1 || schema > NEWEST) {
    return bad(
      problem('store.no_way_back', `There is no schema ${schema}; this release knows 1 to ${NEWEST}`, {
        fix: 'Name one of them',
      }),
    );
  }
  makeFolder(dir);
  const lock = holdsLock(dir) ? null : lockServer(dir);
  if (lock !== null && !lock.ok) return lock;
  try {
    const database = connect(join(dir, DATABASE));
    const db = kyselyOver<unknown>(database);
    try {
      const from = schemaOf(database);
      if (!from.ok) return from;
      const stands = obstacle(database, from.value, schema, key);
      if (stands !== null) return bad(stands);
      if (from.value !== schema) await to(db, schema, key === null ? null : sealingOf(key));
      return good({ from: from.value, to: schema });
    } finally {
      database.close();
    }
  } finally {
    if (lock !== null) lock.value.release();
  }
};
