/**
 * `dataset`: rows that flows are tried with, sealed as one. `evaluation`, `evaluation_row`: a version of a flow over the rows of
 * one, as they were when it began, and what came of each; rows, answers and reasons lie sealed, numbers open.
 *
 * Going back loses them.
 */

import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const UP = `
create table dataset (
  id text primary key, workspace text not null, project text not null, name text not null, box BYTES not null,
  size bigint not null, version bigint not null, by text not null, created bigint not null, updated bigint not null,
  unique (workspace, project, name)
);
create table evaluation (
  n COUNTER, id text not null unique, workspace text not null, flow text not null references flow (id) on delete cascade,
  version bigint, hash text not null, environment text not null, dataset text not null, dataset_name text not null,
  dataset_version bigint not null, scores text not null, at_once bigint not null, state text not null, problem text,
  principal text not null, created bigint not null, ended bigint
);
create index evaluation_flow on evaluation (flow, n);
create index evaluation_state on evaluation (state);
create table evaluation_row (
  n COUNTER, workspace text not null, evaluation text not null references evaluation (id) on delete cascade,
  place bigint not null, state text not null, run text, judge text, passed bigint, scores text, box BYTES not null,
  result BYTES,
  unique (evaluation, place)
);
`;

const DOWN = `
drop table evaluation_row;
drop table evaluation;
drop table dataset;
`;

export const evaluations: Migration = { up: (db) => runAll(db, UP), down: (db) => runAll(db, DOWN) };
