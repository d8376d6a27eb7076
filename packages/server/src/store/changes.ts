/**
 * Noticing changes of configuration, of this process and of others. A one-row counter is raised inside every transaction
 * that changes something; other processes' are found by polling `pragma data_version`, which costs microseconds and
 * moves with every commit of another connection, and reading the counter only when it moved (journal commits move it too).
 *
 * V1 A listener hears of a change within a second, whoever made it (the poll runs every 250 ms).
 * V2 The version never goes back within a process.
 */

import type { DatabaseSync } from 'node:sqlite';
import type { Kysely, Transaction } from 'kysely';
import type { Tables } from './schema/tables.ts';

const POLL = 250;

export type Changes = {
  readonly version: () => number;
  readonly onChange: (listener: () => void) => () => void;
  readonly change: <T>(work: (trx: Transaction<Tables>) => Promise<T>) => Promise<T>;
  /** Tells the listeners of something that changed outside of the database: a key file. */
  readonly nudge: () => void;
  readonly stop: () => void;
};

export const watchChanges = (database: DatabaseSync, db: Kysely<Tables>): Changes => {
  const dataVersion = database.prepare('pragma data_version');
  const counter = database.prepare('select n from changes where one = 1');
  const readCounter = (): number => Number(counter.get()?.['n'] ?? 0);
  const listeners = new Set<() => void>();
  let seen = dataVersion.get()?.['data_version'];
  let version = readCounter();

  const raise = (to: number): void => {
    if (to <= version) return;
    version = to;
    for (const listener of listeners) listener();
  };

  const timer = setInterval(() => {
    const now = dataVersion.get()?.['data_version'];
    // Inside a transaction of this connection the counter may be raised and not yet committed.
    if (now === seen || database.isTransaction) return;
    seen = now;
    raise(readCounter());
  }, POLL);
  timer.unref();

  return {
    version: () => version,
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    change: async (work) => {
      let to = 0;
      const result = await db.transaction().execute(async (trx) => {
        const done = await work(trx);
        if (done !== null && done !== false) {
          const row = await trx
            .updateTable('changes')
            .set((eb) => ({ n: eb('n', '+', 1) }))
            .returning('n')
            .executeTakeFirstOrThrow();
          to = row.n;
        }
        return done;
      });
      raise(to);
      return result;
    },
    nudge: () => {
      for (const listener of listeners) listener();
    },
    stop: () => clearInterval(timer),
  };
};
