/**
 * Opening the database file: the settings every connection has.
 *
 * N1 synchronous=FULL on every connection that writes: in WAL mode a commit has returned only when its fsync has.
 */

import { DatabaseSync } from 'node:sqlite';

/** How long a connection waits for another one's transaction, in milliseconds. */
const BUSY = 5_000;

/** Upper bound of the WAL file once it was checkpointed; while a reader holds an old snapshot it may grow past it. */
const WAL_KEPT = 40 * 1024 * 1024;

/** A connection for reading and for configuration. It never checkpoints: that is the journal worker's, off the main thread. */
export const connect = (path: string, options: { readOnly?: boolean } = {}): DatabaseSync => {
  const database = new DatabaseSync(path, { readOnly: options.readOnly === true, timeout: BUSY });
  if (options.readOnly === true) return database;
  // auto_vacuum is taken only by a database that has no table yet.
  database.exec('pragma auto_vacuum = incremental');
  database.exec('pragma journal_mode = wal');
  database.exec('pragma synchronous = full');
  database.exec(`pragma journal_size_limit = ${WAL_KEPT}`);
  database.exec('pragma wal_autocheckpoint = 0');
  database.exec('pragma cache_size = -8000');
  return database;
};
