/**
 * node:sqlite behind Kysely's SQLite dialect: a shim, because the dialect was written for another driver.
 *
 * Q1 Every transaction takes the write lock at its start: one that read first and wrote later would fail with
 *    SQLITE_BUSY_SNAPSHOT whenever the journal worker committed in between.
 * Q2 Definitions of tables are transactional (they are in SQLite; Kysely assumes not), so a migration happens wholly or not.
 */

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Kysely, SqliteAdapter, SqliteDialect, type SqliteStatement } from 'kysely';

const STATEMENTS_KEPT = 256;

class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class NodeSqliteDialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }
}

/** Kysely over an open database. `destroy` closes the database. */
export const kyselyOver = <Tables>(database: DatabaseSync): Kysely<Tables> => {
  const kept = new Map<string, SqliteStatement>();
  const adapt = (statement: StatementSync): SqliteStatement => ({
    reader: statement.columns().length > 0,
    all: (values) => statement.all(...(values as never[])),
    run: (values) => statement.run(...(values as never[])),
    iterate: (values) => statement.iterate(...(values as never[])),
  });
  const prepare = (sql: string): SqliteStatement => {
    const known = kept.get(sql);
    if (known !== undefined) return known;
    const fresh = adapt(database.prepare(sql === 'begin' ? 'begin immediate' : sql));
    const [oldest] = kept.keys();
    if (kept.size >= STATEMENTS_KEPT && oldest !== undefined) kept.delete(oldest);
    kept.set(sql, fresh);
    return fresh;
  };
  return new Kysely<Tables>({
    dialect: new NodeSqliteDialect({ database: { prepare, close: () => database.close() } }),
  });
};
