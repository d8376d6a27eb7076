/**
 * `ask`: a question to people that a run waits for, so that whoever is asked finds it without the journal; what is asked and
 * what was answered stands sealed in there. `ask_who`: who may answer (`not`: an account that did, or handed it on).
 * `ask_link`: links of people without an account, by their hashes.
 *
 * Going back, the questions are in nobody's inbox any more; links go on to work as those of `wait.event` do.
 */

import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const UP = `
create table ask (
  id text primary key, workspace text not null, project text not null, flow text not null, run text not null, step text not null,
  item text not null, title text not null, state text not null, opened bigint not null, deadline bigint, ended bigint
);
create index ask_open on ask (workspace, state, opened, id);
create index ask_run on ask (run);
create table ask_who (
  ask text not null references ask (id) on delete cascade, workspace text not null, kind text not null, name text not null,
  primary key (ask, kind, name)
);
create index ask_who_name on ask_who (workspace, kind, name);
create table ask_link (
  hash text primary key, ask text not null references ask (id) on delete cascade, workspace text not null, person text not null
);
create index ask_link_ask on ask_link (ask);
`;

const DOWN = `
drop table ask_link;
drop table ask_who;
drop table ask;
`;

export const asks: Migration = { up: (db) => runAll(db, UP), down: (db) => runAll(db, DOWN) };
