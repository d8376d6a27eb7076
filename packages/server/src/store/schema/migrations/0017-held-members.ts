/**
 * `held`: since when a membership waits for somebody's word, because an administrator of the instance made a new way in to
 * the account: until then who comes in by a password reads there, and no more.
 *
 * Going back forgets it: what was held is held no more, so it is refused while anything is.
 */

import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const down = async (db: Kysely<unknown>): Promise<void> => {
  const { rows } = await sql<{ n: number }>`select count(*) as n from member where held is not null`.execute(db);
  if (Number(rows[0]?.n ?? 0) > 0)
    throw new Error('memberships wait for a word: this schema cannot be taken back before they had it');
  await runAll(db, 'alter table member drop column held;');
};

export const heldMembers: Migration = { up: (db) => runAll(db, 'alter table member add column held bigint;'), down };
