/**
 * Bringing a database to the newest schema, and one step back on request. The executed migrations are recorded in the
 * database (Kysely's table), each in one transaction with its changes.
 *
 * M1 A database of a newer schema is refused, not guessed at. M2 Only the holder of the server's lock changes a schema.
 */

import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Kysely } from 'kysely';
import { Migrator, NO_MIGRATIONS } from 'kysely/migration';
import { type Result, bad, good, problem } from '@headgate/core';
import { makeFolder } from '../files/folder.ts';
import { connect } from './connect.ts';
import { kyselyOver } from './dialect.ts';
import { holdsLock, lockServer } from '../lock.ts';
import { MIGRATIONS, NEWEST } from './migrations/list.ts';

export const DATABASE = 'headgate.db';

/** The schema's number (0: an empty database), or `store.newer` when a later release of Headgate has been at work. */
export const schemaOf = (database: DatabaseSync, newest = NEWEST): Result<number> => {
  const known = database.prepare("select 1 from sqlite_schema where name = 'kysely_migration'").get();
  if (known === undefined) return good(0);
  const names = database
    .prepare('select name from kysely_migration order by name')
    .all()
    .map((row) => String(row['name']));
  const stranger = names.find((name, i) => i >= newest || MIGRATIONS[i]?.name !== name);
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

const to = async (db: Kysely<unknown>, schema: number): Promise<void> => {
  const migrations = Object.fromEntries(MIGRATIONS.map((one) => [one.name, one.migration]));
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } });
  const target = MIGRATIONS[schema - 1];
  const { error } = await migrator.migrateTo(target === undefined ? NO_MIGRATIONS : target.name);
  if (error !== undefined) throw error;
};

/**
 * Brings the database in `dir` to a schema: the newest, or an older one that is one or more steps back. Problems:
 * `store.newer`, `store.locked` (a server runs on it), `store.no_way_back` (schema 1 has nothing before it).
 */
export const migrate = async (dir: string, schema: number = NEWEST): Promise<Result<{ from: number; to: number }>> => {
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
      if (from.value !== schema) await to(db, schema);
      return good({ from: from.value, to: schema });
    } finally {
      database.close();
    }
  } finally {
    if (lock !== null) lock.value.release();
  }
};
