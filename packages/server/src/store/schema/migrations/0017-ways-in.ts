/**
 * `held`: since when a membership waits for somebody's word, because an administrator of the instance made a new way in to
 * the account: until then who comes in by a password reads there, and no more.
 * `two_factors`: whether a workspace insists on two factors of its members.
 *
 * Going back forgets both: what was held, or closed to a password alone, would be open again, so it is refused while anything is.
 */

import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const UP = `
alter table member add column held bigint;
alter table workspace add column two_factors bigint not null default 0;
`;

const DOWN = `
alter table workspace drop column two_factors;
alter table member drop column held;
`;

const down = async (db: Kysely<unknown>): Promise<void> => {
  const { rows } = await sql<{ n: number }>`
    select (select count(*) from member where held is not null) + (select count(*) from workspace where two_factors = 1) as n
  `.execute(db);
  if (Number(rows[0]?.n ?? 0) > 0)
    throw new Error(
      'memberships wait for a word, or a workspace insists on two factors: this schema cannot be taken back',
    );
  await runAll(db, DOWN);
};

export const waysIn: Migration = { up: (db) => runAll(db, UP), down };
