/**
 * `own_table`, `own_row`, `own_cell`: tables of projects. A cell is a row of its own, so that columns come and go without a
 * definition being changed, and so that one index sorts and finds by any of them. `own_value`: values by key. `own_effect`:
 * what a step of a run did already, put in the transaction of what it did, so that it is not done again.
 *
 * Going back, tables and values are lost.
 */

import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const UP = `
create table own_table (
  id text primary key, workspace text not null, project text not null, name text not null, columns text not null,
  made bigint not null, rows bigint not null, bytes bigint not null, version bigint not null, by text not null,
  created bigint not null, updated bigint not null,
  unique (workspace, project, name),
  foreign key (workspace, project) references project (workspace, id)
);
create table own_row (
  n COUNTER, id text not null unique, workspace text not null, tbl text not null,
  version bigint not null, by text not null, created bigint not null, updated bigint not null
);
create index own_row_table on own_row (tbl, n);
create table own_cell (
  workspace text not null, tbl text not null, at bigint not null, col text not null,
  num double precision, txt text, body text, box BYTES, uniq text,
  primary key (tbl, at, col)
);
create index own_cell_num on own_cell (tbl, col, num, at) where num is not null;
create index own_cell_txt on own_cell (tbl, col, txt, at) where txt is not null;
create unique index own_cell_uniq on own_cell (tbl, col, uniq) where uniq is not null;
create table own_value (
  workspace text not null, project text not null, store text not null, name text not null, num double precision,
  box BYTES, bytes bigint not null, version bigint not null, expires bigint, updated bigint not null,
  primary key (workspace, project, store, name),
  foreign key (workspace, project) references project (workspace, id)
);
create index own_value_expires on own_value (expires) where expires is not null;
create table own_effect (
  workspace text not null, run text not null, name text not null, answer text not null,
  primary key (run, name)
);
`;

const DOWN = `
drop table own_effect;
drop table own_value;
drop table own_cell;
drop table own_row;
drop table own_table;
`;

export const ownData: Migration = { up: (db) => runAll(db, UP), down: (db) => runAll(db, DOWN) };
