/**
 * Looking at the database of a folder without opening the store: nothing is made, changed or brought up to date, and a
 * running server is not disturbed.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { takeFile } from '../lock.ts';
import { DATABASE, schemaOf } from '../schema/migrate.ts';
import { NEWEST } from '../schema/migrations/list.ts';
import type { Problem } from '@headgate/core';

export type Inspected = {
  /** Of the database; 0: there is none yet. Null when it cannot be told. */
  readonly schema: number | null;
  /** What this release brings it to. */
  readonly newest: number;
  /** `store.newer`, or null. */
  readonly problem: Problem | null;
  /** What SQLite's quick check found, or what kept the file from being read; null when it is whole. */
  readonly damage: string | null;
  /** Does a server run on the folder? */
  readonly served: boolean;
};

const isServed = (dir: string): boolean => {
  const path = join(dir, 'server.lock');
  if (!existsSync(path)) return false;
  const lock = takeFile(path, 'shared');
  lock?.release();
  return lock === null;
};

/** Looks at the folder; reads the whole database once. */
export const inspectStore = (dir: string): Inspected => {
  const none = { schema: 0, newest: NEWEST, problem: null, damage: null, served: isServed(dir) };
  const path = join(dir, DATABASE);
  if (!existsSync(path)) return none;
  try {
    const database = new DatabaseSync(path, { readOnly: true, timeout: 10_000 });
    try {
      const schema = schemaOf(database);
      const found = String(database.prepare('pragma quick_check(1)').get()?.['quick_check']);
      const damage = found === 'ok' ? null : found;
      return schema.ok
        ? { ...none, schema: schema.value, damage }
        : { ...none, schema: null, problem: schema.problem, damage };
    } finally {
      database.close();
    }
  } catch (error) {
    return { ...none, schema: null, damage: error instanceof Error ? error.message : 'unknown error' };
  }
};
