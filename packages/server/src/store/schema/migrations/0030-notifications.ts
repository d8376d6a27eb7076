/**
 * `notice`: something that members are to be told of, written with what causes it; `spread` 1: everybody who is to hear of it
 * has it. `notice_for`: one of an account, with how it stands with its letter. `notice_choice`: how an account wants to be told.
 *
 * Names alone, and no value of any run: none of it is sealed. Going back, nobody is told of anything any more.
 */

import type { Migration } from 'kysely/migration';
import { runAll } from './spelling.ts';

const UP = `
create table notice (
  id text primary key, workspace text not null, kind text not null, project text not null, flow text, run text, ask text, name text,
  code text, tell text not null, grp text not null, mailed integer not null default 0, spread integer not null default 0, at bigint not null
);
create index notice_open on notice (spread, at) where spread = 0;
create index notice_at on notice (at);
create index notice_of on notice (workspace, flow);
create table notice_for (
  notice text not null references notice (id) on delete cascade, workspace text not null, "user" text not null, grp text not null,
  app integer not null, times integer not null default 1, at bigint not null, read bigint, mail text not null, due bigint,
  letter text, tries integer not null default 0, primary key (notice, "user")
);
create index notice_for_user on notice_for (workspace, "user", app, read, at);
create index notice_for_grp on notice_for (workspace, "user", grp);
create index notice_for_due on notice_for (mail, due) where mail in ('due', 'sending');
create table notice_choice (
  workspace text not null, "user" text not null, zone text not null, hour integer not null, kinds text not null, primary key (workspace, "user")
);
`;

const DOWN = `
drop table notice_choice;
drop table notice_for;
drop table notice;
`;

export const notifications: Migration = { up: (db) => runAll(db, UP), down: (db) => runAll(db, DOWN) };
