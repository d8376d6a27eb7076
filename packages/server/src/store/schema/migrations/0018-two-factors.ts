/**
 * `two_factors`: whether a workspace insists on two factors of its members.
 *
 * Going back forgets it: what was closed to a password alone would be open, so it is refused while a workspace insists.
 */

import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const down = async (db: Kysely<unknown>): Promise<void> => {
  const { rows } = await sql<{ n: number }>`select count(*) as n from workspace where two_factors = 1`.execute(db);
  if (Number(rows[0]?.n ?? 0) > 0)
    throw new Error('a workspace insists on two factors: this schema cannot be taken back');
  await runAll(db, 'alter table workspace drop column two_factors;');
};

export const twoFactors: Migration = {
  up: (db) => runAll(db, 'alter table workspace add column two_factors bigint not null default 0;'),
  down,
};
