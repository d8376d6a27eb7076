/**
 * `trigger_memory`: what triggers that ask or watch remember, sealed: how far they have come and which items they know. It is
 * written in one transaction with the start of the run it remembers an item for (rows/triggers.ts).
 *
 * Going back loses it: an older release has no trigger that would read it.
 */

import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const UP = `
create table trigger_memory (
  workspace text not null, flow text not null references flow (id) on delete cascade, trigger_id text not null,
  environment text not null, sealed BYTES not null, primary key (flow, trigger_id, environment)
);
`;

export const triggerMemory: Migration = {
  up: (db) => runAll(db, UP),
  down: (db) => runAll(db, 'drop table trigger_memory;'),
};
