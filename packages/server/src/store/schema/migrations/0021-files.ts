/**
 * `file`: the files of projects. A row is a name; what it holds is a blob that lives as long as a row, or a run, refers to
 * it (`blob_use`, where all rows together count as one holder). Files of a workspace that hold the same share one blob.
 *
 * Going back, the files are lost: an older release knows of no blob but a run's.
 */

import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const UP = `
create table file (
  id text primary key, workspace text not null, project text not null, path text not null, blob text not null references blob (id),
  hash text not null, size bigint not null, type text not null, plain bigint not null, version bigint not null, by text not null,
  created bigint not null, updated bigint not null,
  unique (workspace, project, path),
  foreign key (workspace, project) references project (workspace, id)
);
create index file_hash on file (workspace, hash);
create index file_blob on file (blob);
`;

const DOWN = `
drop table file;
delete from blob_use where run = 'files';
`;

export const files: Migration = { up: (db) => runAll(db, UP), down: (db) => runAll(db, DOWN) };
