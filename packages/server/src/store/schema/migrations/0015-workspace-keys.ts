/**
 * Workspaces with a key of their own. Each row is a root of such a workspace in a box that its key opens.
 *
 * Each change ends with a box that stays, whose number is the highest: so the highest one tells whoever holds keys that
 * there are others now.
 *
 * Going back is refused while a workspace has such a key: what it sealed would open for nobody.
 */

import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const UP = `
create table workspace_key (
  n COUNTER, workspace text not null references workspace (id) on delete cascade,
  generation bigint not null, holder text not null, sealed BYTES not null, created bigint not null,
  unique (workspace, generation, holder)
);
`;

const down = async (db: Kysely<unknown>): Promise<void> => {
  const { rows } = await sql<{ n: number }>`select count(*) as n from workspace_key`.execute(db);
  if (Number(rows[0]?.n ?? 0) > 0)
    throw new Error('a workspace has a key of its own: this schema cannot be taken back');
  await runAll(db, 'drop table workspace_key;');
};

export const workspaceKeys: Migration = { up: (db) => runAll(db, UP), down };
