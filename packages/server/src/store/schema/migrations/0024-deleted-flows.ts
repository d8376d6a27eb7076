/**
 * `flow.deleted`: since when a flow is deleted, which can be taken back for a while; `flow.was_enabled`: whether it was switched
 * on then. A deleted one is switched off, so that nothing starts it.
 *
 * Going back would bring deleted flows back among the others, so it is refused while there are any.
 */

import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const UP = `
alter table flow add column deleted bigint;
alter table flow add column was_enabled integer not null default 1;
create index flow_deleted on flow (deleted) where deleted is not null;
`;

const DOWN = `
drop index flow_deleted;
alter table flow drop column was_enabled;
alter table flow drop column deleted;
`;

const down = async (db: Kysely<unknown>): Promise<void> => {
  const { rows } = await sql<{ n: number }>`select count(*) as n from flow where deleted is not null`.execute(db);
  if (Number(rows[0]?.n ?? 0) > 0)
    throw new Error('flows are deleted that can be restored: this schema cannot be taken back before they are gone');
  await runAll(db, DOWN);
};

export const deletedFlows: Migration = { up: (db) => runAll(db, UP), down };
