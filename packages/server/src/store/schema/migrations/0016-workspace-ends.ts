/**
 * Workspaces that are being deleted: the row is there from the moment that nobody gets in any more until nothing of the
 * workspace is left, so that whatever cuts that off, the next start goes on. It refers to no workspace: it is the last to go.
 *
 * Going back is refused while one is being deleted: what is left of it would stay for ever.
 */

import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const UP = `
create table workspace_end (workspace text primary key, name text not null, by text not null, at bigint not null);
`;

const down = async (db: Kysely<unknown>): Promise<void> => {
  const { rows } = await sql<{ n: number }>`select count(*) as n from workspace_end`.execute(db);
  if (Number(rows[0]?.n ?? 0) > 0)
    throw new Error('a workspace is being deleted: this schema cannot be taken back before that is done');
  await runAll(db, 'drop table workspace_end;');
};

export const workspaceEnds: Migration = { up: (db) => runAll(db, UP), down };
