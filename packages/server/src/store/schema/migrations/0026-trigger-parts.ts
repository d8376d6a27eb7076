/**
 * `trigger_part`: the memory of a trigger that grows with what it watches, a row for each thing (a file), sealed. A row is
 * written, or goes, in one transaction with the start of the run that tells of it.
 *
 * Going back loses it: an older release has no trigger that would read it.
 */

import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const UP = `
create table trigger_part (
  workspace text not null, flow text not null references flow (id) on delete cascade, trigger_id text not null,
  environment text not null, part text not null, sealed BYTES not null, primary key (flow, trigger_id, environment, part)
);
`;

export const triggerParts: Migration = {
  up: (db) => runAll(db, UP),
  down: (db) => runAll(db, 'drop table trigger_part;'),
};
