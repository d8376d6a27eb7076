/**
 * `by`: who made an API key, an account or another key, so that it holds no more than its maker does when it is used. Null:
 * made by the command line, or before this was kept; such a key stands by itself.
 *
 * Going back forgets it: what ended with its maker would be good again, so it is refused while such a key is not revoked.
 */

import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const down = async (db: Kysely<unknown>): Promise<void> => {
  const { rows } = await sql<{
    n: number;
  }>`select count(*) as n from api_key where "by" like 'gone:%' and revoked is null`.execute(db);
  if (Number(rows[0]?.n ?? 0) > 0)
    throw new Error('keys ended with who made them: revoke them before this schema is taken back');
  await runAll(db, 'alter table api_key drop column "by";');
};

export const keyMakers: Migration = { up: (db) => runAll(db, 'alter table api_key add column "by" text;'), down };
