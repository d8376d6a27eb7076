/**
 * Schema 2: a blob may be referred to by several runs (a run made again from another takes over its results, a run and
 * the run it called share a value), and lives as long as one of them. In schema 1 it went with the run that made it.
 *
 * Going back loses nothing that schema 1 knows: a blob is again its maker's alone. One whose maker is gone already is
 * given to a run that still refers to it.
 */

import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const UP = `
create table blob_use (blob text not null references blob (id) on delete cascade, run text not null, primary key (blob, run));
create index blob_use_run on blob_use (run);
insert into blob_use (blob, run) select id, run from blob;
drop index blob_run;
`;

const DOWN = `
update blob set run = (select min(blob_use.run) from blob_use where blob_use.blob = blob.id)
  where not exists (select 1 from run where run.id = blob.run) and exists (select 1 from blob_use where blob_use.blob = blob.id);
create index blob_run on blob (run);
drop table blob_use;
`;

export const sharedBlobs: Migration = { up: (db) => runAll(db, UP), down: (db) => runAll(db, DOWN) };
